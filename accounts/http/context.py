"""What the frame around every page shows. Nothing is looked up until a page asks."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse

from accounts.http.destinations import ACT, HOME, WORKSPACES, YOU
from accounts.http.navigation import (
    Link,
    commands_for,
    destinations_for,
    rail_of,
    seats_for,
    tabs_of,
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Add the workspace, the member and, as callables, all that costs something."""
    workspace = getattr(request, "workspace", None)
    membership = getattr(request, "membership", None)
    links = cache(lambda: destinations_for(request))
    seats = cache(lambda: seats_for(request))
    return {
        "workspace": workspace,
        "membership": membership,
        "seats": seats,
        "navigation": cache(lambda: rail_of(links())),
        "sections": cache(lambda: tabs_of(links())),
        "account_links": _only(links, {YOU, WORKSPACES}),
        "acts": _only(links, {ACT}),
        "commands": cache(lambda: commands_for(request, links=links(), seats=seats())),
        "theme": lambda: getattr(getattr(request, "user", None), "theme", "system"),
        "user_name": lambda: str(membership or getattr(request, "user", "")),
        "home_url": lambda: (
            reverse(HOME, kwargs={"slug": workspace.slug}) if workspace else "/"
        ),
        "sign_in_path": lambda: resolve_url(settings.LOGIN_URL),
    }


def _only(
    links: Callable[[], list[Link]], groups: set[str]
) -> Callable[[], list[Link]]:
    return cache(lambda: [link for link in links() if link.group in groups])
