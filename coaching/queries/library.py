"""The library of advice as its page shows it: by phase, role and situation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _

from accounts.models import in_words as said_in
from coaching.models import Play, Prompt, Situation
from coaching.queries.shipped import PERSON_TEXTS, shipped_plays
from coaching.queries.wording import Reader, in_words, names_in
from opportunities.models import Opportunity
from stakeholders.models import ANCHORS, Anchor, RoleType

Texts: TypeAlias = Mapping[str, Mapping[str, str]]
PROHIBITED = frozenset({"do_not"})  # says what not to do, so it may name it

# What tells the plays of a situation apart where no phase does.
_TITLES = {
    "clarify_surprise": _("a surprise"),
    "clarify_ambiguity": _("too much is open"),
    "constraint_approval": _("an approval"),
    "constraint_approval_unknown": _("an approver nobody knows"),
    "constraint_veto": _("a veto"),
    "constraint_quorum": _("too little support"),
    "constraint_unmapped": _("people not known yet"),
    "constraint_purchase_file": _("the purchase file"),
}

_ABOUT_ONE = {"person", "role", "joined"}
_HEARD = _ABOUT_ONE | {"phase", "percent", "days", "signals"}
NAMES: Mapping[str, frozenset[str]] = {
    Situation.UNHEARD: frozenset(_ABOUT_ONE),
    Situation.HEARD: frozenset(_HEARD),
    Situation.STOP: frozenset(_HEARD),
    Situation.CLARIFY: frozenset(
        (_HEARD - {"days"})
        | {"other", "other_percent", "when", "ask_first", "ask_second"}
    ),
    Situation.GROUP: frozenset({"first", "first_phase", "last", "last_phase"}),
    Situation.CONSTRAINT: frozenset(
        {"person", "role", "percent", "date", "points", "seats", "items"}
    ),
}
_BRACED = re.compile(r"\{([^{}]*)\}|[{}]")


def unknown_names(text: str, *, situation: str) -> list[str]:
    """What stands between braces in a text and is no name that the situation fills in."""
    return [
        match[0]
        for match in _BRACED.finditer(text)
        if match[1] not in NAMES.get(situation, frozenset())
    ]


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A play of the list: where it belongs, for whom, and how it begins."""

    play: Play
    title: str
    role: str
    first_words: str

    @property
    def is_own(self) -> bool:
        """Whether there are shipped words to go back to, and these are others."""
        return not self.play.is_default


@dataclass(frozen=True, slots=True)
class Shelf:
    """The plays of one situation."""

    title: str
    rows: tuple[LibraryRow, ...]


def library(reader: Reader) -> list[Shelf]:
    """Every play by situation, phase and role; two queries."""
    roles = {row.code: said_in(row.texts, "name") for row in RoleType.objects.all()}
    plays = sorted(Play.objects.all(), key=_place)
    return [
        Shelf(
            title=str(situation.label),
            rows=tuple(
                LibraryRow(
                    play=play,
                    title=_title_within(play),
                    role=roles.get(play.role, play.role),
                    first_words=_first_words(play, reader),
                )
                for play in plays
                if play.situation == situation
            ),
        )
        for situation in Situation
    ]


def _title_within(play: Play) -> str:
    """What a play answers within its situation."""
    if play.anchor:
        return str(Anchor(play.anchor).label)
    return str(_TITLES.get(play.code, Situation(play.situation).label))


def _place(play: Play) -> tuple[int, str, str]:
    anchors = list(ANCHORS)
    place = anchors.index(play.anchor) if play.anchor in anchors else len(anchors)
    return place, play.code, play.role


def _first_words(play: Play, reader: Reader) -> str:
    texts = play.texts.get("next_step") or play.texts.get("sentence") or {}
    return str(texts.get(reader.code) or texts.get("en", ""))


def text_names(play: Play) -> list[str]:
    """The texts of a play in the order in which they are said."""
    known = [name for name in (*PERSON_TEXTS, "sentence") if name in play.texts]
    return [*known, *sorted(set(play.texts) - set(known))]


def is_shipped(play: Play) -> bool:
    return (play.code, play.role) in shipped_plays()


@dataclass(frozen=True, slots=True)
class Preview:
    """A play in the words of a real deal."""

    prompt: Prompt
    texts: Mapping[str, str]


def preview(
    play: Play,
    *,
    texts: Texts,
    deals: "QuerySet[Opportunity]",
    reader: Reader,
) -> Preview | None:
    """These texts as they read in the latest deal the play was said about that one sees.

    Rather one where its own role heard it; None while there is none. Seven queries.
    """
    rows = Prompt.objects.filter(play__code=play.code, opportunity__in=deals)
    is_own = Case(When(play=play.pk, then=1), default=0)
    prompt = (
        rows.select_related("opportunity")
        .order_by(is_own.desc(), "-opened_at", "-pk")
        .first()
    )
    if prompt is None:
        return None
    prompt.play = Play(
        code=play.code, texts={name: texts[name] for name in text_names(play)}
    )
    names = names_in([prompt], reader=reader)
    return Preview(prompt, in_words(prompt, names=names, reader=reader))


def roles_without(play: Play) -> list[tuple[str, str]]:
    """The roles that have no words of their own for a play yet; two queries."""
    taken = set(Play.objects.filter(code=play.code).values_list("role", flat=True))
    rows = RoleType.objects.filter(is_choosable=True).order_by("position", "pk")
    return [
        (row.code, said_in(row.texts, "name")) for row in rows if row.code not in taken
    ]


def title_of(play: Play) -> str:
    """What a play answers, in words: its situation, and what it is within that."""
    situation, within = str(Situation(play.situation).label), _title_within(play)
    return (
        situation
        if within == situation
        else f"{situation}: {within}"
        if not play.anchor
        else f"{situation} {within}"
    )


def role_name(play: Play) -> str:
    """The role a play is for, in words; empty when it is for all, and no query then."""
    if not play.role:
        return ""
    row = RoleType.objects.filter(code=play.role).first()
    return said_in(row.texts, "name") if row else play.role
