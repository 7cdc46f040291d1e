"""Small marks that pages share: icons, avatars, the brand."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", size: str = "m") -> SafeString:
    """Draw an icon of static/img/icons.svg; without a label it is decoration."""
    href = f"{static('img/icons.svg')}#{name}"
    classes = "icon icon-l" if size == "l" else "icon"
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">'
            '<use href="{}"></use></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">'
        '<use href="{}"></use></svg>',
        classes,
        href,
    )


@register.simple_tag
def brand_mark() -> SafeString:
    """Draw the three rising steps."""
    steps = ((1, 1, 11.5, 7.5), (2, 7.5, 6.5, 12.5), (3, 14, 1, 18))
    return format_html(
        '<svg class="mark" viewBox="0 0 20 20" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="m{}" x="{}" y="{}" width="5" height="{}" rx="1.6"></rect>',
            steps,
        ),
    )


def initials(name: str) -> str:
    """Return the first letters of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    ends = words[:1] if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper()


@register.simple_tag
def avatar(name: str, kind: str = "") -> SafeString:
    """Draw a name's initials; `kind` is any of ghost, square and small."""
    classes = " ".join(["avatar", *(f"avatar-{word}" for word in kind.split())])
    return format_html(
        '<span class="{}" aria-hidden="true">{}</span>', classes, initials(name)
    )


@register.simple_tag
def keys(sequence: str) -> SafeString:
    """Write a shortcut such as "g t" as keys."""
    return format_html(
        '<span class="keys">{}</span>',
        format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in sequence.split())),
    )


@register.filter
def in_group(items: Iterable[Any], group: str) -> list[Any]:
    """Keep the links of one group."""
    return [item for item in items if getattr(item, "group", None) == group]


@register.filter
def in_days(days: float | None) -> str:
    """Write an age: "today", "6 days"; nothing for None."""
    if days is None:
        return ""
    whole = max(int(days), 0)
    if not whole:
        return gettext("today")
    return ngettext("%(n)d day", "%(n)d days", whole) % {"n": whole}


@register.filter
def looking_back_to(address: str, day: date | None) -> str:
    """An address as of a day, where one looks back to one."""
    return f"{address}?as_of={day.isoformat()}" if day else address
