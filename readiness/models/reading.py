"""What we believed of one person's phase. Append-only: what we believed is never overwritten."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import AppendOnlyModel
from readiness.models.phase_model import PhaseModel
from stakeholders.models import Stakeholder


class PhaseReading(AppendOnlyModel):
    """Written when the evidence changed; between rows the phase is this row's π times exp(QΔ)."""

    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="readings"
    )
    model = WorkspaceForeignKey(PhaseModel, models.RESTRICT, related_name="+")
    computed_at = models.DateTimeField()
    # The moment the probabilities hold for: the last evidence, or the clock's start.
    stands_at = models.DateTimeField()
    # In the order of the model's phases; each in [0, 1], summing to 1.
    probabilities = ArrayField(models.FloatField())
    # P(for) at `stands_at`; null when nothing bearing on it was heard.
    stance_probability = models.FloatField(null=True)
    signal_count = models.IntegerField()
    negative_count = models.IntegerField(default=0)
    last_heard_at = models.DateTimeField(null=True)
    # What one more signal needs, so that it costs a step and not a replay.
    state = models.JSONField(default=dict)
    inputs_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("reading")
        constraints = [
            models.CheckConstraint(
                name="phase_reading_stance_is_a_probability",
                condition=Q(stance_probability__isnull=True)
                | Q(stance_probability__gte=0, stance_probability__lte=1),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "stakeholder", "-computed_at", "-id"],
                name="phase_reading_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder_id}, {self.computed_at:%Y-%m-%d %H:%M}"
