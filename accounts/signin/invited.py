"""The invitation somebody came with, kept as its hash in the session."""

from typing import Any

from django.utils import timezone

from accounts.models import Invitation

INVITATION_IN_SESSION = "invitation"  # the hash of the link somebody came with


def invitation_of(request: Any) -> Invitation | None:
    """Return the open invitation this visitor came with, if any."""
    token_hash = request.session.get(INVITATION_IN_SESSION, "")
    if not token_hash:
        return None
    return Invitation.objects.by_hash(token_hash).open(timezone.now()).first()
