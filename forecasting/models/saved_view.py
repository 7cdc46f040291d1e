"""A list of deals that somebody comes back to: its filters under a name."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Team, WorkspaceModel

LONGEST_QUERY = 1_000


class Reach(models.TextChoices):
    """Who finds a view in their list. It widens nothing: of deals all see what they see."""

    OWN = "own", _("only you")
    TEAM = "team", _("a team")
    WORKSPACE = "workspace", _("everybody")


class SavedView(WorkspaceModel):
    """What the address of the list of deals asks, in its one way of saying it."""

    owner = WorkspaceForeignKey(Membership, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    # Without a team, and not for all, it is its owner's alone: also when the team goes.
    team = WorkspaceForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    is_for_all = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("saved view")
        constraints = [
            models.UniqueConstraint(
                name="saved_view_name_once",
                fields=["workspace", "owner", "name"],
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="saved_view_for_a_team_or_all",
                condition=Q(team__isnull=True) | Q(is_for_all=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reach(self) -> Reach:
        return reach_of(self.team_id, is_for_all=self.is_for_all)

    @property
    def is_shared(self) -> bool:
        return self.reach != Reach.OWN

    @property
    def address(self) -> str:
        """What follows the address of the list."""
        return f"?{self.query}{'&' if self.query else ''}view={self.pk}"


def reach_of(team_id: object, *, is_for_all: bool) -> Reach:
    if is_for_all:
        return Reach.WORKSPACE
    return Reach.TEAM if team_id else Reach.OWN
