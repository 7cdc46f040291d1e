"""What the tests that count doors share: every pattern of the URLconf."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

LIBRARIES = ("allauth.", "django.contrib.staticfiles.", "django.views.static")


@dataclass(frozen=True)
class Door:
    """One address and who answers there."""

    name: str
    pattern: str
    callback: Any
    converters: dict[str, Any]

    @property
    def is_ours(self) -> bool:
        return not str(self.callback.__module__).startswith(LIBRARIES)

    @property
    def is_a_page(self) -> bool:
        return "slug" in self.converters

    @property
    def has_id(self) -> bool:
        names = {"id", "pk"} & set(self.converters)
        kinds = (UUIDConverter, IntConverter)
        return bool(names) or any(
            isinstance(converter, kinds) for converter in self.converters.values()
        )

    @property
    def guard(self) -> str:
        return str(getattr(self.callback, "guard", ""))


def doors() -> list[Door]:
    return list(_doors(get_resolver().url_patterns))


def our_doors() -> list[Door]:
    return [door for door in doors() if door.is_ours]


def _doors(
    patterns: list[Any], *, space: str = "", before: str = "", given: Any = None
) -> Iterator[Door]:
    for entry in patterns:
        converters = {**(given or {}), **entry.pattern.converters}
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _doors(
                entry.url_patterns, space=inner, before=path, given=converters
            )
        elif isinstance(entry, URLPattern):
            yield Door(
                name=f"{space}{entry.name or path}",
                pattern=path,
                callback=entry.callback,
                converters=converters,
            )
