"""Every deal as it stood in a period at one moment: a frozen night, or now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts.models import Workspace, end_of
from forecasting.engine.changes import Chance
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.models import Forecast, Snapshot
from forecasting.queries.periods import Span
from forecasting.queries.points import CurveAt
from forecasting.queries.rates import Rates
from opportunities.models import Opportunity, Outcome
from readiness.queries.as_of import AsOf

Versions = tuple[str, str]  # of the model and of the map


@dataclass(frozen=True, slots=True)
class Moment:
    """When one looks; `night` None is now."""

    when: AsOf
    night: date | None

    @property
    def day(self) -> date:
        return self.when.workspace.today(self.when.at)

    @classmethod
    def of(cls, workspace: Workspace, *, night: date | None, now: datetime) -> "Moment":
        """Now, or the beginning of a night that was frozen."""
        at = None
        if night is not None:
            rows = Snapshot.objects.filter(taken_on=night)
            at = rows.aggregate(at=Min("starts_at"))["at"]
        return cls(AsOf.of(workspace, at=at, now=now), night)


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked of a curve: by the period's end, before it begins, and by a last day.

    Two moments are asked about one and the same last day: the earlier one's horizon.
    """

    span: Span
    workspace: Workspace
    until: datetime

    @classmethod
    def from_moment(cls, span: Span, earlier: Moment) -> "Look":
        until = earlier.when.at + timedelta(days=HORIZON_DAYS)
        return cls(span=span, workspace=earlier.when.workspace, until=until)

    def points(self) -> dict[str, CurveAt]:
        eve = self.span.starts_on - timedelta(days=1)
        ends = {"by_end": self.span.ends_on, "by_eve": eve}
        zone = self.workspace.zone
        days = {name: CurveAt("won", end_of(on, zone)) for name, on in ends.items()}
        return days | {"in_all": CurveAt("won", self.until)}

    def chance(self, row: Mapping[str, Any], *, day: date) -> Chance:
        """What is won before a period begins is no part of it: see also `expected_in`."""
        is_ahead = self.span.starts_on > day
        before = row["by_eve"] if is_ahead else 0.0
        within = min(max(row["by_end"] - before, 0.0), 1.0)
        return Chance.of(in_period=within, final=min(max(row["in_all"], within), 1.0))


@dataclass(frozen=True, slots=True)
class Standing:
    """An open deal at a moment, in the base currency's terms."""

    owner_id: UUID
    opened_on: date
    chance: Chance
    amount: Decimal | None
    rate: Decimal
    inputs: str
    versions: Versions


def nearest_night(day: date) -> date | None:
    """The last night kept on or before a day, else the first one after it."""
    nights = Snapshot.objects.values_list("taken_on", flat=True)
    before = nights.filter(taken_on__lte=day).order_by("-taken_on").first()
    return before or nights.order_by("taken_on").first()


def standing_at(
    moment: Moment,
    *,
    look: Look,
    rates: Rates,
    only: Collection[UUID] | None = None,
) -> dict[UUID, Standing]:
    """The deals open at a moment of which something was kept, of some deals with `only`.

    :raises RateMissing: when an amount is in money whose rate nobody has entered.
    """
    if moment.night is None:
        rows: Iterable[dict[str, Any]] = _said_now(look, only)
    else:
        rows = _said_at(moment.night, look, only)
    return {
        row["opportunity_id"]: _standing(row, look=look, day=moment.day, rates=rates)
        for row in rows
    }


def _said_at(
    night: date, look: Look, only: Collection[UUID] | None
) -> Iterable[dict[str, Any]]:
    rows = Snapshot.objects.filter(taken_on=night, outcome=Outcome.OPEN)
    return _kept(
        _some(rows, only),
        look,
        *("amount", "currency", "rate_to_base"),
        *("opportunity__opened_on", "opportunity__owner_id"),
    )


def _said_now(look: Look, only: Collection[UUID] | None) -> list[dict[str, Any]]:
    """The freshest of what was said of every open deal: a forecast, or last night's."""
    fields = ("pk", "owner_id", "opened_on", "outlooks__amount", "outlooks__currency")
    still_open = Opportunity.objects.still_open()
    if only is not None:
        still_open = still_open.filter(pk__in=list(only))
    deals = {row[0]: row[1:] for row in still_open.values_list(*fields)}
    made = _some(Forecast.objects.filter(opportunity__outcome=Outcome.OPEN), only)
    made = made.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    said = {row["opportunity_id"]: row for row in _kept(made, look)}
    nights = Snapshot.objects.order_by("-taken_on").values("taken_on")
    # Compared by a subquery of one row: where no night is kept, it finds none.
    night = _some(Snapshot.objects.filter(taken_on=nights[:1]), only)
    for row in _kept(night, look):
        fresher = said.get(row["opportunity_id"])
        if fresher is None or fresher["starts_at"] < row["starts_at"]:
            # The night reads what the last forecast rests on.
            said[row["opportunity_id"]] = row
    rows = []
    for pk, (owner, opened, amount, currency) in deals.items():
        if pk in said:
            own = {
                "opportunity__owner_id": owner,
                "opportunity__opened_on": opened,
                "amount": amount,
                "currency": currency or "",
                "rate_to_base": None,
            }
            rows.append(said[pk] | own)
    return rows


def _some(rows: QuerySet[Any], only: Collection[UUID] | None) -> QuerySet[Any]:
    return rows if only is None else rows.filter(opportunity__in=list(only))


def _kept(rows: QuerySet[Any], look: Look, *more: str) -> Iterable[dict[str, Any]]:
    fields = ("opportunity_id", "starts_at", "inputs_hash", "model_version")
    kept: Iterable[dict[str, Any]] = rows.annotate(**look.points()).values(
        *fields, "map_version", *look.points(), *more
    )
    return kept


def _standing(
    row: Mapping[str, Any], *, look: Look, day: date, rates: Rates
) -> Standing:
    amount, rate = row["amount"], row["rate_to_base"] or Decimal(1)
    if amount is not None and row["rate_to_base"] is None:
        rate = rates.on(day, currency=row["currency"])
    return Standing(
        owner_id=row["opportunity__owner_id"],
        opened_on=row["opportunity__opened_on"],
        chance=look.chance(row, day=day),
        amount=amount,
        rate=rate,
        inputs=row["inputs_hash"],
        versions=(row["model_version"], row["map_version"]),
    )
