"""What happens below is told to whoever listens outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from coaching.models import Play, Prompt, Symptom
from coaching.signals import prompts_opened, symptoms_detected
from forecasting.models import Forecast
from forecasting.signals import forecast_changed
from integrations.models import ImportRun
from integrations.signals import import_finished
from integrations.webhooks import events
from integrations.webhooks.outbox import publish
from opportunities.models import Opportunity
from opportunities.signals import opportunity_created
from readiness.actions.interactions import ContactRows
from readiness.models import PhaseModel, PhaseReading
from readiness.queries.models import loaded
from readiness.signals import interaction_logged, readings_changed
from stakeholders.models import Interaction, OutcomeEvent
from stakeholders.signals import outcome_recorded


@receiver(interaction_logged)
def tell_of_interaction(
    *, interaction: Interaction, rows: ContactRows, **kwargs: Any
) -> None:
    publish(
        events.INTERACTION,
        now=timezone.now(),
        telling=lambda: [events.interaction_logged(interaction, rows)],
    )


@receiver(readings_changed)
def tell_of_readings(
    *, changes: Sequence[tuple[PhaseReading, PhaseReading | None]], **kwargs: Any
) -> None:
    def told() -> list[events.Told]:
        model = loaded(PhaseModel.objects.get(pk=changes[0][0].model_id))
        return [
            events.reading_changed(
                row, before, anchors=model.anchors, version=model.version
            )
            for row, before in changes
        ]

    publish(events.READING, now=timezone.now(), telling=told)


@receiver(forecast_changed)
def tell_of_forecast(*, forecast: Forecast, **kwargs: Any) -> None:
    publish(
        events.FORECAST,
        now=timezone.now(),
        telling=lambda: [events.forecast_changed(forecast)],
    )


@receiver(prompts_opened)
def tell_of_prompts(*, prompts: Sequence[Prompt], now: datetime, **kwargs: Any) -> None:
    def told() -> list[events.Told]:
        plays = dict(Play.objects.values_list("pk", "code"))
        return [
            events.prompt_opened(each, play=plays[each.play_id], now=now)
            for each in prompts
        ]

    publish(events.PROMPT, now=timezone.now(), telling=told)


@receiver(symptoms_detected)
def tell_of_symptoms(*, symptoms: Sequence[Symptom], **kwargs: Any) -> None:
    publish(
        events.SYMPTOM,
        now=timezone.now(),
        telling=lambda: [events.symptom_detected(each) for each in symptoms],
    )


@receiver(opportunity_created)
def tell_of_opportunity(*, opportunity: Opportunity, **kwargs: Any) -> None:
    publish(
        events.CREATED,
        now=timezone.now(),
        telling=lambda: [events.opportunity_created(opportunity)],
    )


@receiver(outcome_recorded)
def tell_of_outcome(
    *, opportunity: Opportunity, event: OutcomeEvent, **kwargs: Any
) -> None:
    kind, told = events.outcome_recorded(opportunity, event)
    publish(kind, now=timezone.now(), telling=lambda: [told])


@receiver(import_finished)
def tell_of_import(*, run: ImportRun, now: datetime, **kwargs: Any) -> None:
    publish(
        events.IMPORT,
        now=timezone.now(),
        telling=lambda: [events.import_finished(run, now=now)],
    )
