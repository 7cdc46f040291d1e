"""One conversation or contact, and who took part in it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, Sourced, WorkspaceModel, one_per_lineage
from opportunities.models import Opportunity
from stakeholders.models.stakeholder import Stakeholder


class Channel(models.TextChoices):
    CALL = "call", _("call")
    MEETING = "meeting", _("meeting")
    EMAIL = "email", _("e-mail")
    MESSAGE = "message", _("message")
    EVENT = "event", _("event")
    WEB = "web", _("web")
    OTHER = "other", _("other")


class Direction(models.TextChoices):
    INBOUND = "inbound", _("from them")
    OUTBOUND = "outbound", _("from us")


class Interaction(Sourced, Fact):
    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="interactions"
    )
    occurred_at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    direction = models.CharField(
        _("direction"), max_length=8, choices=Direction.choices, blank=True
    )
    summary = models.TextField(_("summary"), blank=True)
    minutes = models.SmallIntegerField(_("minutes"), null=True, blank=True)
    form_opened_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("interaction")
        constraints = [
            one_per_lineage("interaction_stands_once"),
            models.UniqueConstraint(
                name="interaction_stands_once_per_source",
                fields=["workspace", "source", "external_id"],
                condition=~Q(external_id="") & Q(retracted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="interaction_minutes_are_not_negative",
                condition=Q(minutes__isnull=True) | Q(minutes__gte=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "-occurred_at"],
                name="interaction_timeline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.occurred_at:%Y-%m-%d %H:%M}"


class Participation(WorkspaceModel):
    """A stakeholder took part in an interaction; stands and falls with it."""

    interaction = WorkspaceForeignKey(
        Interaction, models.CASCADE, related_name="participations"
    )
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="participations"
    )

    class Meta:
        verbose_name = _("participation")
        constraints = [
            models.UniqueConstraint(
                name="participation_once",
                fields=["workspace", "interaction", "stakeholder"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.stakeholder_id)
