"""Open prompts of one deal, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from coaching.models import Prompt, Situation
from coaching.queries.shipped import shipped_plays
from coaching.queries.wording import Names, Reader, in_words
from opportunities.models import Opportunity
from readiness.queries.catalogue import Catalogue
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown

CONSTRAINT = Situation.CONSTRAINT


@dataclass(frozen=True, slots=True)
class Advised:
    """An open prompt, in words."""

    prompt: Prompt
    texts: Mapping[str, str]

    @property
    def is_clarifying(self) -> bool:
        """Whether it asks which of two readings holds."""
        return bool(self.prompt.play.situation == Situation.CLARIFY)

    @property
    def action(self) -> str:
        """The step of ours that is advised; what a workspace words itself names none."""
        play = self.prompt.play
        shipped = shipped_plays().get((play.code, play.role))
        return shipped.action if shipped and play.is_default else ""


@dataclass(frozen=True, slots=True)
class OpenAdvice:
    """The open prompt of each person, the group's, and what holds the deal down."""

    by_person: Mapping[UUID, Advised]
    for_group: Advised | None
    constraint: Advised | None


def open_advice(
    opportunity: Opportunity,
    people: Sequence[Stakeholder],
    *,
    roles: Mapping[UUID, RolesShown],
    catalogue: Catalogue,
    reader: Reader,
    today: date,
) -> OpenAdvice:
    prompts = list(
        Prompt.objects.filter(
            opportunity=opportunity, closed_at__isnull=True
        ).select_related("play")
    )
    names = names_of(people, roles=roles, catalogue=catalogue)
    by_person: dict[UUID, Advised] = {}
    for_group = constraint = None
    for prompt in prompts:
        told = Advised(prompt, in_words(prompt, names=names, reader=reader))
        if prompt.play.situation == CONSTRAINT:
            constraint = told
        elif not prompt.is_due(today):
            continue
        elif prompt.stakeholder_id:
            by_person[prompt.stakeholder_id] = told
        else:
            for_group = told
    return OpenAdvice(by_person, for_group, constraint)


def names_of(
    people: Sequence[Stakeholder],
    *,
    roles: Mapping[UUID, RolesShown],
    catalogue: Catalogue,
) -> Names:
    """What prompts speak of, from what the page has read already: no query."""
    shown = {pk: held.codes[0] for pk, held in roles.items() if held.codes}
    # Read in the reader's language already: the only one there is stands for all.
    texts = {
        held.codes[0]: {"en": held.names[0]} for held in roles.values() if held.codes
    }
    return Names(
        people={person.pk: person for person in people},
        roles=shown,
        role_texts=texts,
        # Of phases that share an anchor the first one lends its name.
        phase_texts={
            anchor: text["name"]
            for anchor, text in reversed(
                list(zip(catalogue.anchors, catalogue.phases, strict=True))
            )
        },
        signal_texts={
            code: kind.texts["name"] for code, kind in catalogue.signals.items()
        },
    )
