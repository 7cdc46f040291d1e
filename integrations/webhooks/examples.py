"""What arrives, for each kind of event: written by the very functions that tell of facts."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from coaching.models import Prompt, Symptom
from forecasting.models import Forecast
from integrations.models import ImportRun
from integrations.webhooks import events
from integrations.webhooks.events import EVENTS, TEST, Event, Told, plain
from integrations.webhooks.signing import body_of, headers_of, secret_of
from opportunities.models import Opportunity
from readiness.actions.interactions import ContactRows
from readiness.models import PhaseReading, Signal
from stakeholders.models import (
    ANCHORS,
    Interaction,
    OutcomeEvent,
    Participation,
    Stakeholder,
)

WHEN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = date(2026, 5, 4)
SECRET = secret_of(bytes(range(32)))


def _id(number: int) -> UUID:
    return UUID(f"01970000-0000-7000-8000-{number:012d}")


DEAL, SEAT = _id(1), _id(2)


def examples() -> list[tuple[Event, str]]:
    """Each kind of event with its message, as a person reads it."""
    told = {**_told(), TEST.name: {"webhook": _id(9)}}
    return [
        (event, json.dumps(json.loads(message(event, told[event.name])), indent=2))
        for event in (*EVENTS.values(), TEST)
    ]


def example_headers() -> dict[str, str]:
    body = message(TEST, {"webhook": _id(9)})
    return headers_of(message_id=f"msg_{_id(10)}", body=body, secrets=[SECRET], at=WHEN)


def message(event: Event, told: Told) -> str:
    return body_of(event=event.name, at=WHEN, data=plain(told))


def _told() -> dict[str, Told]:
    deal = Opportunity(
        id=DEAL,
        company_id=_id(3),
        owner_id=_id(4),
        opened_on=DAY,
        amount=Decimal(12000),
        won_amount=Decimal(11500),
        currency="EUR",
        external_id="D-1042",
    )
    won, reopened = (
        OutcomeEvent(opportunity_id=DEAL, outcome=outcome, happened_on=DAY)
        for outcome in ("won", "open")
    )
    return {
        events.INTERACTION.name: _interaction(),
        events.READING.name: _reading(),
        events.FORECAST.name: events.forecast_changed(_forecast()),
        events.PROMPT.name: events.prompt_opened(
            Prompt(id=_id(5), opportunity_id=DEAL, stakeholder_id=SEAT),
            play="criteria_heard",
            now=WHEN,
        ),
        events.SYMPTOM.name: events.symptom_detected(
            Symptom(
                id=_id(6),
                opportunity_id=DEAL,
                stakeholder_id=SEAT,
                code="stale",
                opened_at=WHEN,
            )
        ),
        events.CREATED.name: events.opportunity_created(deal),
        events.CLOSED.name: events.outcome_recorded(deal, won)[1],
        events.REOPENED.name: events.outcome_recorded(deal, reopened)[1],
        events.IMPORT.name: events.import_finished(
            ImportRun(id=_id(7), status="committed"), now=WHEN
        ),
    }


def _interaction() -> Told:
    talk = Interaction(
        lineage_id=_id(8),
        opportunity_id=DEAL,
        occurred_at=WHEN,
        logged_at=WHEN + timedelta(minutes=12),
        channel="call",
        direction="outbound",
    )
    rows = ContactRows(
        participations=[Participation(stakeholder_id=SEAT)],
        signals=[Signal(lineage_id=_id(11), stakeholder_id=SEAT, code="B03")],
        actions=[],
        targets=[],
    )
    return events.interaction_logged(talk, rows)


def _reading() -> Told:
    def row(**more: Any) -> PhaseReading:
        return PhaseReading(
            stakeholder=Stakeholder(id=SEAT, opportunity_id=DEAL),
            model_id=_id(12),
            computed_at=WHEN,
            stance_probability=0.62,
            last_heard_at=WHEN,
            **more,
        )

    return events.reading_changed(
        row(probabilities=[0.03, 0.12, 0.2, 0.45, 0.12, 0.05, 0.03], signal_count=5),
        row(probabilities=[0.06, 0.2, 0.4, 0.24, 0.06, 0.03, 0.01], signal_count=4),
        anchors=ANCHORS,
        version="default-1",
    )


def _forecast() -> Forecast:
    return Forecast(
        id=_id(13),
        opportunity_id=DEAL,
        computed_at=WHEN,
        target_on=date(2026, 9, 30),
        won_by_target_probability=0.31,
        decided_probability=0.63,
        constraint_kind="veto",
        constraint_stakeholder_id=SEAT,
        model_version="default-1",
    )
