"""A deal with people who said things, made by the actions themselves."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Membership
from buyreadiness.recompute import recompute
from forecasting.models import Forecast, Outlook
from opportunities.actions import create_opportunity
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from readiness.models import PhaseReading
from stakeholders.actions.people import add_stakeholder, create_person
from stakeholders.models import Interaction, Stakeholder
from tests.factories import NOW

ZONE = ZoneInfo("Europe/Brussels")
OPENED = date(2026, 1, 12)
JOINED = date(2026, 1, 15)


def days_ago(days: float, *, now: datetime = NOW) -> datetime:
    return now - timedelta(days=days)


def open_deal(
    *, owner: Membership, name: str = "Planning", **fields: Any
) -> Opportunity:
    values: dict[str, Any] = {
        "opened_on": OPENED,
        "amount": Decimal("148000"),
        "currency": "EUR",
    }
    return create_opportunity(
        name=name, owner=owner, by=owner, now=NOW, **values | fields
    )


def seat(
    deal: Opportunity,
    name: str = "Karel",
    *,
    roles: Sequence[str] = ("champion",),
    joined_on: date = JOINED,
    **fields: Any,
) -> Stakeholder:
    person = create_person(name=name, by=deal.owner, now=NOW)
    return add_stakeholder(
        opportunity=deal,
        person=person,
        joined_on=joined_on,
        roles=roles,
        by=deal.owner,
        now=NOW,
        **fields,
    )


def say(
    person: Stakeholder,
    *codes: str,
    at: datetime = NOW,
    logged_at: datetime | None = None,
    now: datetime | None = None,
    **contact: Any,
) -> Interaction:
    """Somebody signals; logged when it was said unless told otherwise."""
    deal = person.opportunity
    return log_interaction(
        opportunity=deal,
        contact=Contact(
            occurred_at=at,
            channel="call",
            parts=[Took(person, [Said(code) for code in codes])],
            **contact,
        ),
        zone=ZONE,
        by=deal.owner,
        now=now or max(at, NOW),
        logged_at=logged_at or at,
    )


def make(deal: Opportunity, *, now: datetime = NOW) -> None:
    """Recompute a deal as a worker would find it."""
    recompute(opportunity=Opportunity.objects.get(pk=deal.pk), now=now)


def readings() -> list[tuple[Any, ...]]:
    """Every stored reading to the last bit, in the order of writing."""
    rows = PhaseReading.objects.order_by("computed_at", "pk")
    return list(
        rows.values_list(
            *("stakeholder", "stands_at", "probabilities", "stance_probability"),
            *("signal_count", "inputs_hash"),
        )
    )


def last_reading(person: Stakeholder) -> PhaseReading:
    rows = PhaseReading.objects.filter(stakeholder=person)
    return rows.order_by("-computed_at", "-pk")[0]


def forecasts() -> list[tuple[Any, ...]]:
    """Every stored forecast to the last bit."""
    rows = Forecast.objects.order_by("computed_at", "pk")
    return list(
        rows.values_list(
            *("opportunity", "won", "lost", "no_decision", "target_on", "people"),
            *("won_by_target_probability", "constraint_kind", "inputs_hash"),
        )
    )


def outlook(deal: Opportunity) -> dict[str, Any]:
    return dict(Outlook.objects.values().get(opportunity=deal))
