"""A person's seat in one opportunity: roles, influence, coming and going."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Sourced, WorkspaceModel, one_per_source
from opportunities.models import Opportunity
from stakeholders.models.person import Person


class Influence(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class StakeholderQuerySet(models.QuerySet["Stakeholder"]):
    def active_on(self, day: date) -> "StakeholderQuerySet":
        """Joined, and not left: from `left_on` on the seat is an unmapped one."""
        here = Q(left_on__isnull=True) | Q(left_on__gt=day)
        return self.filter(here, joined_on__lte=day)


Seats = models.Manager.from_queryset(StakeholderQuerySet)


class SeatManager(Seats["Stakeholder"]):
    """The seats of a deal, without those that became part of another one."""

    def get_queryset(self) -> StakeholderQuerySet:
        seats = StakeholderQuerySet(self.model, using=self._db)
        return seats.filter(merged_into__isnull=True)


class Stakeholder(Sourced, WorkspaceModel):
    """A seat that was merged into another keeps its row: what was believed then hangs on it."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="stakeholders"
    )
    person = WorkspaceForeignKey(Person, models.RESTRICT, related_name="seats")
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    replaced_by = WorkspaceForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="replaces"
    )
    influence = models.CharField(
        _("influence"), max_length=6, choices=Influence.choices, blank=True
    )
    goals = models.TextField(_("goals"), blank=True)
    criteria = models.TextField(_("criteria"), blank=True)
    worries = models.TextField(_("worries"), blank=True)
    version = models.IntegerField(default=1)
    merged_into = WorkspaceForeignKey(
        "self", models.CASCADE, null=True, editable=False, related_name="+"
    )

    objects = SeatManager()

    class Meta:
        verbose_name = _("stakeholder")
        constraints = [
            one_per_source("stakeholder_once_per_source"),
            models.UniqueConstraint(
                name="stakeholder_one_seat_per_person",
                fields=["workspace", "opportunity", "person"],
                condition=Q(merged_into__isnull=True),
                violation_error_message=_(
                    "This person has a seat in this deal already."
                ),
            ),
            models.CheckConstraint(
                name="stakeholder_leaves_after_joining",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                violation_error_message=_("Nobody leaves before they joined."),
            ),
            models.CheckConstraint(
                name="stakeholder_replaced_only_when_left",
                condition=Q(replaced_by__isnull=True) | Q(left_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class RoleHeld(WorkspaceModel):
    """A role of a stakeholder, from a day until a day; the first is the one shown."""

    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="roles_held"
    )
    role = models.CharField(_("role"), max_length=40)
    held_from_on = models.DateField(_("from"))
    held_until_on = models.DateField(_("until"), null=True, blank=True)
    position = models.SmallIntegerField(default=0)
    source_note = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("role held")
        constraints = [
            models.UniqueConstraint(
                name="role_held_once_from_a_day",
                fields=["workspace", "stakeholder", "role", "held_from_on"],
            ),
            models.CheckConstraint(
                name="role_held_ends_after_it_begins",
                condition=Q(held_until_on__isnull=True)
                | Q(held_until_on__gte=F("held_from_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.role


class InfluenceLink(WorkspaceModel):
    """Who listens to whom within a buying group."""

    giver = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="influence_given"
    )
    taker = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, related_name="influence_taken"
    )
    strength = models.CharField(max_length=6, choices=Influence.choices, blank=True)

    class Meta:
        verbose_name = _("influence")
        constraints = [
            models.UniqueConstraint(
                name="influence_link_once", fields=["workspace", "giver", "taker"]
            ),
            models.CheckConstraint(
                name="influence_link_between_two", condition=~Q(giver=F("taker"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.taker_id}"
