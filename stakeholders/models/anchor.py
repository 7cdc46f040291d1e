"""The seven fixed points every phase model hangs on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Anchor(models.TextChoices):
    """Rules, detectors, hazards and exports speak anchors; in this order."""

    STATUS_QUO = "status_quo", _("Status quo")
    RECOGNITION = "recognition", _("Recognition")
    RESOLVE = "resolve", _("Resolve")
    CRITERIA = "criteria", _("Criteria")
    COMPARISON = "comparison", _("Comparison")
    SETTLING_DOUBTS = "settling_doubts", _("Settling doubts")
    COMMITMENT = "commitment", _("Commitment")


ANCHORS: tuple[str, ...] = tuple(Anchor.values)
