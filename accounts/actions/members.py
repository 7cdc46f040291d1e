"""Seats, roles, and what happens when a member goes."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.actions.teams import vacate
from accounts.models import (
    ApiKey,
    Grant,
    Invitation,
    Membership,
    MembershipStatus,
    Role,
    TeamMember,
    TeamPart,
    Token,
    Workspace,
)
from accounts.models.base import replace_version
from accounts.queries import Holding
from accounts.signals import holdings_asked, member_leaving


class AlreadyAMember(Exception):
    """The e-mail address belongs to somebody in this workspace."""


class LastAdministrator(Exception):
    """A workspace without an administrator could not be repaired by its people."""


class HeirNeeded(Exception):
    """What the member owns needs a new owner."""


class AlreadyRemoved(Exception):
    """The member was removed before."""


@transaction.atomic
def add_seat(
    *,
    workspace: Workspace,
    name: str,
    roles: Collection[str],
    by: Membership | None,
    now: datetime,
    email: str = "",
) -> Membership:
    """Make a seat without sign-in: a name that can own deals and be invited later.

    :raises AlreadyAMember: when the e-mail address is in use here.
    """
    email = email.strip().lower()
    refuse_taken_email(workspace.pk, email)
    seat = Membership.objects.create(
        workspace=workspace,
        name=name.strip(),
        email=email,
        roles=in_order(roles),
        created_at=now,
    )
    record(
        verb="member.added",
        subject=seat,
        by=by,
        at=now,
        after={"roles": seat.roles, "email": email},
    )
    return seat


@transaction.atomic
def change_roles(
    *,
    membership: Membership,
    name: str,
    roles: Collection[str],
    by: Membership,
    now: datetime,
    version: int | None = None,
) -> Membership:
    """Rename a member or give them other roles; counts from their next request on.

    `version` is what a form was filled in from: without the check an old form would
    give a role back that somebody has taken away meanwhile.

    :raises LastAdministrator: when nobody else could administer the workspace.
    :raises StaleVersion: when somebody else changed the member since `version`.
    """
    membership = _locked(membership)
    wanted = in_order(roles)
    if Role.ADMIN not in wanted:
        refuse_last_administrator(membership)
    new = {"name": name.strip(), "roles": wanted}
    before, after = differences(membership, new)
    if not after:
        return membership
    replace_version(
        membership,
        version=membership.version if version is None else version,
        fields=new,
        stale=_("Somebody else changed this member meanwhile. Look again, then save."),
    )
    if Role.COACH not in wanted:
        # Else the tree would still name a coach who is none.
        coaching = TeamMember.objects.filter(membership=membership, part=TeamPart.COACH)
        vacate(coaching)
    record(
        verb="member.changed",
        subject=membership,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return membership


@transaction.atomic
def suspend(*, membership: Membership, by: Membership, now: datetime) -> Membership:
    """Shut the door for a member without taking anything away from them.

    :raises LastAdministrator: when nobody else could administer the workspace.
    """
    membership = _locked(membership)
    refuse_last_administrator(membership)
    return _set_status(membership, MembershipStatus.SUSPENDED, by=by, now=now)


@transaction.atomic
def reinstate(*, membership: Membership, by: Membership, now: datetime) -> Membership:
    """Open the door again for a suspended member.

    :raises AlreadyRemoved: a removed member is invited anew instead.
    """
    return _set_status(_locked(membership), MembershipStatus.ACTIVE, by=by, now=now)


@transaction.atomic
def remove_member(
    *,
    membership: Membership,
    heir: Membership | None,
    by: Membership,
    now: datetime,
) -> Membership:
    """End a membership: hand over what they own, revoke their keys, feeds and invitations.

    The row stays, so that what they wrote keeps their name.

    :raises LastAdministrator: when nobody else could administer the workspace.
    :raises HeirNeeded: when they own open things and no other active member takes over.
    """
    membership = _locked(membership)
    refuse_last_administrator(membership)
    _refuse_without_heir(membership, heir)
    member_leaving.send(
        sender=Membership, membership=membership, heir=heir, by=by, now=now
    )
    ApiKey.objects.of(membership).live(now).update(revoked_at=now)
    Grant.objects.of(membership).filter(ended_at__isnull=True).update(ended_at=now)
    Token.objects.of(membership).live(now).update(revoked_at=now)
    Invitation.objects.open(now).filter(membership=membership).update(revoked_at=now)
    vacate(TeamMember.objects.filter(membership=membership))
    return _set_status(membership, MembershipStatus.REMOVED, by=by, now=now, heir=heir)


def holdings_of(membership: Membership) -> list[Holding]:
    """What a member owns that somebody has to take over, asked of the apps above."""
    answers = holdings_asked.send(sender=Membership, membership=membership)
    holdings = [cast("Holding", holding) for _receiver, holding in answers]
    return [holding for holding in holdings if holding.count]


def refuse_taken_email(
    workspace_id: UUID, email: str, *, but: Membership | None = None
) -> None:
    """:raises AlreadyAMember: when the address is in use here, by another than `but`."""
    if not email:
        return
    same = Membership.objects.of(workspace_id).filter(email=email)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise AlreadyAMember(
            _("%(email)s belongs to this workspace already.") % {"email": email}
        )


def in_order(roles: Collection[str]) -> list[str]:
    """A set of roles in the order in which they are always shown."""
    return [role.value for role in Role if role in roles]


def refuse_last_administrator(membership: Membership) -> None:
    """:raises LastAdministrator: when no other member with a sign-in is administrator."""
    if Role.ADMIN not in membership.roles or not membership.is_active:
        return
    others = Membership.objects.of(membership.workspace_id).able_to_own()
    others = others.with_role(Role.ADMIN).filter(user__isnull=False)
    if not others.exclude(pk=membership.pk).exists():
        raise LastAdministrator(
            _("%(name)s is the only administrator. Make somebody else one first.")
            % {"name": membership.name}
        )


def _refuse_without_heir(membership: Membership, heir: Membership | None) -> None:
    if heir is not None:
        stays = heir.workspace_id == membership.workspace_id and heir.is_active
        if not stays or heir.pk == membership.pk:
            raise HeirNeeded(_("The new owner must be another active member."))
    elif holdings_of(membership):
        raise HeirNeeded(
            _("%(name)s still owns things. Say who takes them over.")
            % {"name": membership.name}
        )


def _locked(membership: Membership) -> Membership:
    """The row as it is now, held until the end of the transaction.

    All administrators of the workspace are held with it, in one order, so that two of
    them can't take each other's role away at the same moment.
    """
    here = Membership.objects.filter(workspace=membership.workspace_id)
    rows = here.select_for_update().order_by("pk")
    admins = {row.pk: row for row in rows.filter(roles__contains=[Role.ADMIN])}
    found = admins.get(membership.pk) or rows.get(pk=membership.pk)
    if found.status == MembershipStatus.REMOVED:
        raise AlreadyRemoved(_("%(name)s was removed before.") % {"name": found.name})
    found.workspace = membership.workspace
    return found


def _set_status(
    membership: Membership,
    status: MembershipStatus,
    *,
    by: Membership,
    now: datetime,
    heir: Membership | None = None,
) -> Membership:
    before = membership.status
    membership.status = status
    membership.removed_at = now if status == MembershipStatus.REMOVED else None
    membership.version += 1
    membership.save(update_fields=["status", "removed_at", "version"])
    record(
        verb=f"member.{status}",
        subject=membership,
        by=by,
        at=now,
        before={"status": before},
        after={"status": str(status)} | ({"heir": heir.name} if heir else {}),
    )
    return membership
