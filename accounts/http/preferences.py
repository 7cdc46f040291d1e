"""A signed-in user's own language and time zone, for the length of a request."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control


class Preferences:
    """Behind LocaleMiddleware, which has listened to the browser already."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        zone = timezone.override(ZoneInfo(user.time_zone) if user.time_zone else None)
        with zone:
            response = self.get_response(request)
        patch_cache_control(response, no_store=True, private=True)
        return response
