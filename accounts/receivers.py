"""What the sign-in library tells us: who came in, who failed, who changed their password."""

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.utils import timezone

from accounts.actions.profile import follow_address
from accounts.models import SecurityEvent, User
from accounts.models.audit import SecurityKind
from accounts.signin.limits import begin


@receiver(user_logged_in)
def note_sign_in(request: Any, user: User, **_: Any) -> None:
    begin(request.session)
    _note(SecurityKind.SIGNED_IN, request, user)


@receiver(user_login_failed)
def note_failure(request: Any, credentials: dict[str, Any], **_: Any) -> None:
    """A known account is noted with its user: the same query and row when there is none."""
    email = str(credentials.get("email") or "").lower()[:254]
    user = User.objects.filter(email=email).first()
    _note(SecurityKind.SIGN_IN_FAILED, request, user, email=email)


@receiver(mfa.authentication_failed)
def note_wrong_code(request: Any, user: User, **_: Any) -> None:
    _note(SecurityKind.SIGN_IN_FAILED, request, user)


@receiver(user_logged_out)
def note_sign_out(request: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        _note(SecurityKind.SIGNED_OUT, request, user)


@receiver(account.user_signed_up)
def note_sign_up(request: Any, user: User, **_: Any) -> None:
    _note(SecurityKind.SIGNED_UP, request, user)


@receiver([account.password_changed, account.password_set])
def note_new_password(request: Any, user: User, **_: Any) -> None:
    _note(SecurityKind.PASSWORD_CHANGED, request, user)


@receiver(account.password_reset)
def note_reset(request: Any, user: User, **_: Any) -> None:
    _note(SecurityKind.PASSWORD_RESET, request, user)


@receiver(account.email_changed)
def note_new_address(
    *,
    request: Any,
    user: User,
    to_email_address: Any,
    from_email_address: Any = None,
    **_: Any,
) -> None:
    if not from_email_address:  # without one it is the first
        return
    _note(SecurityKind.EMAIL_CHANGED, request, user)
    follow_address(user=user, email=to_email_address.email)


@receiver(mfa.authenticator_added)
def note_factor(
    request: Any, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        _note(SecurityKind.FACTOR_ADDED, request, user)


@receiver(mfa.authenticator_removed)
def note_factor_gone(
    request: Any, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        _note(SecurityKind.FACTOR_REMOVED, request, user)


def _note(
    kind: SecurityKind, request: Any, user: User | None, *, email: str = ""
) -> None:
    SecurityEvent.objects.create(
        at=timezone.now(),
        kind=kind,
        user=user,
        email=email or (user.email if user else ""),
        ip=_ip_of(request),
        user_agent=request.headers.get("User-Agent", "")[:200] if request else "",
    )


def _ip_of(request: Any) -> str | None:
    try:
        ip: str | None = get_adapter(request).get_client_ip(request)
    except (
        AttributeError,
        PermissionDenied,
    ):  # a shell has no request, or an empty one
        return None
    return ip
