"""Make a workspace, and change what everybody in it shares."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership, Role, User, Workspace
from accounts.models.base import replace_version
from accounts.signals import workspace_created

RESERVED = frozenset({"new", "api", "static", "admin", "help", "demo"})


class SlugTaken(Exception):
    """Another workspace has this address."""


@transaction.atomic
def create_workspace(
    *,
    id: UUID,
    name: str,
    user: User | None,
    now: datetime,
    slug: str = "",
    email: str = "",
    is_demo: bool = False,
    **settings: Any,
) -> Membership:
    """Make a workspace with `user` as its first administrator; return their membership.

    Without a user, as a command makes one, the administrator is a seat that can be
    invited later, at `email` if that is known.

    To be called with the workspace `id` open already, so that its rows can be written.

    :raises SlugTaken: when the address asked for is in use.
    """
    if slug and Workspace.objects.filter(slug=slug).exists():
        raise SlugTaken(_("The address “%(slug)s” is in use.") % {"slug": slug})
    workspace = Workspace.objects.create(
        id=id,
        name=name,
        slug=slug or free_slug(name),
        is_demo=is_demo,
        created_at=now,
        prepared_at=None if is_demo else now,
        **settings,
    )
    membership = Membership.objects.create(
        workspace=workspace,
        user=user,
        name=str(user) if user else email or _("Administrator"),
        email=user.email if user else email,
        roles=[Role.ADMIN, Role.REP],
        created_at=now,
    )
    record(verb="workspace.created", subject=workspace, by=membership, at=now)
    workspace_created.send(sender=Workspace, membership=membership, now=now)
    return membership


def free_slug(name: str) -> str:
    """An address made of the name, with a number behind it when that is taken."""
    stem = slugify(name)[:40].strip("-_") or "workspace"
    taken = set(
        Workspace.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    number, slug = 1, stem
    while slug in taken or slug in RESERVED:
        number += 1
        slug = f"{stem}-{number}"
    return slug


@transaction.atomic
def change_workspace(
    *,
    workspace: Workspace,
    values: dict[str, Any],
    version: int,
    by: Membership,
    now: datetime,
) -> Workspace:
    """Change the shared settings; the first time, saving them as they are counts too.

    :raises StaleVersion: when somebody saved other settings since `version`.
    """
    before, after = differences(workspace, values)
    if not after and workspace.version > 1:
        return workspace
    replace_version(
        workspace,
        version=version,
        fields={name: values[name] for name in after},
        stale=_(
            "Somebody else changed these settings meanwhile. Look again, then save."
        ),
    )
    record(
        verb="workspace.changed" if after else "workspace.confirmed",
        subject=workspace,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return workspace
