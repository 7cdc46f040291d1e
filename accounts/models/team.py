"""Teams: a tree; a member belongs to one, a coach is attached to some."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models.base import WorkspaceModel
from accounts.models.membership import Membership


class Team(WorkspaceModel):
    name = models.CharField(_("name"), max_length=80)
    parent = WorkspaceForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("team")
        constraints = [
            models.UniqueConstraint(
                name="team_name_once_per_workspace",
                fields=["workspace", "name"],
                violation_error_message=_("A team with this name exists."),
            ),
            models.CheckConstraint(
                name="team_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamPart(models.TextChoices):
    MEMBER = "member", _("member")
    COACH = "coach", _("coach")


class TeamMember(WorkspaceModel):
    """A member's place in a team, or a coach's attachment to it."""

    team = WorkspaceForeignKey(Team, models.CASCADE, related_name="places")
    membership = WorkspaceForeignKey(Membership, models.CASCADE, related_name="+")
    part = models.CharField(max_length=6, choices=TeamPart.choices)

    class Meta:
        verbose_name = _("place in a team")
        constraints = [
            models.UniqueConstraint(
                name="team_member_of_one_team",
                fields=["workspace", "membership"],
                condition=Q(part="member"),
                violation_error_message=_("This person is in another team already."),
            ),
            models.UniqueConstraint(
                name="team_part_once_per_member",
                fields=["workspace", "team", "membership", "part"],
                violation_error_message=_("This person is in this team already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.team}"
