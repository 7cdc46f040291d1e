"""What must be true is said to the database, and the database refuses the rest."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from uuid_utils.compat import uuid7

from accounts.models import Membership
from coaching.models import (
    CoachingNote,
    Commitment,
    DealTiming,
    HelpRequest,
    Play,
    PracticeAnswer,
    PracticeCase,
    Prompt,
    ReadingAndWinning,
    Symptom,
    SymptomThresholds,
)
from forecasting.models import (
    AccuracyReport,
    AccuracyRun,
    CalibrationVersion,
    Forecast,
    ManagerCall,
    Outlook,
    PeriodOutlook,
    PeriodReview,
    ReplayedDay,
    ReviewSubscription,
    SavedView,
    Snapshot,
    Target,
)
from integrations.models import (
    ExportChunk,
    ExportRun,
    ImportChange,
    ImportChunk,
    ImportRow,
    ImportRun,
    OutboxEntry,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from opportunities.models import (
    Company,
    ExchangeRate,
    Opportunity,
    RecomputeRequest,
    ScheduleSlot,
    SellerForecast,
    StageChange,
)
from readiness.models import (
    ActionType,
    LearningRun,
    LogDraft,
    Phase,
    PhaseConfirmation,
    PhaseModel,
    PhaseOverride,
    PhaseReading,
    SellerAction,
    SellerActionTarget,
    Signal,
    SignalType,
)
from stakeholders.models import (
    DecisionDate,
    DistinctPair,
    InfluenceLink,
    Interaction,
    OutcomeEvent,
    OutcomeReview,
    Participation,
    Person,
    PurchaseFileItem,
    Quote,
    ReviewedPhase,
    RoleHeld,
    RoleType,
    Stakeholder,
    Task,
)
from tests.factories import DAY, NOW, create_membership, create_team

APPS = (
    *("opportunities", "stakeholders", "readiness", "forecasting", "coaching"),
    "integrations",
)
LATER = DAY + timedelta(days=9)
ASKED = {"asked_at": NOW, "horizon_days": 90, "every_days": 30}
CURVES = {"starts_at": NOW, "won": [0.1], "lost": [0.1], "no_decision": [0.1]}

CASE = {
    "title": "x",
    "language": "en",
    "story": "x",
    "why": "x",
    "anchor": "criteria",
    "written_at": NOW,
}


class World:
    """One valid row of every model, made when it is asked for."""

    def __init__(self, owner: Membership) -> None:
        self.owner = owner
        self.made: dict[type, Any] = {}

    def __getitem__(self, model: type[models.Model]) -> Any:
        if model not in self.made:
            row = model(**self.values(model))
            row.save(force_insert=True)
            self.made[model] = row
        return self.made[model]

    def values(self, model: type[models.Model]) -> dict[str, Any]:
        """What another valid row of a model is made of."""
        return dict(VALID[model](self))

    def stakeholder(self) -> Stakeholder:
        return Stakeholder.objects.create(**self.values(Stakeholder))


def fact(w: World) -> dict[str, Any]:
    return {"logged_at": NOW}


def signal(w: World) -> dict[str, Any]:
    return fact(w) | {
        "interaction": w[Interaction],
        "stakeholder": w[Stakeholder],
        "code": "B03",
        "occurred_at": NOW,
    }


VALID: dict[type[models.Model], Any] = {
    Company: lambda _: {"name": "Delta", "source": "s", "external_id": uuid7().hex},
    Opportunity: lambda w: {
        "name": "Plan",
        "owner": w.owner,
        "opened_on": DAY,
        "source": "s",
        "external_id": uuid7().hex,
    },
    ExchangeRate: lambda _: {
        "valid_on": DAY + timedelta(days=ExchangeRate.objects.count()),
        "currency": "USD",
        "base": "EUR",
        "rate": Decimal("0.9"),
    },
    StageChange: lambda w: {
        "opportunity": w[Opportunity],
        "stage": uuid7().hex,
        "changed_at": NOW,
    },
    SellerForecast: lambda w: {
        "opportunity": w[Opportunity],
        "set_at": NOW + timedelta(days=SellerForecast.objects.count()),
        "probability": 0.5,
    },
    RecomputeRequest: lambda w: {
        "workspace_id": w.owner.workspace_id,
        "opportunity_id": uuid7(),
        "requested_at": NOW,
    },
    ScheduleSlot: lambda w: {
        "workspace_id": w.owner.workspace_id,
        "job": "night",
        "slot": uuid7().hex,
        "due_at": NOW,
    },
    Person: lambda _: {"name": "Karel", "source": "s", "external_id": uuid7().hex},
    DistinctPair: lambda _: {
        "kind": "person",
        "first_id": min(pair := (uuid7(), uuid7())),
        "second_id": max(pair),
        "said_at": NOW,
    },
    Stakeholder: lambda w: {
        "opportunity": w[Opportunity],
        "person": Person.objects.create(**w.values(Person)),
        "joined_on": DAY,
        "source": "s",
        "external_id": uuid7().hex,
    },
    RoleType: lambda _: {
        "code": uuid7().hex,
        "position": 1,
        "counts_as": "none",
        "default_weight": 0.1,
    },
    RoleHeld: lambda w: {
        "stakeholder": w[Stakeholder],
        "role": uuid7().hex,
        "held_from_on": DAY,
    },
    InfluenceLink: lambda w: {"giver": w.stakeholder(), "taker": w.stakeholder()},
    Interaction: lambda w: (
        fact(w)
        | {
            "opportunity": w[Opportunity],
            "occurred_at": NOW,
            "channel": "call",
            "source": "s",
            "external_id": uuid7().hex,
        }
    ),
    Participation: lambda w: {
        "interaction": w[Interaction],
        "stakeholder": w.stakeholder(),
    },
    DecisionDate: lambda w: (
        fact(w) | {"opportunity": w[Opportunity], "set_at": NOW, "decision_on": DAY}
    ),
    Quote: lambda w: (
        fact(w)
        | {
            "opportunity": w[Opportunity],
            "number": Quote.objects.count() + 1,
            "sent_on": DAY,
            "total": Decimal(1),
            "currency": "EUR",
        }
    ),
    PurchaseFileItem: lambda w: (
        fact(w)
        | {"opportunity": w[Opportunity], "item": 1, "state": "claimed", "seen_on": DAY}
    ),
    OutcomeEvent: lambda w: (
        fact(w) | {"opportunity": w[Opportunity], "outcome": "lost", "happened_on": DAY}
    ),
    OutcomeReview: lambda w: (
        fact(w) | {"opportunity": w[Opportunity], "reviewed_on": DAY}
    ),
    ReviewedPhase: lambda w: {
        "review": w[OutcomeReview],
        "stakeholder": w.stakeholder(),
        "anchor": "resolve",
    },
    Task: lambda w: {
        "opportunity": w[Opportunity],
        "title": "Call",
        "source": "s",
        "external_id": uuid7().hex,
    },
    PhaseModel: lambda _: {
        "version": uuid7().hex,
        "status": "draft",
        "created_at": NOW,
    },
    LearningRun: lambda w: {
        "asked_at": NOW,
        "base": w[PhaseModel],
        "outcome": "kept",
        "finished_at": NOW,
    },
    Phase: lambda w: {
        "model": w[PhaseModel],
        "position": Phase.objects.count(),
        "code": uuid7().hex,
        "anchor": "resolve",
        "prior_probability": 0.1,
        "mean_dwell_days": 1.0,
    },
    SignalType: lambda w: {
        "model": w[PhaseModel],
        "code": uuid7().hex[:20],
        "steps": [3],
        "evidence_class": "T",
    },
    ActionType: lambda w: {
        "model": w[PhaseModel],
        "code": uuid7().hex[:20],
        "fits": [0],
    },
    Signal: signal,
    SellerAction: lambda w: fact(w) | {"interaction": w[Interaction], "code": "A01"},
    SellerActionTarget: lambda w: {
        "action": w[SellerAction],
        "stakeholder": w.stakeholder(),
    },
    PhaseConfirmation: lambda w: (
        fact(w)
        | {"stakeholder": w[Stakeholder], "anchor": "resolve", "confirmed_at": NOW}
    ),
    PhaseOverride: lambda w: (
        fact(w)
        | {
            "stakeholder": w[Stakeholder],
            "anchor": "resolve",
            "reason": "x",
            "set_at": NOW,
        }
    ),
    LogDraft: lambda w: {
        "membership": w.owner,
        "opportunity": Opportunity.objects.create(**w.values(Opportunity)),
        "saved_at": NOW,
    },
    PhaseReading: lambda w: {
        "stakeholder": w[Stakeholder],
        "model": w[PhaseModel],
        "computed_at": NOW,
        "stands_at": NOW,
        "probabilities": [1.0],
        "signal_count": 1,
        "inputs_hash": "x",
    },
    Snapshot: lambda w: (
        CURVES
        | {
            "opportunity": w[Opportunity],
            "taken_on": DAY + timedelta(days=Snapshot.objects.count()),
            "owner": w.owner,
            "outcome": "open",
        }
    ),
    Outlook: lambda w: {
        "opportunity": Opportunity.objects.create(**w.values(Opportunity)),
        "refreshed_at": NOW,
    },
    PeriodOutlook: lambda _: {
        "starts_on": DAY + timedelta(days=PeriodOutlook.objects.count()),
        "ends_on": LATER,
        "refreshed_at": NOW,
        "currency": "EUR",
        **dict.fromkeys(("won_so_far", "mean", "p10", "p50", "p90"), Decimal(1)),
        "open_count": 0,
        "without_amount_count": 0,
        "seed": 1,
    },
    ManagerCall: lambda w: (
        fact(w)
        | {
            "starts_on": DAY + timedelta(days=ManagerCall.objects.count()),
            "ends_on": LATER,
            "amount": Decimal(1),
            "currency": "EUR",
            "reason": "Their board meets in January.",
        }
    ),
    PeriodReview: lambda _: {
        "week_starts_on": DAY + timedelta(days=7 * PeriodReview.objects.count()),
        "taken_on": DAY + timedelta(days=70),
        "starts_on": DAY,
        "ends_on": LATER,
        "currency": "EUR",
        "won_so_far": Decimal(0),
        "mean": Decimal(0),
        "p10": Decimal(0),
        "p50": Decimal(0),
        "p90": Decimal(0),
        "open_count": 0,
        "without_amount_count": 0,
        "seed": 1,
    },
    ReviewSubscription: lambda w: {
        "member": create_membership(),
        "address": "https://example.com/w/ours/forecast/reviews",
    },
    SavedView: lambda w: {"owner": w.owner, "name": uuid7().hex},
    Target: lambda _: {
        "starts_on": DAY + timedelta(days=Target.objects.count()),
        "ends_on": LATER,
        "amount": Decimal(1),
        "currency": "EUR",
    },
    Play: lambda _: {"code": uuid7().hex, "situation": "heard"},
    Prompt: lambda w: {
        "opportunity": w[Opportunity],
        "play": w[Play],
        "evidence_hash": uuid7().hex,
        "opened_at": NOW,
    },
    Symptom: lambda w: {
        "opportunity": w[Opportunity],
        "code": uuid7().hex[:24],
        "opened_at": NOW,
    },
    SymptomThresholds: lambda _: {},
    DealTiming: lambda w: {
        "opportunity": Opportunity.objects.create(**w.values(Opportunity)),
        "model": w[PhaseModel],
        "ill": 0,
        "steps": 1,
        "computed_at": NOW,
    },
    ReadingAndWinning: lambda _: {"computed_at": NOW, "body": {}},
    CoachingNote: lambda w: {
        "member": w.owner,
        "text": "x",
        "written_by": w.owner,
        "written_at": NOW,
    },
    Commitment: lambda w: {
        "member": w.owner,
        "text": "x",
        "due_on": DAY,
        "made_by": w.owner,
        "made_at": NOW,
    },
    HelpRequest: lambda w: {
        "opportunity": w[Opportunity],
        "question": "x",
        "asked_by": w.owner,
        "asked_at": NOW,
    },
    PracticeCase: lambda _: CASE,
    PracticeAnswer: lambda w: {
        "member": w.owner,
        "case": PracticeCase.objects.create(**CASE),
        "probabilities": [1.0],
        "model_probabilities": [1.0],
        "anchor": "criteria",
        "answered_at": NOW,
    },
    AccuracyReport: lambda _: (
        ASKED
        | {
            "computed_at": NOW,
            "model_version": "default-1",
            "map_version": "expert-map-1",
            "body": {},
        }
    ),
    AccuracyRun: lambda _: ASKED,
    CalibrationVersion: lambda _: {
        "version": f"map {CalibrationVersion.objects.count()}",
        "status": "retired",
        "knots": [],
        "floor": 0.005,
        "trials": [],
        "last_seen_on": DAY,
        "created_at": NOW,
    },
    ReplayedDay: lambda w: {
        "run": w[AccuracyRun],
        "on": DAY + timedelta(days=ReplayedDay.objects.count()),
        "rows": [],
    },
    ImportRun: lambda _: {
        "source": "deals.csv",
        "digest": uuid7().hex,
        "started_at": NOW,
    },
    ImportRow: lambda w: {
        "run": w[ImportRun],
        "line": ImportRow.objects.count(),
        "kind": "company",
    },
    OutboxEntry: lambda w: {
        "kind": "webhook",
        "workspace_id": w.owner.workspace_id,
        "object_id": uuid7(),
        "due_at": NOW,
    },
    ImportChange: lambda w: {
        "run": w[ImportRun],
        "number": ImportChange.objects.count(),
        "kind": "made",
        "table": "opportunities.Company",
        "ids": [],
    },
    ImportChunk: lambda w: {
        "run": w[ImportRun],
        "number": ImportChunk.objects.count(),
        "data": b"x",
    },
    ExportRun: lambda _: {"contents": "people", "format": "csv", "asked_at": NOW},
    ExportChunk: lambda w: {
        "run": w[ExportRun],
        "number": ExportChunk.objects.count(),
        "data": b"x",
    },
    WebhookEndpoint: lambda _: {
        "url": f"https://{uuid7().hex}.example.com/",
        "events": [],
        "secret": "x",
        "created_at": NOW,
    },
    WebhookDelivery: lambda w: {
        "endpoint": w[WebhookEndpoint],
        "event": "webhook.test",
        "payload": {},
        "created_at": NOW,
        "due_at": NOW,
    },
    WebhookAttempt: lambda w: {
        "delivery": w[WebhookDelivery],
        "at": NOW,
        "status": 200,
        "duration_ms": 1,
    },
}

TWO = (uuid7(), uuid7())

# What each check refuses: fields of an otherwise valid row.
BROKEN: dict[str, Any] = {
    "exchange_rate_is_positive": {"rate": Decimal(0)},
    "seller_forecast_is_a_probability": {"probability": 1.1},
    "opportunity_closed_on_iff_closed": {"outcome": "lost"},
    "opportunity_closes_after_it_opens": {
        "outcome": "lost",
        "closed_on": DAY - timedelta(days=1),
    },
    "opportunity_amount_has_a_currency": {"amount": Decimal(1)},
    "opportunity_amount_is_not_negative": {"amount": Decimal(-1), "currency": "EUR"},
    "opportunity_won_amount_only_when_won": {
        "won_amount": Decimal(1),
        "currency": "EUR",
    },
    "opportunity_group_has_people": {"expected_group_size": 0},
    "opportunity_quorum_is_a_share": {"quorum_share": 1.2},
    "opportunity_endorsed_by_people": {"endorsements_needed": 0},
    "schedule_slot_closes_after_it_is_due": {"closes_at": NOW},
    "distinct_pair_in_order": {"first_id": max(TWO), "second_id": min(TWO)},
    "stakeholder_leaves_after_joining": {"left_on": DAY - timedelta(days=1)},
    "stakeholder_replaced_only_when_left": lambda w: {"replaced_by": w[Stakeholder]},
    "role_type_weight_is_a_share": {"default_weight": 1.5},
    "role_held_ends_after_it_begins": {"held_until_on": DAY - timedelta(days=1)},
    "influence_link_between_two": lambda w: {
        "giver": w[Stakeholder],
        "taker": w[Stakeholder],
    },
    "interaction_minutes_are_not_negative": {"minutes": -1},
    "decision_date_moved_by_one_side": lambda w: {
        "moved_by": w[Stakeholder],
        "is_moved_by_seller": True,
    },
    "quote_total_is_not_negative": {"total": Decimal(-1)},
    "purchase_file_item_is_on_the_list": {"item": 9},
    "phase_prior_is_a_probability": {"prior_probability": -0.1},
    "phase_dwell_is_positive": {"mean_dwell_days": 0.0},
    "learning_finished_iff_not_at_work": {"finished_at": None},
    "signal_type_effect_is_small": {"stance_effect": 3},
    "phase_reading_stance_is_a_probability": {"stance_probability": 1.2},
    "target_of_a_team_or_an_owner": lambda w: {"owner": w.owner, "team": create_team()},
    "target_is_not_negative": {"amount": Decimal(-1)},
    "target_ends_after_it_starts": {"ends_on": DAY - timedelta(days=1)},
    "manager_call_has_one_place": lambda w: {"owner": w.owner, "team": create_team()},
    "manager_call_is_an_amount_or_a_verdict": {"verdict": "in"},
    "manager_call_is_not_negative": {"amount": Decimal(-1)},
    "manager_call_ends_after_it_starts": {"ends_on": DAY - timedelta(days=1)},
    "manager_call_has_a_reason": {"reason": ""},
    "saved_view_has_a_name": {"name": ""},
    "saved_view_for_a_team_or_all": lambda _: {
        "team": create_team(),
        "is_for_all": True,
    },
    "period_review_within_its_week": {"taken_on": DAY - timedelta(days=1)},
    "prompt_answer_has_a_time": {"answer": "accepted"},
    "deal_timing_counts": {"ill": 2},
    "practice_answer_is_about_one_case": {"shipped": "x"},
    "commitment_kept_by_iff_kept": {"kept_at": NOW},
    "help_answered_with_words_and_a_time": {"answer": "x"},
    "accuracy_run_looks_ahead": {"horizon_days": 0},
    "calibration_map_has_a_floor": {"floor": 0.0},
    "webhook_is_off_for_a_reason": {"off_at": NOW},
    "webhook_earlier_secret_ends": {"earlier_secret": "x"},
    "delivery_is_due_iff_pending": {"due_at": None},
    "delivery_delivered_at_iff_delivered": {"delivered_at": NOW},
    "attempt_has_a_status_or_a_fault": {"status": None},
}
# What a condition of a unique constraint asks of both rows.
UNDER: dict[str, dict[str, Any]] = {
    "phase_model_one_active": {"status": "active"},
    "calibration_map_one_active": {"status": "active"},
    "practice_answer_once_to_a_shipped_case": {"shipped": "x", "case": None},
    "learning_one_at_work": {"outcome": "running", "finished_at": None},
}


def of_ours(kind: type[models.BaseConstraint]) -> list[Any]:
    return [
        pytest.param(model, constraint, id=constraint.name)
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, kind)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "check"), of_ours(models.CheckConstraint))
def test_a_check_refuses_what_must_not_be(model, check, alice: Membership):
    w = World(alice)
    broken = BROKEN[check.name]
    values = w.values(model) | (broken(w) if callable(broken) else broken)

    with pytest.raises(IntegrityError, match=check.name), transaction.atomic():
        model.objects.create(**values)

    model.objects.create(**w.values(model))  # and nothing else stood in the way


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "unique"), of_ours(models.UniqueConstraint))
def test_a_unique_thing_is_there_once(model, unique, alice: Membership):
    w = World(alice)
    under = UNDER.get(unique.name, {})
    first = model.objects.create(**w.values(model) | under)
    same = {
        name: getattr(first, name)
        for name in unique.fields
        if name not in {"workspace", "id"}
    }

    with pytest.raises(IntegrityError, match=unique.name), transaction.atomic():
        model.objects.create(**w.values(model) | under | same)

    if list(unique.fields) != ["workspace"]:
        model.objects.create(**w.values(model))


def test_every_constraint_of_ours_begins_with_the_workspace_or_is_global():
    starts = {
        constraint.name: constraint.fields[0]
        for model, constraint in (
            each.values for each in of_ours(models.UniqueConstraint)
        )
    }
    glob = {
        "recompute_once_per_opportunity": "workspace_id",
        "schedule_slot_once": "job",
    }

    assert {
        name: first for name, first in starts.items() if first != "workspace"
    } == glob


def test_every_model_of_ours_has_a_valid_row_here():
    known = set(VALID) | {Forecast}  # it has no constraint

    assert {
        model for app in APPS for model in apps.get_app_config(app).get_models()
    } == known
