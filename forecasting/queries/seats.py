"""The people a period hangs on: whose next step would bring most, and who was never heard."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from forecasting.models import Forecast
from readiness.models import PhaseReading
from readiness.queries.models import LoadedModel
from readiness.queries.standing import last_readings, reading_at
from stakeholders.models import Stakeholder


@dataclass(frozen=True, slots=True)
class WeakSeat:
    """A person of an open deal; `price` is the rise of P(won by target), one phase further.

    `worth` is that rise times the deal's amount in the base currency. `anchor` is empty
    when nobody has heard them.
    """

    stakeholder_id: UUID
    name: str
    deal_id: UUID
    deal: str
    anchor: str
    chance: float  # that they stand there
    price: float
    worth: Decimal


def weakest_seats(
    amounts: Mapping[UUID, float],
    *,
    model: LoadedModel,
    now: datetime,
    limit: int,
) -> list[WeakSeat]:
    """Of these deals, with their amounts, the seats worth most; three queries."""
    prices = _prices(amounts)
    ranked = sorted(
        prices, key=lambda pk: (-prices[pk][1] * amounts[prices[pk][0]], str(pk))
    )[:limit]
    rows = Stakeholder.objects.filter(pk__in=ranked, left_on__isnull=True)
    people = {row.pk: row for row in rows.select_related("person", "opportunity")}
    readings = last_readings(list(people.values()))
    return [
        _seat(
            people[pk],
            price=prices[pk][1],
            amount=amounts[prices[pk][0]],
            reading=readings.get(pk),
            model=model,
            now=now,
        )
        for pk in ranked
        if pk in people
    ]


def _prices(deals: Collection[UUID]) -> dict[UUID, tuple[UUID, float]]:
    """Each person's deal and shadow price, by the last forecasts."""
    made = Forecast.objects.filter(opportunity__in=list(deals))
    last = made.order_by("opportunity", "-computed_at", "-id").distinct("opportunity")
    return {
        UUID(key): (deal, told["shadow_price"])
        for deal, people in last.values_list("opportunity_id", "people")
        for key, told in people.items()
        if told["shadow_price"] > 0
    }


def _seat(
    person: Stakeholder,
    *,
    price: float,
    amount: float,
    reading: PhaseReading | None,
    model: LoadedModel,
    now: datetime,
) -> WeakSeat:
    anchor, chance = "", 0.0
    if reading is not None and reading.signal_count and reading.model_id == model.pk:
        phases = reading_at(reading, now, model=model).probabilities
        chance = max(phases)
        anchor = str(model.anchors[phases.index(chance)])
    return WeakSeat(
        stakeholder_id=person.pk,
        name=person.person.name,
        deal_id=person.opportunity_id,
        deal=person.opportunity.name,
        anchor=anchor,
        chance=chance,
        price=price,
        worth=Decimal(round(price * amount)),
    )
