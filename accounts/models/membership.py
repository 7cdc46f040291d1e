"""Who belongs to a workspace, with a sign-in or as a seat."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models.user import User
from accounts.models.workspace import Workspace


class Role(models.TextChoices):
    """What a member does. Roles are a set; rights are their union."""

    REP = "rep", _("rep")
    MANAGER = "manager", _("manager")
    COACH = "coach", _("coach")
    ADMIN = "admin", _("administrator")


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    REMOVED = "removed", _("removed")


class MembershipQuerySet(models.QuerySet["Membership"]):
    """A membership is global: it is reached through the user, or inside its workspace."""

    def open_to(self, user: Any) -> "MembershipQuerySet":
        """The workspaces a user may enter, by name."""
        if not user.is_authenticated:
            return self.none()
        mine = self.filter(user=user, status=MembershipStatus.ACTIVE)
        return mine.select_related("workspace").order_by("workspace__name", "pk")

    def at_the_door(self, user: Any, slug: str) -> "MembershipQuerySet":
        """The user's own membership of the workspace with this address, if any."""
        if "\x00" in slug:  # no column can hold it, and no query ask for it
            return self.none()
        here = self.filter(user=user, workspace__slug=slug)
        here = here.exclude(status=MembershipStatus.REMOVED)
        return here.select_related("workspace")

    def of(self, workspace: Any) -> "MembershipQuerySet":
        """Everybody of one workspace who was not removed, by name."""
        here = self.filter(workspace=workspace)
        return here.exclude(status=MembershipStatus.REMOVED).order_by("name", "pk")

    def with_role(self, role: Role) -> "MembershipQuerySet":
        return self.filter(roles__contains=[role])

    def able_to_own(self) -> "MembershipQuerySet":
        """Members and seats that may hold an opportunity or a task."""
        return self.filter(status=MembershipStatus.ACTIVE)


class Membership(models.Model):
    """A member of a workspace, or a *seat* without a user that can be invited later.

    Never deleted: what somebody wrote keeps their name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="+", editable=False
    )
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    roles = ArrayField(
        models.CharField(max_length=7, choices=Role.choices), verbose_name=_("roles")
    )
    status = models.CharField(
        max_length=9, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE
    )
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        constraints = [
            models.UniqueConstraint(
                # What composite foreign keys of workspace tables point at.
                name="membership_of_one_workspace",
                fields=["workspace", "id"],
            ),
            models.UniqueConstraint(
                name="membership_user_once_per_workspace",
                fields=["workspace", "user"],
                condition=~Q(status="removed"),
                violation_error_message=_("This person is a member already."),
            ),
            models.UniqueConstraint(
                name="membership_email_once_per_workspace",
                fields=["workspace", "email"],
                condition=~Q(email="") & ~Q(status="removed"),
                violation_error_message=_("A member with this e-mail address exists."),
            ),
            models.CheckConstraint(
                name="membership_removed_at_iff_removed",
                condition=Q(status="removed", removed_at__isnull=False)
                | Q(~Q(status="removed"), removed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="membership_has_a_role",
                condition=Q(roles__len__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_seat(self) -> bool:
        return self.user_id is None

    @property
    def is_active(self) -> bool:
        return self.status == MembershipStatus.ACTIVE

    @property
    def role_labels(self) -> list[str]:
        return [str(role.label) for role in Role if role in self.roles]
