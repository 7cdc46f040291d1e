"""Where this member may go from here: the rail, its tabs, the palette."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from accounts.http.destinations import (
    DESTINATIONS,
    HOME,
    WORK,
    WORKSPACE,
    WORKSPACES,
    Destination,
)
from accounts.models import Membership
from accounts.permissions import may_create_workspace, permissions_of

LAST_WORKSPACE = "workspace"  # in the session: the slug of the one visited last


@dataclass(frozen=True, slots=True)
class Link:
    """A destination, for this request."""

    name: str
    label: str
    href: str
    icon: str
    keys: str = ""
    group: str = WORK
    section: str = ""
    is_current: bool = False
    is_post: bool = False


def destinations_for(request: HttpRequest) -> list[Link]:
    """Return where this member may go, in the order of DESTINATIONS."""
    addresses = [(d, _address(request, d)) for d in _open_to(request)]
    around = [
        href
        for destination, href in addresses
        if _is_at(request.path, href, is_exact=destination.is_exact)
    ]
    current = max(around, key=len, default="")
    return [
        _link(destination, href, is_current=href == current)
        for destination, href in addresses
    ]


def rail_of(links: list[Link]) -> list[Link]:
    """One line for each section a member may enter, the current page's marked.

    A section whose own page is shut to them is entered by the first tab that is not.
    """
    lines: dict[str, Link] = {}
    heads = {d.section: d for d in DESTINATIONS if d.group in {WORK, WORKSPACE}}
    for link in links:
        if not link.section:
            continue
        head = heads[link.section]
        line = lines.get(link.section) or replace(
            link, label=str(head.label), icon=head.icon, group=head.group
        )
        is_current = line.is_current or link.is_current
        lines[link.section] = replace(line, is_current=is_current)
    return list(lines.values())


def tabs_of(links: list[Link]) -> list[Link]:
    """The pages of the section that is open, when it has more than one for this member."""
    here = {link.section for link in links if link.is_current} - {""}
    tabs = [link for link in links if link.section in here]
    return tabs if len(tabs) > 1 else []


def seats_for(request: HttpRequest) -> list[Link]:
    """Return the signed-in user's other workspaces; costs one query."""
    here = getattr(request, "workspace", None)
    memberships = Membership.objects.open_to(getattr(request, "user", None))
    return [
        Link(
            name=f"workspace-{membership.workspace.slug}",
            label=membership.workspace.name,
            href=reverse(HOME, kwargs={"slug": membership.workspace.slug}),
            icon="switch",
            group=WORKSPACES,
        )
        for membership in memberships
        if membership.workspace != here
    ]


def commands_for(
    request: HttpRequest, *, links: list[Link], seats: list[Link]
) -> list[dict[str, Any]]:
    """Return what the palette and the keys can do, ready for JSON."""
    switches = [
        {
            **_command(seat),
            "label": gettext("Switch to %(workspace)s") % {"workspace": seat.label},
        }
        for seat in seats
    ]
    pages = [_command(link) for link in links if not link.is_post]
    acts = [_command(link) for link in links if link.is_post]
    return [*pages, *switches, *acts]


def _open_to(request: HttpRequest) -> Iterator[Destination]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    held = permissions_of(getattr(request, "membership", None))
    for destination in DESTINATIONS:
        if destination.name == "workspace-new" and not may_create_workspace():
            continue
        if not destination.in_workspace or destination.permission in held:
            yield destination


def _address(request: HttpRequest, destination: Destination) -> str:
    workspace = getattr(request, "workspace", None)
    kwargs = {"slug": workspace.slug} if destination.in_workspace and workspace else {}
    return reverse(destination.url_name, kwargs=kwargs)


def _is_at(path: str, href: str, *, is_exact: bool) -> bool:
    inside = not is_exact and path.startswith(f"{href.rstrip('/')}/")
    return path == href or inside


def _link(destination: Destination, href: str, *, is_current: bool) -> Link:
    return Link(
        name=destination.name,
        label=str(destination.label),
        href=href,
        icon=destination.icon,
        keys=destination.keys,
        group=destination.group,
        section=destination.section,
        is_current=is_current,
        is_post=destination.is_post,
    )


def _command(link: Link) -> dict[str, Any]:
    return {
        "name": link.name,
        "label": link.label,
        "href": link.href,
        "icon": link.icon,
        "keys": link.keys,
        "post": link.is_post,
    }
