"""One row of every kind, hanging together, for what the API reads."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, TeamMember, TeamPart
from coaching.models import Play, Prompt
from forecasting.models import Forecast, Outlook, PeriodOutlook
from integrations.models import ExportRun, ImportRun
from opportunities.models import ExchangeRate, Opportunity, RecomputeRequest
from readiness.actions.interactions import Contact, Did, Said, Took, log_interaction
from readiness.models import ActionType, PhaseConfirmation, PhaseOverride, SignalType
from stakeholders.models import (
    DecisionDate,
    InfluenceLink,
    OutcomeEvent,
    OutcomeReview,
    Person,
    PurchaseFileItem,
    Quote,
    RoleHeld,
    RoleType,
    Stakeholder,
    Task,
)
from tests.api.around import create_what_is_around
from tests.factories import DAY, NOW, create_company, create_opportunity, create_team

HANGS_ON = {"weight": 1, "shadow_price": 0.1, "value_of_knowing": 0.02}
CURVE = [week / 200 for week in range(79)]
COLUMN = {"starts_at": NOW, "won": CURVE, "lost": CURVE, "no_decision": CURVE}


def create_deal_with_everything(owner: Membership, *, number: int = 1) -> Opportunity:
    """A deal with two people and a row of each kind that hangs on it."""
    company = create_company(name=f"Delta {number}")
    deal = create_opportunity(
        owner=owner,
        name=f"Deal {number}",
        company=company,
        amount=12_000,
        currency="EUR",
    )
    seats = [_seat(deal, f"{name} {number}") for name in ("Ruth Claes", "Karel Maes")]
    InfluenceLink.objects.create(giver=seats[0], taker=seats[1], strength="high")
    _facts(deal, seats[0], owner)
    _talk(deal, seats, owner)
    _computed(deal, seats[0])
    create_what_is_around(deal, seats[0], owner=owner, number=number)
    team = create_team(name=f"Team {number}")
    TeamMember.objects.create(
        team=team,
        membership=owner,
        part=TeamPart.MEMBER if number == 1 else TeamPart.COACH,
    )
    ExchangeRate.objects.create(
        valid_on=DAY + timedelta(days=number), currency="USD", base="EUR", rate="0.91"
    )
    PeriodOutlook.objects.create(
        owner=owner,
        starts_on=DAY + timedelta(days=number),
        ends_on=DAY + timedelta(days=90),
        refreshed_at=NOW,
        currency="EUR",
        seed=number,
        open_count=1,
        without_amount_count=0,
        **dict.fromkeys(("won_so_far", "mean", "p10", "p50", "p90"), 100),
    )
    _twice(number)
    _files()
    RecomputeRequest.objects.all().delete()
    return deal


def _seat(deal: Opportunity, name: str) -> Stakeholder:
    person = Person.objects.create(name=name, company=deal.company)
    seat = Stakeholder.objects.create(opportunity=deal, person=person, joined_on=DAY)
    code = RoleType.objects.filter(is_choosable=True).order_by("position")[0].code
    RoleHeld.objects.create(stakeholder=seat, role=code, held_from_on=DAY)
    return seat


def _facts(deal: Opportunity, seat: Stakeholder, owner: Membership) -> None:
    kept: dict[str, Any] = {"logged_at": NOW, "logged_by": owner}
    of_deal = {"opportunity": deal} | kept
    of_seat = {"stakeholder": seat} | kept
    Quote.objects.create(number=1, sent_on=DAY, total=1, currency="EUR", **of_deal)
    DecisionDate.objects.create(set_at=NOW, decision_on=DAY, moved_by=seat, **of_deal)
    PurchaseFileItem.objects.create(item=1, state="claimed", seen_on=DAY, **of_deal)
    OutcomeEvent.objects.create(outcome="open", happened_on=DAY, **of_deal)
    review = OutcomeReview.objects.create(reviewed_on=DAY, stopped_by=seat, **of_deal)
    review.phases.create(stakeholder=seat, anchor="criteria")
    PhaseOverride.objects.create(anchor="criteria", set_at=NOW, reason="x", **of_seat)
    PhaseConfirmation.objects.create(anchor="criteria", confirmed_at=NOW, **of_seat)
    Task.objects.create(
        opportunity=deal, title="Send the draft", stakeholder=seat, owner=owner
    )
    Prompt.objects.create(
        opportunity=deal,
        stakeholder=seat,
        play=Play.objects.order_by("code")[0],
        evidence_hash="x",
        opened_at=NOW,
        words={
            "name": str(seat.pk),
            "joined_on": str(DAY),
            "anchor": "criteria",
            "probability": 0.6,
        },
    )


def signal_code() -> str:
    return str(SignalType.objects.order_by("code")[0].code)


def action_code() -> str:
    return str(ActionType.objects.order_by("code")[0].code)


def _talk(deal: Opportunity, seats: list[Stakeholder], owner: Membership) -> None:
    said = [Said(signal_code(), "we lose hours on this")]
    contact = Contact(
        occurred_at=NOW,
        channel="call",
        parts=[Took(seat, said) for seat in seats],
        actions=[Did(action_code(), seats)],
    )
    log_interaction(
        opportunity=deal,
        contact=contact,
        zone=owner.workspace.zone,
        by=owner,
        now=NOW,
    )


def _computed(deal: Opportunity, seat: Stakeholder) -> None:
    believed: dict[str, Any] = {
        "opportunity": deal,
        "computed_at": NOW,
        "target_on": DAY,
        "target_basis": "period",
        "won_by_target_probability": 0.31,
        "decided_probability": 0.6,
        "constraint_kind": "veto",
        "constraint_stakeholder": seat,
        "constraint_gain": 0.11,
    }
    Forecast.objects.create(
        **COLUMN,
        **believed,
        people={str(seat.pk): HANGS_ON},
        model_version="default-1",
        map_version="1",
        engine_version="1",
        inputs_hash="x",
    )
    Outlook.objects.create(
        **believed,
        refreshed_at=NOW,
        phase_mix=[0.2, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1],
        coverage=0.5,
        heard_count=1,
        people_count=2,
        symptoms="1 3",
    )


def _twice(number: int) -> None:
    """A person and a company that were each noted two times."""
    for _time in range(2):
        Person.objects.create(name=f"Tina {number}", email=f"tina{number}@example.com")
        create_company(name=f"Echo {number}")


def _files() -> None:
    """One file that came in, and one that is to go out."""
    ImportRun.objects.create(
        source="deals.csv", digest="x", status="checked", started_at=NOW
    )
    ready = ExportRun.objects.create(
        contents="people",
        format="csv",
        asked_at=timezone.now(),
        ready_at=timezone.now(),
        status="ready",
        size=4,
    )
    ready.chunks.create(number=0, data=b"name")
