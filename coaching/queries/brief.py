"""What to know before a meeting: one page about those who will sit there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coaching.models import Prompt
from coaching.queries.advised import CONSTRAINT, names_of
from coaching.queries.pace import Pace, pace_of
from coaching.queries.wording import Reader, in_words
from readiness.models import Signal
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model
from readiness.queries.positions import Position, positions_of
from readiness.queries.timing import Timing, timings_for
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown, roles_shown

LAST_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A signal of theirs, when, and in which words."""

    name: str
    at: datetime
    quotation: str


@dataclass(frozen=True, slots=True, eq=False)
class Attendee:
    """One person of the meeting."""

    seat: Stakeholder
    position: Position
    roles: RolesShown
    texts: Mapping[str, str] | None  # of the advice about them
    told: tuple[Told, ...]
    timings: tuple[Timing, ...]
    pace: Pace | None

    @property
    def suits(self) -> list[Timing]:
        return [each for each in self.timings if each.suits]

    @property
    def harms(self) -> list[Timing]:
        """The worst first."""
        return [each for each in reversed(self.timings) if each.harms]


def brief_of(
    people: Sequence[Stakeholder], *, reader: Reader, now: datetime
) -> list[Attendee]:
    """A part of the page for each of these people; nine queries, whatever their number."""
    if not people:
        return []
    model = active_model()
    catalogue = catalogue_of(model)
    positions = positions_of(people, workspace=reader.workspace, now=now)
    roles = roles_shown(people, day=reader.workspace.today(now))
    paces = pace_of(people, model=model, workspace=reader.workspace, now=now)
    told = _told(people)
    names = names_of(people, roles=roles, catalogue=catalogue)
    advice = {
        prompt.stakeholder_id: in_words(prompt, names=names, reader=reader)
        # The weightiest last: it stays. What was taken up is still the question to ask.
        for prompt in Prompt.objects.filter(stakeholder__in=people, closed_at=None)
        .exclude(play__situation=CONSTRAINT)
        .select_related("play")
        .order_by("weight", "-pk")
    }
    return [
        Attendee(
            seat=person,
            position=positions[person.pk],
            roles=roles[person.pk],
            texts=advice.get(person.pk),
            told=tuple(
                Told(catalogue.signal(row.code), row.occurred_at, row.quotation)
                for row in told.get(person.pk, ())
            ),
            timings=tuple(timings_for(positions[person.pk], catalogue)),
            pace=paces.get(person.pk),
        )
        for person in people
    ]


def _told(people: Sequence[Stakeholder]) -> Mapping[UUID, list[Signal]]:
    """The last few signals of each, the latest first; one query."""
    rows = Signal.objects.standing().filter(stakeholder__in=people)
    found: dict[UUID, list[Signal]] = defaultdict(list)
    for row in rows.order_by("-occurred_at", "-pk"):
        if len(found[row.stakeholder_id]) < LAST_SIGNALS:
            found[row.stakeholder_id].append(row)
    return found
