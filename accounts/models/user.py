"""A human being who can sign in."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Theme(models.TextChoices):
    SYSTEM = "system", _("as the system")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Signs in by e-mail; belongs to workspaces by memberships; has no power of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    language = models.CharField(
        _("language"),
        max_length=5,
        blank=True,
        help_text=_("Empty: as the browser asks."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        blank=True,
        help_text=_("How times are shown to you. Days are always the workspace's."),
    )
    theme = models.CharField(
        _("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.CheckConstraint(
                name="user_quiet_hours_have_both_ends",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                violation_error_message=_("Quiet hours need a start and an end."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email

    def undisturbed_at(self, now: datetime, *, zone: ZoneInfo) -> datetime:
        """When a letter may come: now, or when the quiet hours end that it is in.

        They are in the user's own time zone, or else in `zone`.
        """
        if self.quiet_from is None or self.quiet_until is None:
            return now
        here = now.astimezone(ZoneInfo(self.time_zone) if self.time_zone else zone)
        clock, starts, ends = here.time(), self.quiet_from, self.quiet_until
        is_overnight = starts > ends
        is_loud = ends <= clock < starts if is_overnight else not starts <= clock < ends
        if is_loud:
            return now
        day = here.date() + timedelta(days=int(is_overnight and clock >= starts))
        return datetime.combine(day, ends, tzinfo=here.tzinfo)
