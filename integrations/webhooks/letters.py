"""A letter to the administrators when nothing is sent to an endpoint any more."""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, Workspace
from integrations.models import OffReason, WebhookEndpoint

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, and in which language."""

    email: str
    language: str


def tell_administrators(endpoint: WebhookEndpoint) -> None:
    """Send the letters on commit; one that can't leave undoes nothing."""
    workspace = Workspace.objects.get(pk=endpoint.workspace_id)
    here = Membership.objects.of(workspace).able_to_own().with_role(Role.ADMIN)
    letters = [
        Letter(member.email, member.user.language or workspace.languages[0])
        for member in here.select_related("user")
        if member.user is not None
    ]
    words: dict[str, Any] = {
        "workspace": workspace.name,
        "url": endpoint.url,
        "reason": OffReason(endpoint.off_reason).label,
    }
    transaction.on_commit(partial(_send, letters, words), robust=True)


def _send(letters: list[Letter], words: dict[str, Any]) -> None:
    for letter in letters:
        with translation.override(letter.language):
            subject = _("A webhook of %(workspace)s was switched off") % words
            told = words | {"reason": str(words["reason"])}
            body = render_to_string("integrations/mail/webhook_off.txt", told)
        try:
            # A line break in a name would forge mail headers.
            subject = " ".join(subject.split())
            send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [letter.email])
        except OSError:  # smtplib's errors are OSErrors
            logger.exception("Could not tell of a webhook that was switched off")
