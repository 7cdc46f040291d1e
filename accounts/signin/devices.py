"""A browser that signed in before: a stranger's guesses don't lock its owner out."""

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from accounts.models import User

_SALT = "accounts.signin.devices"
_GOOD_FOR = 90 * 24 * 3600


def remember_device(response: HttpResponse, user: User) -> None:
    """Give the browser a mark that is good for one account and counts apart."""
    response.set_signed_cookie(
        settings.DEVICE_COOKIE_NAME,
        f"{user.pk}:{secrets.token_hex(8)}",
        salt=_SALT,
        max_age=_GOOD_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request: Any, email: str) -> str:
    """Return the mark of this browser, if it has one for the account with this address."""
    value = request.get_signed_cookie(
        settings.DEVICE_COOKIE_NAME, default="", salt=_SALT, max_age=_GOOD_FOR
    )
    user_id, _colon, mark = value.partition(":")
    is_theirs = mark and User.objects.filter(pk=user_id, email=email).exists()
    return mark if is_theirs else ""
