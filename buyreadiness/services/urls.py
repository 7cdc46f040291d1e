"""Addresses of servers: reading, writing, and hiding the password."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from buyreadiness.services.refused import Refused

DATABASE_SCHEMES = ("postgres", "postgresql", "pgsql", "psql")
CACHE_SCHEMES = ("redis", "rediss", "unix")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A parsed address; `str` of it shows where, never who with what."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    path: str
    options: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.host else self.path

    def hide(self, text: str) -> str:
        """Return the text without the password, however it was written."""
        for secret in {self.password, quote(self.password, safe="")} - {""}:
            text = text.replace(secret, "…")
        return text


def parse_address(name: str, value: str) -> ServerAddress:
    """Parse the address in the variable `name`, or refuse it in a sentence."""
    is_database = name.startswith("DATABASE")
    schemes = DATABASE_SCHEMES if is_database else CACHE_SCHEMES
    example = (
        "postgres://user:password@host:5432/name"
        if is_database
        else "redis://:password@host:6379/0"
    )
    try:
        parts = urlsplit(value)
        port = parts.port or (5432 if is_database else 6379)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in schemes:
        raise Refused(f"{name} is not an address like {example}.")
    path, is_local = unquote(parts.path), parts.scheme == "unix"
    if not is_local:
        path = path.strip("/")
    is_incomplete = not path if is_database else not (parts.hostname or is_local)
    if is_incomplete:
        what = "the database" if is_database else "the host"
        raise Refused(f"{name} does not name {what}; it looks like {example}.")
    return ServerAddress(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        path=path,
        options=tuple(parse_qsl(parts.query)),
    )
