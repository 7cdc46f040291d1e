"""The deals of a workspace as a bundle, written a line at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

from django.db.models import Count

from accounts.models import Membership, Workspace
from integrations.queries.lines import (
    is_held_since_joining,
    is_told_by_its_deal,
    lines_of,
)
from integrations.queries.names import Names
from opportunities.models import (
    Company,
    ExchangeRate,
    Opportunity,
    SellerForecast,
    StageChange,
)
from readiness.models import PhaseConfirmation, PhaseOverride
from stakeholders.models import (
    DecisionDate,
    InfluenceLink,
    Interaction,
    OutcomeEvent,
    OutcomeReview,
    Person,
    PurchaseFileItem,
    Quote,
    RoleHeld,
    Stakeholder,
    Task,
)

CHUNK = 500
NAMED: tuple[Any, ...] = (Company, Person, Opportunity, Stakeholder, Interaction, Task)
# What bears an id in a bundle; nothing refers to the last two.
REFERRED, UNREFERRED = NAMED[:4], NAMED[4:]


def export_bundle(workspace: Workspace, *, to: TextIO) -> int:
    """Write all that stands of the deals; answer how many lines. Needs the workspace open."""
    names, ids = Names(Membership.objects.filter(workspace=workspace)), Ids()
    for model in REFERRED:
        rows = model.objects.only("pk", "external_id")
        ids.call(names, rows.iterator(chunk_size=CHUNK))
    _write(to, {"type": "source", "name": _source(workspace)})
    count = 1
    for kind, rows in _rows_by_kind():
        for chunk in _chunks(rows):
            unnamed = [row for row in chunk if isinstance(row, UNREFERRED)]
            ids.call(names, unnamed)
            for line in lines_of(kind, chunk, names):
                _write(to, {"type": kind, **line})
                count += 1
            names.forget(row.pk for row in unnamed)
    return count


class Ids:
    """Each row's id in the file: its external id, unless two sources use the same."""

    def __init__(self) -> None:
        self._doubtful = {model: _shared_ids(model) for model in NAMED}

    def call(self, names: Names, rows: Iterable[Any]) -> None:
        for row in rows:
            names.call(row.pk, self.of(row))

    def of(self, row: Any) -> str:
        if row.external_id and row.external_id not in self._doubtful[type(row)]:
            return str(row.external_id)
        # The id of a fact belongs to its lineage.
        return str(getattr(row, "lineage_id", row.pk))


def _shared_ids(model: Any) -> set[str]:
    rows = model.objects.exclude(external_id="")
    if model is Interaction:
        rows = rows.filter(retracted_at__isnull=True)
    counted = rows.values("external_id").annotate(rows=Count("pk"))
    return set(counted.filter(rows__gt=1).values_list("external_id", flat=True))


def _source(workspace: Workspace) -> str:
    """The one source everything came from, so that it is known again; else the workspace."""
    sources = {
        source
        for model in NAMED
        for source in model.objects.exclude(source="")
        .values_list("source", flat=True)
        .distinct()
    }
    return sources.pop() if len(sources) == 1 else workspace.slug


def _rows_by_kind() -> Iterator[tuple[str, Iterable[Any]]]:
    """Everything a bundle tells of, in the order it stands on each other."""
    yield "exchange_rate", _all(ExchangeRate.objects.order_by("valid_on", "pk"))
    yield "company", _all(Company.objects.order_by("pk"))
    yield "person", _all(Person.objects.order_by("pk"))
    yield "opportunity", _all(Opportunity.objects.standing().order_by("pk"))
    yield "outcome_event", _telling_events()
    yield "stage_change", _of_deals(StageChange)
    yield "seller_forecast", _of_deals(SellerForecast)
    yield "stakeholder", _of_deals(Stakeholder)
    yield "role", _roles_of_their_own()
    yield (
        "influence",
        _all(
            InfluenceLink.objects.filter(
                giver__opportunity__retracted_at__isnull=True
            ).order_by("pk")
        ),
    )
    yield "interaction", _of_deals(Interaction)
    yield "decision_date", _of_deals(DecisionDate)
    yield "quote", _of_deals(Quote)
    yield "purchase_file_item", _of_deals(PurchaseFileItem)
    yield "confirmation", _of_people(PhaseConfirmation)
    yield "override", _of_people(PhaseOverride)
    yield "outcome_review", _of_deals(OutcomeReview)
    yield "task", _of_deals(Task)


def _all(rows: Any) -> Iterator[Any]:
    found: Iterator[Any] = rows.iterator(chunk_size=CHUNK)
    return found


def _of_deals(model: Any) -> Iterator[Any]:
    rows = model.objects.filter(opportunity__retracted_at__isnull=True)
    return _all(_standing(rows).order_by("pk"))


def _of_people(model: Any) -> Iterator[Any]:
    deals = "stakeholder__opportunity__retracted_at__isnull"
    return _all(_standing(model.objects.filter(**{deals: True})).order_by("pk"))


def _standing(rows: Any) -> Any:
    return rows.standing() if hasattr(rows, "standing") else rows


def _telling_events() -> Iterator[OutcomeEvent]:
    """The events of the deals whose own line does not tell all of it."""
    for deals in _chunks(_all(Opportunity.objects.standing().order_by("pk"))):
        events = defaultdict(list)
        here = OutcomeEvent.objects.standing().filter(opportunity__in=deals)
        for event in here.order_by("happened_on", "pk"):
            events[event.opportunity_id].append(event)
        for deal in deals:
            if not is_told_by_its_deal(deal, events[deal.pk]):
                yield from events[deal.pk]


def _roles_of_their_own() -> Iterator[RoleHeld]:
    rows = RoleHeld.objects.filter(
        stakeholder__opportunity__retracted_at__isnull=True
    ).select_related("stakeholder")
    for role in _all(rows.order_by("stakeholder", "position", "pk")):
        if not is_held_since_joining(role, role.stakeholder.joined_on):
            yield role


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _write(to: TextIO, line: dict[str, Any]) -> None:
    to.write(json.dumps(line, ensure_ascii=False) + "\n")
