"""A prompt in words: its play's {names} filled in, in a language."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from babel import Locale
from babel.numbers import format_decimal
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import Workspace, start_of
from coaching.models import Prompt
from coaching.queries.advice import CONFIRMED
from readiness.models import ModelStatus, Phase, SignalType
from readiness.templatetags.phases import percent
from stakeholders.models import ANCHORS, Anchor, RoleHeld, RoleType, Stakeholder
from stakeholders.queries.roles import held_on

FILE_ITEM_COUNT = 8
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Names:
    """What people, roles, phases and signals are called; the texts of all languages."""

    people: Mapping[UUID, Stakeholder]
    roles: Mapping[UUID, str]  # the code of the role shown, by stakeholder
    role_texts: Mapping[str, Mapping[str, str]]
    phase_texts: Mapping[str, Mapping[str, str]]
    signal_texts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom, and when, something is put into words."""

    language: str
    workspace: Workspace
    now: datetime

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.language.replace("-", "_"))

    @property
    def code(self) -> str:
        """The language of the shipped texts."""
        return self.language[:2]


def names_in(prompts: Sequence[Prompt], *, reader: Reader) -> Names:
    """The names these prompts speak of; five queries, whatever their number."""
    ids = {pk for prompt in prompts for pk in people_of(prompt)}
    people = Stakeholder.objects.filter(pk__in=ids).select_related("person")
    held: dict[UUID, list[RoleHeld]] = defaultdict(list)
    for row in RoleHeld.objects.filter(stakeholder__in=ids):
        held[row.stakeholder_id].append(row)
    today = reader.workspace.today(reader.now)
    shown = {pk: (held_on(rows, today) or [""])[0] for pk, rows in held.items()}
    phases = Phase.objects.filter(model__status=ModelStatus.ACTIVE)
    types = SignalType.objects.filter(model__status=ModelStatus.ACTIVE)
    return Names(
        people={row.pk: row for row in people},
        roles=shown,
        role_texts={row.code: row.texts["name"] for row in RoleType.objects.all()},
        # Of phases that share an anchor the first one lends its name.
        phase_texts={
            row.anchor: row.texts["name"] for row in phases.order_by("-position")
        },
        signal_texts={row.code: row.texts["name"] for row in types},
    )


def people_of(prompt: Prompt) -> list[UUID]:
    """Whom a prompt speaks of: the person it is about, or those of its group."""
    if prompt.stakeholder_id:
        return [prompt.stakeholder_id]
    return [UUID(pk) for pk in prompt.words.get("people", ())]


def in_words(prompt: Prompt, *, names: Names, reader: Reader) -> dict[str, str]:
    """Every text of a prompt's play (observation, doubt, do, sentence …) in a language."""
    filled = _Filled(prompt, names=names, reader=reader)
    return {
        name: _NAME.sub(filled.value, _of(texts, reader))
        for name, texts in prompt.play.texts.items()
    }


class _Filled:
    """What the {names} of one prompt stand for; each is worked out when it is met."""

    def __init__(self, prompt: Prompt, *, names: Names, reader: Reader) -> None:
        self.said: Mapping[str, Any] = prompt.words
        self.names, self.reader = names, reader
        pk = prompt.stakeholder_id
        self.person = names.people.get(pk) if pk else None

    def value(self, match: re.Match[str]) -> str:
        return str(getattr(self, f"_{match[1]}")())

    def _person(self) -> str:
        return self.person.person.name if self.person else self._words("somebody")

    def _role(self) -> str:
        code = self.names.roles.get(self.person.pk, "") if self.person else ""
        texts = self.names.role_texts.get(code)
        return str(_of(texts, self.reader)) if texts else self._words("no_role")

    def _phase(self) -> str:
        return self._phase_at(self.said["anchor"])

    def _other(self) -> str:
        return self._phase_at(self.said["other"])

    def _phase_at(self, anchor: str) -> str:
        texts = self.names.phase_texts.get(anchor)
        if texts is not None:
            return str(_of(texts, self.reader))
        # The model of today has no such phase: the prompt waits for its recompute.
        with translation.override(self.reader.code):
            return str(Anchor(anchor).label)

    def _percent(self) -> str:
        return self._chance(self.said["probability"])

    def _other_percent(self) -> str:
        return self._chance(self.said["other_probability"])

    def _when(self) -> str:
        zone = self.reader.workspace.zone
        day = datetime.fromtimestamp(self.said["heard_at"], zone).date()
        return self._day(day)

    def _ask_first(self) -> str:
        return self._asked(min)

    def _ask_second(self) -> str:
        return self._asked(max)

    def _asked(self, which: Callable[..., str]) -> str:
        """What tells the earlier, or the later, of the two phases in doubt."""
        anchor = which(self.said["anchor"], self.said["other"], key=ANCHORS.index)
        return str(_of(_shipped()["asks"][anchor], self.reader))

    def _first(self) -> str:
        return self._end(0)

    def _last(self) -> str:
        return self._end(1)

    def _first_phase(self) -> str:
        return self._phase_at(self.said["anchors"][0])

    def _last_phase(self) -> str:
        return self._phase_at(self.said["anchors"][1])

    def _end(self, place: int) -> str:
        person = self.names.people.get(UUID(self.said["people"][place]))
        return person.person.name if person else self._words("somebody")

    def _days(self) -> str:
        return self._since(self.said["last_heard_at"])

    def _joined(self) -> str:
        joined_on = date.fromisoformat(self.said["joined_on"])
        return self._since(start_of(joined_on, self.reader.workspace.zone).timestamp())

    def _signals(self) -> str:
        named = [
            self._words("plain_words")
            if code == CONFIRMED
            else _of(self.names.signal_texts[code], self.reader)
            for code in self.said["signals"]
            if code == CONFIRMED or code in self.names.signal_texts
        ]
        between = " ; " if self.reader.code == "fr" else "; "
        return between.join(named) or self._words("no_signal")

    def _date(self) -> str:
        day = date.fromisoformat(self.said["target_on"])
        return self._day(day)

    def _points(self) -> str:
        points = round(100 * self.said["gain"])
        return (
            self._counted("points", points) if points else self._words("under_a_point")
        )

    def _seats(self) -> str:
        return self._counted("seats", self.said["seats"])

    def _items(self) -> str:
        text = self._words("items")
        return text.format(n=self.said["items"], all=FILE_ITEM_COUNT)

    def _chance(self, probability: float) -> str:
        with translation.override(self.reader.code):
            return percent(probability)

    def _day(self, day: date) -> str:
        with translation.override(self.reader.code):
            return date_format(day, "DATE_FORMAT")

    def _since(self, seconds: float) -> str:
        days = int((self.reader.now.timestamp() - seconds) // 86_400)
        if days < 1:
            return self._words("under_a_day")
        # Not Babel's format_unit: it knows no Dutch days.
        return self._counted("days", days)

    def _counted(self, name: str, count: int) -> str:
        forms: Mapping[str, str] = _of(_shipped()[name], self.reader)
        form = self.reader.locale.plural_form(count)
        number = format_decimal(count, locale=self.reader.locale)
        return forms.get(form, forms["other"]).format(n=number)

    def _words(self, name: str) -> str:
        return str(_of(_shipped()[name], self.reader))


def _of(texts: Mapping[str, Any], reader: Reader) -> Any:
    """A text in the reader's language, else in English."""
    return texts.get(reader.code) or texts["en"]


@cache
def _shipped() -> dict[str, Any]:
    path = files("coaching") / "defaults" / "wording.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found
