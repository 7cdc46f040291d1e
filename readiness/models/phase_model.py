"""A workspace's phase model: versioned data, copied from the default and then its own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import WorkspaceModel, in_words
from stakeholders.models import Anchor


class ModelStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    RETIRED = "retired", _("retired")


class Basis(models.TextChoices):
    """What a number of a model rests on."""

    EXPERT = "expert", _("expert default")
    OWN = "own", _("set by hand")
    MIXED = "mixed", _("mixed")
    LEARNED = "learned", _("learned")


class PhaseModel(WorkspaceModel):
    """One version. A reading keeps the version it was made with; only a draft changes."""

    version = models.CharField(max_length=40)
    note = models.TextField(_("note"), blank=True)
    # Counts the changes of a draft, so that two who edit it notice each other.
    revision = models.IntegerField(default=1)
    status = models.CharField(max_length=7, choices=ModelStatus.choices)
    basis = models.CharField(max_length=7, choices=Basis.choices, default=Basis.EXPERT)
    # Importance factors, weights of the evidence classes, damping, stance: engine numbers.
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("phase model")
        constraints = [
            models.UniqueConstraint(
                name="phase_model_version_once", fields=["workspace", "version"]
            ),
            models.UniqueConstraint(
                name="phase_model_one_active",
                fields=["workspace"],
                condition=Q(status="active"),
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def is_draft(self) -> bool:
        return self.status == ModelStatus.DRAFT


class Phase(WorkspaceModel):
    model = WorkspaceForeignKey(PhaseModel, models.CASCADE, related_name="phases")
    position = models.SmallIntegerField()
    code = models.CharField(max_length=40)
    anchor = models.CharField(max_length=15, choices=Anchor.choices)
    texts = models.JSONField(default=dict)
    prior_probability = models.FloatField()
    mean_dwell_days = models.FloatField()
    # Shares of the jumps out of this phase, by how many phases they go: {"1": .75, "-1": .2}.
    jumps = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("phase")
        constraints = [
            models.UniqueConstraint(
                name="phase_position_once", fields=["workspace", "model", "position"]
            ),
            models.UniqueConstraint(
                name="phase_code_once", fields=["workspace", "model", "code"]
            ),
            models.CheckConstraint(
                name="phase_prior_is_a_probability",
                condition=Q(prior_probability__gte=0, prior_probability__lte=1),
            ),
            models.CheckConstraint(
                name="phase_dwell_is_positive", condition=Q(mean_dwell_days__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.texts, "name")


class EvidenceClass(models.TextChoices):
    ARTEFACT = "A", _("artefact")
    OBSERVED = "O", _("observed")
    STATEMENT = "T", _("statement")
    IMPRESSION = "I", _("impression")


class SymptomCode(models.TextChoices):
    """What a signal may be a sign of; with a minus behind it, a sign of the contrary."""

    DATES_PUSHED = "S1", _("Decision dates pushed back")
    PROBING_DODGED = "S2", _("Questions without an answer")
    CONTACT_REPLACED = "S3", _("One contact, or a new one")
    SEVERAL_QUOTES = "S4", _("Several quotes")
    NO_FILE = "S5", _("No purchase file")


class SignalType(WorkspaceModel):
    model = WorkspaceForeignKey(PhaseModel, models.CASCADE, related_name="signal_types")
    code = models.CharField(max_length=20)
    texts = models.JSONField(default=dict)
    # One step (1 rare … 5 very typical) for each phase of the model, in its order.
    steps = ArrayField(models.SmallIntegerField())
    evidence_class = models.CharField(max_length=1, choices=EvidenceClass.choices)
    stance_effect = models.SmallIntegerField(default=0)
    symptoms = models.CharField(max_length=40, blank=True)
    is_default = models.BooleanField(default=False)
    # Still read where it was logged, and offered no more.
    is_retired = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("signal type")
        constraints = [
            models.UniqueConstraint(
                name="signal_type_code_once", fields=["workspace", "model", "code"]
            ),
            models.CheckConstraint(
                name="signal_type_effect_is_small",
                condition=Q(stance_effect__gte=-2, stance_effect__lte=2),
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.texts, "name")


class ActionType(WorkspaceModel):
    """Something we do. Never evidence; it fits a phase (+2) or harms there (-2)."""

    model = WorkspaceForeignKey(PhaseModel, models.CASCADE, related_name="action_types")
    code = models.CharField(max_length=20)
    texts = models.JSONField(default=dict)
    fits = ArrayField(models.SmallIntegerField())

    class Meta:
        verbose_name = _("action type")
        constraints = [
            models.UniqueConstraint(
                name="action_type_code_once", fields=["workspace", "model", "code"]
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.texts, "name")
