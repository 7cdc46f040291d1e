"""Written cases to practise reading on, and what members made of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import AppendOnlyModel, Membership, WorkspaceModel
from stakeholders.models import Anchor


class PracticeCaseQuerySet(models.QuerySet["PracticeCase"]):
    def offered(self) -> "PracticeCaseQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class PracticeCase(WorkspaceModel):
    """A case a coach of the workspace wrote; never changed, so that answers keep their key."""

    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=5)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    story = models.TextField(_("what happened"))
    anchor = models.CharField(_("phase"), max_length=15, choices=Anchor.choices)
    why = models.TextField(_("why"))
    signals = models.JSONField(default=list)  # [{code, days_ago}]
    written_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = PracticeCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice case")

    def __str__(self) -> str:
        return self.title


class PracticeAnswer(AppendOnlyModel):
    """Where a member put the buyer of a case, before seeing the key. Given once."""

    member = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    # A shipped case by its code, or one of the workspace's own.
    shipped = models.CharField(max_length=40, blank=True)
    case = WorkspaceForeignKey(
        PracticeCase, models.RESTRICT, null=True, related_name="answers"
    )
    # Over the seven anchors in their order; the model's are of that moment.
    probabilities = models.JSONField()
    model_probabilities = models.JSONField()
    anchor = models.CharField(max_length=15, choices=Anchor.choices)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a practice case")
        constraints = [
            models.CheckConstraint(
                name="practice_answer_is_about_one_case",
                condition=Q(shipped="", case__isnull=False)
                | (~Q(shipped="") & Q(case__isnull=True)),
            ),
            models.UniqueConstraint(
                name="practice_answer_once_to_a_shipped_case",
                fields=["workspace", "member", "shipped"],
                condition=~Q(shipped=""),
            ),
            models.UniqueConstraint(
                name="practice_answer_once_to_an_own_case",
                fields=["workspace", "member", "case"],
                condition=Q(case__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "member", "answered_at"], name="practice_of_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipped or self.case_id}"
