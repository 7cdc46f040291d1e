"""What a user says about themselves."""

from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Membership, User

PREFERENCES = frozenset(
    {"name", "language", "time_zone", "theme", "quiet_from", "quiet_until"}
)


@transaction.atomic
def change_profile(*, user: User, values: dict[str, Any]) -> User:
    """Change name, language, zone, theme or quiet hours; memberships take the name over."""
    if unknown := set(values) - PREFERENCES:
        raise ValueError(f"not a preference: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=sorted(values))
    if user.name:
        others = Membership.objects.filter(user=user).exclude(name=user.name)
        others.update(name=user.name, version=F("version") + 1)
    return user


@transaction.atomic
def follow_address(*, user: User, email: str) -> None:
    """A user confirmed another address: their memberships take it over.

    Where somebody else of the workspace has that address, the old one stays.
    """
    mine = Membership.objects.filter(user=user).exclude(email=email.lower())
    for membership in mine.select_for_update():
        here = Membership.objects.of(membership.workspace_id)
        if not here.filter(email=email.lower()).exists():
            membership.email = email.lower()
            membership.version += 1
            membership.save(update_fields=["email", "version"])
