"""One POST to somebody else's server: pinned, timed, short, and never led elsewhere."""

import http.client
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Timer
from typing import Any
from uuid import UUID

from integrations.webhooks.addresses import (
    BadAddress,
    Lookup,
    NotFound,
    NotPublic,
    Target,
    look_up,
    pinned,
    target_of,
)
from integrations.webhooks.signing import headers_of

SECONDS = 10.0
MOST_BYTES = 64 * 1024
AGENT = "BuyReadiness-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent, and whereto."""

    delivery_id: UUID
    message_id: str
    url: str
    secrets: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended: a status, or a fault that a page can put into words."""

    duration_ms: int
    status: int | None = None
    fault: str = ""
    asked: timedelta | None = None  # the receiver's Retry-After

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(parcel: Parcel, *, now: datetime, look_up: Lookup = look_up) -> Answer:
    """Send once. Whatever the receiver does, this ends within seconds and raises nothing."""
    began = time.monotonic()
    status, fault, asked = None, "", None
    try:
        status, asked = _exchange(parcel, now=now, look_up=look_up)
    except BadAddress:
        fault = "address"
    except NotFound:
        fault = "name"
    except NotPublic:
        fault = "private"
    except ssl.SSLError:
        fault = "tls"
    except TimeoutError:
        fault = "time"
    except (OSError, http.client.HTTPException, ValueError):
        fault = "connection"
    took = time.monotonic() - began
    if fault == "connection" and took >= SECONDS:
        fault = "time"  # cut off by the watch
    return Answer(
        duration_ms=round(took * 1_000), status=status, fault=fault, asked=asked
    )


def _exchange(
    parcel: Parcel, *, now: datetime, look_up: Lookup
) -> tuple[int, timedelta | None]:
    target = target_of(parcel.url)
    address = pinned(target, look_up=look_up)
    with socket.create_connection((address, target.port), timeout=SECONDS) as plain:
        wire = _wrapped(plain, target.host) if target.is_tls else plain
        # A socket's timeout is per read: a receiver that drips is cut off by the watch.
        ends = time.monotonic() + SECONDS
        watch = Timer(SECONDS, _cut, [wire])
        watch.daemon = True
        watch.start()
        try:
            return _spoken(wire, target, parcel, now=now, ends=ends)
        finally:
            watch.cancel()
            wire.close()


def _spoken(
    wire: socket.socket,
    target: Target,
    parcel: Parcel,
    *,
    now: datetime,
    ends: float,
) -> tuple[int, timedelta | None]:
    if isinstance(wire, ssl.SSLSocket):
        wire.do_handshake()
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = wire  # connected already: it looks nothing up
    connection.request(
        "POST", target.path, body=parcel.body.encode(), headers=_headers(parcel, now)
    )
    answer = connection.getresponse()
    if time.monotonic() >= ends:
        raise TimeoutError  # cut off by the watch: half of a head is no answer
    with suppress(OSError, http.client.HTTPException):
        answer.read(MOST_BYTES)  # hostile, and never shown to anybody
    return answer.status, _asked(answer.headers, now)


def _wrapped(plain: socket.socket, host: str) -> ssl.SSLSocket:
    # The name is the one that was asked for, whatever address it led to.
    return _tls().wrap_socket(
        plain, server_hostname=host, do_handshake_on_connect=False
    )


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _headers(parcel: Parcel, now: datetime) -> dict[str, str]:
    signed = headers_of(
        message_id=parcel.message_id, body=parcel.body, secrets=parcel.secrets, at=now
    )
    target = target_of(parcel.url)
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.is_tls else 80
    return signed | {
        "Host": host if target.port == usual else f"{host}:{target.port}",
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Connection": "close",
    }


def _asked(headers: Any, now: datetime) -> timedelta | None:
    """Retry-After, in seconds or as a date."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return timedelta(seconds=int(text))
    with suppress(ValueError, TypeError, OverflowError):
        until = parsedate_to_datetime(text)
        return max(
            (until if until.tzinfo else until.replace(tzinfo=UTC)) - now, timedelta(0)
        )
    return None
