"""What a buyer said or did in an interaction, and what we did in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, WorkspaceModel, one_per_lineage
from stakeholders.models import Interaction, Stakeholder


class Signal(Fact):
    """The only evidence of a phase. It occurred when its interaction did."""

    interaction = WorkspaceForeignKey(
        Interaction, models.CASCADE, related_name="signals"
    )
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="signals"
    )
    code = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()  # the interaction's, kept here for the replay
    quotation = models.TextField(_("in their words"), blank=True)

    class Meta:
        verbose_name = _("signal")
        constraints = [one_per_lineage("signal_stands_once")]
        indexes = [
            models.Index(
                fields=["workspace", "stakeholder", "occurred_at"], name="signal_replay"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SellerAction(Fact):
    """What we did. Likelihood ratio 1 in every phase: it moves nothing."""

    interaction = WorkspaceForeignKey(
        Interaction, models.CASCADE, related_name="seller_actions"
    )
    code = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("seller action")
        constraints = [one_per_lineage("seller_action_stands_once")]

    def __str__(self) -> str:
        return self.code


class SellerActionTarget(WorkspaceModel):
    action = WorkspaceForeignKey(SellerAction, models.CASCADE, related_name="targets")
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="actions_received"
    )

    class Meta:
        verbose_name = _("target of a seller action")
        constraints = [
            models.UniqueConstraint(
                name="seller_action_target_once",
                fields=["workspace", "action", "stakeholder"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.stakeholder_id)
