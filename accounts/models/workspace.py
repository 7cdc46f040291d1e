"""A workspace: the tenant, and the settings everybody in it shares."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Period(models.TextChoices):
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")


class Visibility(models.TextChoices):
    """Whose opportunities a role sees."""

    OWN = "own", _("their own")
    TEAM = "team", _("their teams")
    TREE = "tree", _("their teams and all below")
    ALL = "all", _("everything")


def _all_languages() -> list[str]:
    return ["en", "nl", "fr"]


class Workspace(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), unique=True, max_length=50)
    name = models.CharField(_("name"), max_length=120)
    base_currency = models.CharField(_("base currency"), max_length=3, default="EUR")
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        default="Europe/Brussels",
        help_text=_("A day begins and ends here."),
    )
    fiscal_month = models.SmallIntegerField(
        _("first month of the fiscal year"), default=1
    )
    period = models.CharField(
        _("forecast period"),
        max_length=7,
        choices=Period.choices,
        default=Period.QUARTER,
    )
    # What an hour of our own costs, in the base currency; empty: nobody said.
    cost_per_hour = models.DecimalField(
        _("cost of an hour"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    languages = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("languages"),
        default=_all_languages,
    )
    rep_visibility = models.CharField(
        _("reps see the opportunities of"),
        max_length=4,
        choices=Visibility.choices,
        default=Visibility.TEAM,
    )
    manager_visibility = models.CharField(
        _("managers see the opportunities of"),
        max_length=4,
        choices=Visibility.choices,
        default=Visibility.TREE,
    )
    coach_visibility = models.CharField(
        _("coaches see the opportunities of"),
        max_length=4,
        choices=Visibility.choices,
        default=Visibility.TEAM,
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    prepared_at = models.DateTimeField(
        null=True, help_text=_("Empty while the demo is being made.")
    )
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("workspace")
        constraints = [
            models.CheckConstraint(
                name="workspace_fiscal_month_is_a_month",
                condition=Q(fiscal_month__gte=1, fiscal_month__lte=12),
            ),
            models.CheckConstraint(
                name="workspace_base_currency_is_a_code",
                condition=Q(base_currency__regex=r"^[A-Z]{3}$"),
            ),
            models.CheckConstraint(
                name="workspace_cost_per_hour_is_not_negative",
                condition=Q(cost_per_hour__isnull=True) | Q(cost_per_hour__gte=0),
            ),
            models.CheckConstraint(
                name="workspace_speaks_a_language",
                condition=Q(languages__len__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """The day it is in this workspace at `now`."""
        return now.astimezone(self.zone).date()
