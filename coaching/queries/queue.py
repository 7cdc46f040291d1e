"""Open prompts over many deals, in the order in which they deserve a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet

from coaching.models import Prompt
from coaching.queries.advised import CONSTRAINT, Advised
from coaching.queries.wording import Reader, in_words, names_in, people_of
from forecasting.models import Outlook
from opportunities.models import Opportunity
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Stakeholder

PAGE = 20
SALT = "queue"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A prompt about a person or a group: where they stand, what to ask, why it is here."""

    advised: Advised
    opportunity: Opportunity
    people: tuple[Stakeholder, ...]
    position: Position | None  # of the person it is about; None for a group
    outlook: Outlook | None  # what is to be expected if nothing is done

    @property
    def prompt(self) -> Prompt:
        return self.advised.prompt

    @property
    def name(self) -> str:
        return str(self.position.stakeholder.person) if self.position else ""

    @property
    def is_of_a_group(self) -> bool:
        return self.prompt.stakeholder_id is None


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    next: str


def prompts_for(
    deals: "QuerySet[Opportunity]",
    *,
    day: date,
    owner: UUID | None = None,
    play: str = "",
) -> QuerySet[Prompt]:
    """Prompts about people of open deals that are due, the weightiest first.

    `play` is the code of a play, or a situation.
    """
    seen = deals.still_open().filter(pk=OuterRef("opportunity"))  # type: ignore[attr-defined]
    if owner is not None:
        seen = seen.filter(owner=owner)
    due = Prompt.objects.due_on(day)
    if play:
        due = due.filter(Q(play__code=play) | Q(play__situation=play))
    return (
        due.filter(Exists(seen))
        .exclude(play__situation=CONSTRAINT)
        .select_related("play", "opportunity__company", "opportunity__owner")
        .order_by("-weight", "id")
    )


def queue_page(
    prompts: QuerySet[Prompt],
    *,
    reader: Reader,
    now: datetime,
    cursor: str = "",
    size: int = PAGE,
) -> QueuePage:
    """A page of the queue; ten queries, whatever its size."""
    after = _read(cursor)
    if after is not None:
        weight, pk = after
        prompts = prompts.filter(Q(weight__lt=weight) | Q(weight=weight, id__gt=pk))
    found = list(prompts[: size + 1])
    more, found = len(found) > size, found[:size]
    return QueuePage(
        rows=tuple(_rows(found, reader=reader, now=now)),
        next=signing.dumps([found[-1].weight, str(found[-1].pk)], salt=SALT)
        if more
        else "",
    )


def _rows(
    prompts: Sequence[Prompt], *, reader: Reader, now: datetime
) -> list[QueueRow]:
    if not prompts:
        return []
    names = names_in(prompts, reader=reader)
    people: list[Stakeholder] = list(names.people.values())
    positions = positions_of(people, workspace=reader.workspace, now=now)
    deals = {prompt.opportunity_id for prompt in prompts}
    outlooks = {
        row.opportunity_id: row for row in Outlook.objects.filter(opportunity__in=deals)
    }
    return [
        QueueRow(
            advised=Advised(prompt, in_words(prompt, names=names, reader=reader)),
            opportunity=prompt.opportunity,
            people=tuple(
                names.people[pk] for pk in people_of(prompt) if pk in names.people
            ),
            position=positions.get(prompt.stakeholder_id)
            if prompt.stakeholder_id
            else None,
            outlook=outlooks.get(prompt.opportunity_id),
        )
        for prompt in prompts
    ]


def _read(cursor: str) -> tuple[float, UUID] | None:
    try:
        weight, pk = signing.loads(cursor, salt=SALT)
        return float(weight), UUID(pk)
    except (signing.BadSignature, ValueError, TypeError):
        return None
