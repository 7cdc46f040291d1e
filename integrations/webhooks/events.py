"""The kinds of event there are, and what is told of each: ids, codes and numbers only.

Names and people's words are fetched by the API with a key that may see them, so that
nothing personal lies in a log of ours or waits at a receiver that was taken over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rest.columns import (
    COUNT,
    DAY,
    ID,
    INSTANT,
    MONEY,
    PROBABILITY,
    TEXT,
    Schema,
    list_of,
    money_of,
    object_of,
    one_of,
    or_null,
)
from coaching.models import Prompt, Symptom
from forecasting.models import ConstraintKind, Forecast
from integrations.models import ImportRun, ImportStatus
from opportunities.models import CLOSED_OUTCOMES, Opportunity, Outcome
from readiness.actions.interactions import ContactRows
from readiness.models import PhaseReading
from stakeholders.models import Anchor, Channel, Direction, Interaction, OutcomeEvent

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event: its name, when it is sent, and the shape of what is told."""

    name: str
    about: str | Promise
    schema: Schema


INTERACTION = Event(
    "interaction.logged",
    _("A conversation was logged by a page or by the API; imports send none."),
    object_of(
        interaction=ID,
        opportunity=ID,
        occurred_at=INSTANT,
        logged_at=INSTANT,
        channel=one_of(Channel),
        direction=or_null(one_of(Direction)),
        stakeholders=list_of(ID),
        signals=list_of(object_of(signal=ID, stakeholder=ID, code=TEXT)),
    ),
)
READING = Event(
    "reading.changed",
    _(
        "New evidence changed what is believed of somebody; time passing alone does not."
    ),
    object_of(
        stakeholder=ID,
        opportunity=ID,
        computed_at=INSTANT,
        phase=or_null(one_of(Anchor)),
        phase_before=or_null(one_of(Anchor)),
        probabilities={"type": "object", "additionalProperties": PROBABILITY},
        stance=or_null(PROBABILITY),
        signals=COUNT,
        model=TEXT,
    ),
)
FORECAST = Event(
    "forecast.changed",
    _("A deal's forecast was stored anew, because what it rests on changed."),
    object_of(
        forecast=ID,
        opportunity=ID,
        computed_at=INSTANT,
        target_on=DAY,
        won_by_target=PROBABILITY,
        decided=PROBABILITY,
        constraint=one_of(ConstraintKind),
        constraint_stakeholder=or_null(ID),
        model=TEXT,
    ),
)
PROMPT = Event(
    "prompt.opened",
    _("Advice came up for a person or a deal, or came back."),
    object_of(
        prompt=ID,
        opportunity=ID,
        stakeholder=or_null(ID),
        play=TEXT,
        opened_at=INSTANT,
    ),
)
SYMPTOM = Event(
    "symptom.detected",
    _("A deal shows a sign of stalling that it did not show before."),
    object_of(
        symptom=ID,
        opportunity=ID,
        stakeholder=or_null(ID),
        code=TEXT,
        reading=or_null(TEXT),
        opened_at=INSTANT,
    ),
)
CREATED = Event(
    "opportunity.created",
    _("A deal was opened by a page or by the API; imports send none."),
    object_of(
        opportunity=ID,
        company=or_null(ID),
        owner=ID,
        opened_on=DAY,
        amount=or_null(MONEY),
        external_id=or_null(TEXT),
    ),
)
CLOSED = Event(
    "opportunity.closed",
    _("A deal ended: won, lost, without a decision, or withdrawn."),
    object_of(
        opportunity=ID,
        outcome=one_of([str(each) for each in CLOSED_OUTCOMES]),
        closed_on=DAY,
        won_amount=or_null(MONEY),
        external_id=or_null(TEXT),
    ),
)
REOPENED = Event(
    "opportunity.reopened",
    _("A deal that had ended goes on."),
    object_of(opportunity=ID, reopened_on=DAY, external_id=or_null(TEXT)),
)
IMPORT = Event(
    "import.finished",
    _("An import came to its end: committed, refused, or given up."),
    object_of(**{"import": ID}, status=one_of(ImportStatus), finished_at=INSTANT),
)
TEST = Event(
    "webhook.test",
    _("Sent by the test button, whatever is ticked."),
    object_of(webhook=ID),
)
EVENTS = {
    event.name: event
    for event in (
        *(INTERACTION, READING, FORECAST, PROMPT, SYMPTOM),
        *(CREATED, CLOSED, REOPENED, IMPORT),
    )
}


def interaction_logged(interaction: Interaction, rows: ContactRows) -> Told:
    return {
        "interaction": interaction.lineage_id,
        "opportunity": interaction.opportunity_id,
        "occurred_at": interaction.occurred_at,
        "logged_at": interaction.logged_at,
        "channel": interaction.channel,
        "direction": interaction.direction or None,
        "stakeholders": [part.stakeholder_id for part in rows.participations],
        "signals": [
            {
                "signal": signal.lineage_id,
                "stakeholder": signal.stakeholder_id,
                "code": signal.code,
            }
            for signal in rows.signals
        ],
    }


def reading_changed(
    reading: PhaseReading,
    before: PhaseReading | None,
    *,
    anchors: Sequence[str],
    version: str,
) -> Told:
    """Of the moment the row holds for. `phase_before` only within one version of the model."""
    is_same = before is not None and before.model_id == reading.model_id
    return {
        "stakeholder": reading.stakeholder_id,
        "opportunity": reading.stakeholder.opportunity_id,
        "computed_at": reading.computed_at,
        "phase": _phase(reading, anchors),
        "phase_before": _phase(before, anchors) if before and is_same else None,
        "probabilities": _by_anchor(reading, anchors),
        "stance": reading.stance_probability,
        "signals": reading.signal_count,
        "model": version,
    }


def _by_anchor(reading: PhaseReading, anchors: Sequence[str]) -> dict[str, float]:
    """Several phases of a model may share an anchor: their sum."""
    sums = dict.fromkeys(anchors, 0.0)
    for anchor, chance in zip(anchors, reading.probabilities, strict=True):
        sums[anchor] += chance
    return sums


def _phase(reading: PhaseReading, anchors: Sequence[str]) -> str | None:
    """The likeliest, the earlier of two; nothing of somebody of whom nothing was heard."""
    if not reading.signal_count and reading.last_heard_at is None:
        return None
    chances = reading.probabilities
    return anchors[chances.index(max(chances))]


def forecast_changed(forecast: Forecast) -> Told:
    return {
        "forecast": forecast.pk,
        "opportunity": forecast.opportunity_id,
        "computed_at": forecast.computed_at,
        "target_on": forecast.target_on,
        "won_by_target": forecast.won_by_target_probability,
        "decided": forecast.decided_probability,
        "constraint": forecast.constraint_kind,
        "constraint_stakeholder": forecast.constraint_stakeholder_id,
        "model": forecast.model_version,
    }


def prompt_opened(prompt: Prompt, *, play: str, now: datetime) -> Told:
    return {
        "prompt": prompt.pk,
        "opportunity": prompt.opportunity_id,
        "stakeholder": prompt.stakeholder_id,
        "play": play,
        "opened_at": now,
    }


def symptom_detected(symptom: Symptom) -> Told:
    return {
        "symptom": symptom.pk,
        "opportunity": symptom.opportunity_id,
        "stakeholder": symptom.stakeholder_id,
        "code": symptom.code,
        "reading": symptom.reading or None,
        "opened_at": symptom.opened_at,
    }


def opportunity_created(opportunity: Opportunity) -> Told:
    return {
        "opportunity": opportunity.pk,
        "company": opportunity.company_id,
        "owner": opportunity.owner_id,
        "opened_on": opportunity.opened_on,
        "amount": money_of(opportunity.amount, opportunity.currency),
        "external_id": opportunity.external_id or None,
    }


def outcome_recorded(
    opportunity: Opportunity, event: OutcomeEvent
) -> tuple[Event, Told]:
    """A closing or a reopening."""
    common = {
        "opportunity": opportunity.pk,
        "external_id": opportunity.external_id or None,
    }
    if event.outcome == Outcome.OPEN:
        return REOPENED, common | {"reopened_on": event.happened_on}
    return CLOSED, common | {
        "outcome": event.outcome,
        "closed_on": event.happened_on,
        "won_amount": money_of(opportunity.won_amount, opportunity.currency),
    }


def import_finished(run: ImportRun, *, now: datetime) -> Told:
    return {"import": run.pk, "status": run.status, "finished_at": now}


def plain(told: Any) -> Any:
    """As JSON can say it: ids and days as texts, moments in UTC, as the API writes them."""
    if isinstance(told, Mapping):
        return {str(name): plain(value) for name, value in told.items()}
    if isinstance(told, list):
        return [plain(each) for each in told]
    if isinstance(told, datetime):
        return f"{told.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    if isinstance(told, UUID | date):
        return str(told)
    return str(told) if isinstance(told, str) else told
