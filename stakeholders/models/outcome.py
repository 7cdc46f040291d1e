"""How a deal ended, or began again, and what was said of it afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, WorkspaceModel, one_per_lineage
from opportunities.models import Opportunity, Outcome
from stakeholders.models.anchor import Anchor
from stakeholders.models.stakeholder import Stakeholder


class OutcomeEvent(Fact):
    """A deal ended or was reopened; its state at any moment is the last event's."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="outcome_events"
    )
    outcome = models.CharField(max_length=11, choices=Outcome.choices)
    happened_on = models.DateField(pgettext_lazy("a day", "on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outcome event")
        constraints = [one_per_lineage("outcome_event_stands_once")]
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "-happened_on"],
                name="outcome_event_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, {self.happened_on}"


class FileExisted(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("unknown")


class OutcomeReview(Fact):
    """What is asked when a deal is closed: was there a file, who stopped it, who was where."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="outcome_reviews"
    )
    reviewed_on = models.DateField(_("reviewed on"))
    file_existed = models.CharField(
        _("was there a purchase file?"),
        max_length=7,
        choices=FileExisted.choices,
        default=FileExisted.UNKNOWN,
    )
    stopped_by = WorkspaceForeignKey(
        Stakeholder, models.RESTRICT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("outcome review")
        constraints = [one_per_lineage("outcome_review_stands_once")]

    def __str__(self) -> str:
        return f"{self.reviewed_on}"


class ReviewedPhase(WorkspaceModel):
    """The phase a human believes a person was in at the end: scored, never calculated with."""

    review = WorkspaceForeignKey(OutcomeReview, models.CASCADE, related_name="phases")
    stakeholder = WorkspaceForeignKey(Stakeholder, models.CASCADE, related_name="+")
    anchor = models.CharField(max_length=15, choices=Anchor.choices)

    class Meta:
        verbose_name = _("reviewed phase")
        constraints = [
            models.UniqueConstraint(
                name="reviewed_phase_once",
                fields=["workspace", "review", "stakeholder"],
            ),
        ]

    def __str__(self) -> str:
        return self.anchor
