"""How long a session lasts: 12 hours without a click, 7 days in all."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.utils import timezone

_BEGAN, _SEEN = "began", "seen"
_TO_THE = (
    10 * 60
)  # the session's row is written once in ten minutes, not at every click


class SessionLimits:
    """Behind AuthenticationMiddleware. Django's own age starts anew whenever a session is saved."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            session, now = request.session, _now()
            if _is_over(session, now):
                logout(request)
            elif now - session.get(_SEEN, 0) >= _TO_THE:
                session[_SEEN] = now
                session.setdefault(_BEGAN, now)
        return self.get_response(request)


def begin(session: Any) -> None:
    """Start the clock of somebody who just signed in."""
    session[_BEGAN] = session[_SEEN] = _now()


def _is_over(session: Any, now: int) -> bool:
    idle = now - session.get(_SEEN, now)
    age = now - session.get(_BEGAN, now)
    return bool(idle > settings.SESSION_IDLE_AGE or age > settings.SESSION_COOKIE_AGE)


def _now() -> int:
    return int(timezone.now().timestamp())
