"""What managers, coaches and administrators keep around a deal: one row of every kind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import ApiKey, Membership
from coaching.models import (
    CoachingNote,
    Commitment,
    HelpRequest,
    PracticeAnswer,
    Symptom,
)
from forecasting.models import ManagerCall, PeriodReview, SavedView, Snapshot, Target
from integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder
from tests.factories import DAY, NOW

EVEN = [1 / 7] * 7
SUMS = ("won_so_far", "mean", "p10", "p50", "p90")


def create_what_is_around(
    deal: Opportunity, seat: Stakeholder, *, owner: Membership, number: int
) -> None:
    _frozen(deal, owner, number)
    _said(owner, number)
    _between(deal, seat, owner, number)
    _by_administrators(owner, number)


def _frozen(deal: Opportunity, owner: Membership, number: int) -> None:
    Snapshot.objects.create(
        opportunity=deal,
        owner=owner,
        taken_on=DAY,
        starts_at=NOW,
        outcome="open",
        amount=12_000,
        currency="EUR",
        won=[0.1] * 79,
        lost=[0.1] * 79,
        no_decision=[0.1] * 79,
        model_version="default-1",
        map_version="1",
    )
    PeriodReview.objects.create(
        week_starts_on=DAY,
        taken_on=DAY,
        owner=owner,
        scope_name=owner.name,
        starts_on=DAY + timedelta(days=number),
        ends_on=DAY + timedelta(days=90),
        currency="EUR",
        open_count=1,
        without_amount_count=0,
        seed=1,
        movement={"since": str(DAY), "parts": {"won": "100.00"}},
        **dict.fromkeys(SUMS, Decimal(100)),
    )


def _said(owner: Membership, number: int) -> None:
    place: dict[str, Any] = {
        "owner": owner,
        "starts_on": DAY + timedelta(days=number),
        "ends_on": DAY + timedelta(days=90),
        "amount": 100,
        "currency": "EUR",
    }
    Target.objects.create(**place)
    SavedView.objects.create(owner=owner, name=f"View {number}", query="limited=veto")
    ManagerCall.objects.create(
        **place, reason="They said so.", logged_at=NOW, logged_by=owner
    )


def _between(
    deal: Opportunity, seat: Stakeholder, owner: Membership, number: int
) -> None:
    Symptom.objects.create(
        opportunity=deal,
        code="S1",
        people=[str(seat.pk)],
        rows=[{"kind": "date", "id": str(deal.pk), "on": str(DAY)}],
        opened_at=NOW,
    )
    PracticeAnswer.objects.create(
        member=owner,
        shipped=f"case-{number}",
        probabilities=EVEN,
        model_probabilities=EVEN,
        anchor="criteria",
        answered_at=NOW,
    )
    written = {"member": owner, "text": "Ask Ruth who decides."}
    CoachingNote.objects.create(**written, written_by=owner, written_at=NOW)
    Commitment.objects.create(**written, due_on=DAY, made_by=owner, made_at=NOW)
    HelpRequest.objects.create(
        opportunity=deal,
        stakeholder=seat,
        question="Who else decides?",
        asked_by=owner,
        asked_at=NOW,
    )


def _by_administrators(owner: Membership, number: int) -> None:
    ApiKey.objects.create(
        workspace=owner.workspace,
        membership=owner,
        name="Nightly",
        prefix="brk_abcdefgh",
        scopes=["companies:read"],
        secret_hash=f"{owner.pk} {number}"[:64],
        created_at=NOW,
    )
    endpoint = WebhookEndpoint.objects.create(
        url=f"https://hooks.example.com/{number}",
        events=["interaction.logged"],
        secret="sealed",
        created_at=NOW,
        created_by=owner,
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event="interaction.logged",
        payload={"interaction": str(owner.pk)},
        created_at=NOW,
        due_at=NOW,
    )
    WebhookAttempt.objects.create(delivery=delivery, at=NOW, status=500, duration_ms=3)
