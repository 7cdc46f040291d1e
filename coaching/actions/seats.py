"""Two seats of a deal became one: advice, symptoms and questions are about that one."""

from datetime import datetime

from django.db import transaction

from coaching.models import HelpRequest, Prompt, Symptom
from stakeholders.models import Stakeholder


@transaction.atomic
def follow_seat(*, kept: Stakeholder, gone: Stakeholder, now: datetime) -> None:
    """Move all of it; what both had is closed for the one that goes."""
    HelpRequest.objects.filter(stakeholder=gone).update(stakeholder=kept)
    symptoms = Symptom.objects.filter(stakeholder=gone)
    there = Symptom.objects.filter(stakeholder=kept, closed_at=None).values("code")
    symptoms.filter(closed_at=None, code__in=there).update(closed_at=now)
    symptoms.update(stakeholder=kept)
    said = Prompt.objects.filter(stakeholder=kept)
    known = set(said.values_list("play_id", "evidence_hash"))
    prompts = Prompt.objects.filter(stakeholder=gone)
    twins = [each.pk for each in prompts if (each.play_id, each.evidence_hash) in known]
    prompts.filter(pk__in=twins, closed_at=None).update(closed_at=now)
    prompts.exclude(pk__in=twins).update(stakeholder=kept)
