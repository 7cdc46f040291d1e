"""What a rep and their coach keep between them: notes, commitments, questions for help."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder


class CoachingNote(WorkspaceModel):
    """Read by the rep it is about and by their coaches, and by nobody else."""

    member = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    text = models.TextField(_("note"))
    written_by = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    written_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("coaching note")
        indexes = [
            models.Index(
                fields=["workspace", "member", "-written_at"], name="note_of_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}, {self.written_at:%Y-%m-%d}"


class CommitmentState(models.TextChoices):
    """By the clock alone; nobody has to say that something was missed."""

    OPEN = "open", _("open")
    KEPT = "kept", _("kept")
    LATE = "late", _("kept, late")
    MISSED = "missed", _("missed")


class Commitment(WorkspaceModel):
    """What a rep said they would do, until a day."""

    member = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    text = models.CharField(_("what"), max_length=200)
    due_on = models.DateField(_("until"))
    made_by = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    kept_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("commitment")
        constraints = [
            models.CheckConstraint(
                name="commitment_kept_by_iff_kept",
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "member", "-due_on"], name="commitment_of_member"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def state(self, today: date, *, zone: ZoneInfo) -> CommitmentState:
        if self.kept_at is not None:
            on_time = self.kept_at.astimezone(zone).date() <= self.due_on
            return CommitmentState.KEPT if on_time else CommitmentState.LATE
        return CommitmentState.MISSED if self.due_on < today else CommitmentState.OPEN


class HelpRequest(WorkspaceModel):
    """A question of a rep about a deal, or somebody in it, to whoever coaches them."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="help_requests"
    )
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="help_requests"
    )
    question = models.TextField(_("question"))
    asked_by = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question for help")
        constraints = [
            models.CheckConstraint(
                name="help_answered_with_words_and_a_time",
                condition=Q(
                    answer="", answered_at__isnull=True, answered_by__isnull=True
                )
                | (
                    ~Q(answer="")
                    & Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "asked_by", "-asked_at"], name="help_of_member"
            ),
            models.Index(
                fields=["workspace", "opportunity", "-asked_at"], name="help_of_deal"
            ),
        ]

    def __str__(self) -> str:
        return self.question[:60]
