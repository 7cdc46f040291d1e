"""Which addresses we call: public ones, over TLS, looked up once and then held to."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 500
PORTS = (443, 8443)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# What `target_of` takes, besides addresses in numbers and capital letters.
WRITTEN = (
    r"^https://([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9_-]{0,61}[a-z0-9_])?"
    r"(:(443|8443))?([/?][!\x22$-\[\]-~]*)?$"
)
TOO_LONG = r"^https://[^/?:]{254}"  # of a name
# What a registry may call global: IPv6 in which an IPv4 address can hide, and IPv4 that
# is kept for protocols.
_HIDING = [
    ipaddress.ip_network(each)
    for each in (
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"),
        *("192.0.0.0/24", "192.88.99.0/24"),
    )
]

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Sequence[str]]


class BadAddress(Exception):
    """An address that is never called, with a sentence that says why."""


class NotPublic(Exception):
    """The name leads to a place inside somebody's network."""


class NotFound(Exception):
    """The name leads nowhere."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart."""

    is_tls: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Take an address apart.

    :raises BadAddress: for one that is not `https://name[:8443]/…` of the public internet.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").rstrip(".")
    local = settings.WEBHOOK_LOOPBACK and host in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise BadAddress(_("A webhook's address begins with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddress(_("No name, password or # in the address."))
    if not local:
        _refuse_host(host)
        if port not in PORTS:
            raise BadAddress(_("The port is 443 or 8443."))
    path = parts.path or "/"
    return Target(
        is_tls=parts.scheme == "https",
        host=host,
        port=port,
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def _split(url: str) -> tuple[SplitResult, int]:
    # Everything that two parsers might read differently is refused: spaces, letters
    # and digits of other scripts (a name is written in its xn-- form), backslashes.
    if len(url) > LONGEST or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise BadAddress(_("This is not an address that can be called."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(_("This is not an address that can be called.")) from None
    usual = 443 if parts.scheme == "https" else 80
    return parts, usual if port is None else port


def _refuse_host(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        # No bare name, and no number that some resolver takes for an address: 0x7f.1.
        is_name = len(labels) > 1 and all(_LABEL.fullmatch(each) for each in labels)
        if not is_name or not labels[-1][0].isalpha() or len(host) > 253:
            sentence = _("The address needs the full name of a public server.")
            raise BadAddress(sentence) from None
    else:
        if not is_public(address):
            raise BadAddress(_("Private addresses are not called."))


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system finds them.

    :raises NotFound: when there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFound from None
    return [str(each[4][0]) for each in found]


def pinned(target: Target, *, look_up: Lookup = look_up) -> str:
    """The one address to connect to. Asked once: a second answer could be another.

    :raises NotFound: when the name leads nowhere.
    :raises NotPublic: when any of its addresses is not of the public internet.
    """
    found = look_up(target.host, target.port)
    if not found:
        raise NotFound
    for each in found:
        address = ipaddress.ip_address(each.partition("%")[0])
        if not (is_public(address) or (settings.WEBHOOK_LOOPBACK and _loops(address))):
            raise NotPublic
    return found[0]


def is_public(address: IP) -> bool:
    """Of the public internet, and nothing else in disguise."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not getattr(address, "is_site_local", False)
        and not any(address in net for net in _HIDING if net.version == address.version)
    )


def _loops(address: IP) -> bool:
    return address.is_loopback
