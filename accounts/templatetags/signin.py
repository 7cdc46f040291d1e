"""What the sign-in pages ask: is sign-up open, is the demo ready, where are we?"""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace

register = template.Library()

ACCOUNT_PAGES: tuple[tuple[str, Promise], ...] = (
    ("accounts:profile", _("Profile")),
    ("account_change_password", _("Password")),
    ("account_email", _("E-mail")),
    ("mfa_index", _("Second factor")),
    ("usersessions_list", _("Sessions")),
)

# Three made-up people of a buying group: how sure we are of each of seven phases.
EXAMPLE = (
    (_("Finance"), "fi", (8, 62, 21, 6, 2, 1, 0)),
    (_("Operations"), "op", (0, 3, 9, 22, 52, 11, 3)),
    (_("Management"), "ma", (0, 0, 2, 7, 16, 61, 14)),
)
BAR_STEP, BAR_HEIGHT = 21, 30

# In this order: every browser claims to be an older one as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str | Promise
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    phase: int
    x: int
    y: int
    height: int


@register.simple_tag(takes_context=True)
def account_tabs(context: dict[str, Any]) -> list[Tab]:
    """Return the pages about oneself, for `components/tabs.html`."""
    path = context["request"].path
    return [
        Tab(label=label, href=href, is_current=path.startswith(href))
        for href, label in ((reverse(name), label) for name, label in ACCOUNT_PAGES)
    ]


@register.simple_tag(takes_context=True)
def sign_up_is_open(context: dict[str, Any]) -> bool:
    """Return whether this visitor may make an account."""
    request = context["request"]
    return bool(get_adapter(request).is_open_for_signup(request))


@register.simple_tag
def demo_is_being_prepared() -> bool:
    """Return whether the demo workspace exists and is not ready yet."""
    return Workspace.objects.filter(is_demo=True, prepared_at=None).exists()


@register.simple_tag
def example_group() -> list[dict[str, Any]]:
    """Return the picture on the sign-in page."""
    return [
        {"name": name, "initials": initials.upper(), "bars": _bars(percentages)}
        for name, initials, percentages in EXAMPLE
    ]


def _bars(percentages: tuple[int, ...]) -> list[Bar]:
    highest = max(percentages)
    heights = [max(2, round(BAR_HEIGHT * p / highest)) for p in percentages]
    return [
        Bar(phase=i, x=(i - 1) * BAR_STEP, y=BAR_HEIGHT - height, height=height)
        for i, height in enumerate(heights, 1)
    ]


@register.filter
def in_fours(text: str) -> str:
    """Write a key or a code in groups of four, as one types it."""
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


@register.filter
def browser_name(user_agent: str) -> str:
    """Say which browser on which system, as far as it admits; the first that fits."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {
            "browser": browser,
            "system": system,
        }
    return browser or system or user_agent[:40] or gettext("Unknown browser")
