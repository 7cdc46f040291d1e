"""Let somebody take a seat: a secret link in a letter, good for a week and for one person."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.members import refuse_taken_email
from accounts.models import Invitation, Membership, User

logger = logging.getLogger(__name__)

GOOD_FOR = timedelta(days=7)


class NotASeat(Exception):
    """The member has a sign-in already, or is not here any more."""


class SeatHasNoEmail(Exception):
    """An invitation is a letter; there is no address to send it to."""


class InvitationOver(Exception):
    """The invitation was used, withdrawn, or is too old."""


class InvitationOfSomebodyElse(Exception):
    """The invitation was sent to another address than the one signed in."""


@transaction.atomic
def invite(
    *, membership: Membership, email: str, by: Membership, now: datetime, origin: str
) -> Invitation:
    """Invite a person to a seat; an earlier invitation to it is withdrawn.

    The letter leaves after the commit. `origin` is the address of the product, as in
    https://crm.example.com.

    :raises NotASeat: when the member can sign in already or was removed.
    :raises SeatHasNoEmail: without an address.
    :raises AlreadyAMember: when another member or seat has the address.
    """
    membership = Membership.objects.select_for_update(of=("self",)).get(
        pk=membership.pk
    )
    if not membership.is_seat or not membership.is_active:
        raise NotASeat(
            _("%(name)s can't be invited: not an open seat.")
            % {"name": membership.name}
        )
    email = email.strip().lower()
    if not email:
        raise SeatHasNoEmail(_("An invitation needs an e-mail address."))
    refuse_taken_email(membership.workspace_id, email, but=membership)
    waiting = Invitation.objects.filter(
        membership=membership, accepted_at__isnull=True, revoked_at__isnull=True
    )
    waiting.update(revoked_at=now)
    if membership.email != email:
        membership.email = email
        membership.version += 1
        membership.save(update_fields=["email", "version"])
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        workspace_id=membership.workspace_id,
        membership=membership,
        invited_by=by,
        email=email,
        token_hash=hash_of(token),
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    record(
        verb="member.invited",
        subject=membership,
        by=by,
        at=now,
        after={"email": email},
    )
    link = origin + reverse("accounts:join", kwargs={"token": token})
    transaction.on_commit(
        partial(
            _send,
            invitation_id=invitation.pk,
            inviter=by.name,
            link=link,
            language=translation.get_language(),
        ),
        robust=True,
    )
    return invitation


@transaction.atomic
def withdraw_invitation(
    *, invitation: Invitation, by: Membership, now: datetime
) -> Invitation:
    """Make the link of an open invitation worthless.

    :raises InvitationOver: when it was used or withdrawn before.
    """
    open_ones = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    )
    if not open_ones.update(revoked_at=now):
        raise InvitationOver(_("This invitation was used or withdrawn before."))
    record(
        verb="member.invitation_withdrawn",
        subject=invitation.membership,
        by=by,
        at=now,
    )
    return invitation


@transaction.atomic
def accept_invitation(
    *, invitation: Invitation, user: User, now: datetime
) -> Membership:
    """Give the seat to the user who came with the link. Its workspace is open here.

    :raises InvitationOver: when it was used, withdrawn, or is older than a week.
    :raises InvitationOfSomebodyElse: when the user has another e-mail address.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).get(
        pk=invitation.pk
    )
    membership = Membership.objects.select_for_update(of=("self",)).get(
        pk=invitation.membership_id
    )
    is_open = Invitation.objects.open(now).filter(pk=invitation.pk).exists()
    if not is_open or not membership.is_seat or not membership.is_active:
        raise InvitationOver(
            _("This invitation can't be used any more. Ask for a new one.")
        )
    if user.email != invitation.email:
        raise InvitationOfSomebodyElse(
            _("This invitation is for %(theirs)s; you are signed in as %(yours)s.")
            % {"theirs": invitation.email, "yours": user.email}
        )
    here = Membership.objects.of(invitation.workspace_id)
    if here.filter(user=user).exists():
        raise InvitationOver(_("You belong to this workspace already."))
    membership.user = user
    membership.version += 1
    membership.save(update_fields=["user", "version"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    record(verb="member.joined", subject=membership, by=membership, at=now)
    return membership


def hash_of(token: str) -> str:
    """A token is 256 random bits: one round of SHA-256 is enough, and looks up by index."""
    return hashlib.sha256(token.encode()).hexdigest()


def _send(
    *, invitation_id: UUID, inviter: str, link: str, language: str | None
) -> None:
    """Send the letter after the commit; a failure is logged and shown as "not sent"."""
    invitation = Invitation.objects.select_related("workspace").get(pk=invitation_id)
    words = {"invitation": invitation, "inviter": inviter, "link": link}
    with translation.override(language or invitation.workspace.languages[0]):
        subject = _("%(name)s invites you to %(workspace)s on BuyReadiness") % {
            "name": inviter,
            "workspace": invitation.workspace.name,
        }
        body = render_to_string("accounts/mail/invitation.txt", words)
    try:
        # A line break in a name would forge mail headers.
        subject = " ".join(subject.split())
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except OSError:  # smtplib's errors are OSErrors
        logger.exception("Could not send invitation %s", invitation_id)
        return
    Invitation.objects.filter(pk=invitation_id).update(sent_at=timezone.now())  # noqa: TID251 -- after the commit
