"""What humans say about a phase: the buyer's plain words, and our own reading."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, one_per_lineage
from stakeholders.models import Anchor, Stakeholder


class PhaseConfirmation(Fact):
    """The buyer said it in plain words: evidence, and what a dialect is learned from."""

    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="confirmations"
    )
    anchor = models.CharField(_("phase"), max_length=15, choices=Anchor.choices)
    confirmed_at = models.DateTimeField(_("when"))
    quotation = models.TextField(_("in their words"), blank=True)

    class Meta:
        verbose_name = _("confirmation")
        constraints = [one_per_lineage("phase_confirmation_stands_once")]

    def __str__(self) -> str:
        return f"{self.anchor}, {self.confirmed_at:%Y-%m-%d}"


class PhaseOverride(Fact):
    """A human's own reading: shown beside the inferred one and scored, never calculated with."""

    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="overrides"
    )
    anchor = models.CharField(_("phase"), max_length=15, choices=Anchor.choices)
    reason = models.TextField(_("reason"))
    set_at = models.DateTimeField()
    expires_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("override")
        constraints = [one_per_lineage("phase_override_stands_once")]

    def __str__(self) -> str:
        return f"{self.anchor}, {self.set_at:%Y-%m-%d}"
