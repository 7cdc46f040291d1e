"""How the sign-in library behaves in our house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils import timezone

from accounts.models import Invitation

INVITATION_IN_SESSION = "invitation"  # the hash of the link somebody came with


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are open to everybody, or to invited people only; an invitation proves an address."""

    def is_open_for_signup(self, request: Any) -> bool:
        if settings.REGISTRATION == "open":
            return True
        return self._invitation(request) is not None

    def is_email_verified(self, request: Any, email: str) -> bool:
        """The letter with the link reached this address: no second letter is needed."""
        invitation = self._invitation(request)
        return invitation is not None and invitation.email == email.lower()

    def _invitation(self, request: Any) -> Invitation | None:
        token_hash = request.session.get(INVITATION_IN_SESSION, "")
        found = Invitation.objects.by_hash(token_hash).open(timezone.now())
        return found.first()
