"""One piece of advice about one person or one deal, with the evidence it rests on."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel
from coaching.models.play import Play
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder


class PromptQuerySet(models.QuerySet["Prompt"]):
    def due_on(self, day: date) -> "PromptQuerySet":
        """As `Prompt.is_due`."""
        put_off = Q(answer=PromptAnswer.SNOOZED, returns_on__lte=day)
        return self.filter(Q(answer="") | put_off, closed_at__isnull=True)


class PromptAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("taken up")
    SNOOZED = "snoozed", _("later")
    DISMISSED = "dismissed", _("not this")


class Prompt(WorkspaceModel):
    """Never issued again for the same evidence; closes by itself when the evidence goes."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="prompts"
    )
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="prompts"
    )
    play = WorkspaceForeignKey(Play, models.RESTRICT, related_name="prompts")
    # What the play's {names} stand for, in no language: ids, codes and numbers.
    words = models.JSONField(default=dict)
    evidence_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=9, choices=PromptAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    returns_on = models.DateField(null=True)
    reason = models.CharField(_("why not"), max_length=300, blank=True)
    weight = models.FloatField(default=0)  # orders the queue

    objects = PromptQuerySet.as_manager()

    class Meta:
        verbose_name = _("prompt")
        constraints = [
            models.UniqueConstraint(
                name="prompt_once_for_its_evidence",
                fields=[
                    "workspace",
                    "opportunity",
                    "stakeholder",
                    "play",
                    "evidence_hash",
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="prompt_answer_has_a_time",
                condition=Q(answer="", answered_at__isnull=True)
                | Q(~Q(answer=""), answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-weight", "id"], name="prompt_queue"),
            models.Index(
                fields=["workspace", "opportunity", "closed_at"], name="prompt_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.play_id} {self.opportunity_id}"

    def is_due(self, day: date) -> bool:
        """Open and not answered, or put off until a day that has come."""
        if self.closed_at is not None:
            return False
        if self.answer == PromptAnswer.SNOOZED:
            return self.returns_on is None or self.returns_on <= day
        return not self.answer
