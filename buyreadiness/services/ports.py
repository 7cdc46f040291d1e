"""Ports of this machine."""

import errno
import os
import socket
from dataclasses import dataclass

from buyreadiness.services.refused import Refused

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where the web listens (`BIND`, `PORT`)."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else self.host_and_port

    @property
    def host_and_port(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def nearest(self) -> "WebAddress":
        """The address at which this machine itself reaches it."""
        return WebAddress(WILDCARDS.get(self.host, self.host), self.port)

    @property
    def url(self) -> str:
        return f"http://{self.nearest}/"


def web_address() -> WebAddress:
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Refused(f"PORT is {port!r}, which is not a number from 1 to 65535.")
    host = (os.environ.get("BIND") or "127.0.0.1").strip("[]")
    return WebAddress(host, int(port))


def refuse_taken(address: WebAddress) -> None:
    """Refuse an address we could not listen at, before anything is started."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
            probe.listen(1)
        except OSError as error:
            raise Refused(sentence(address, error)) from error


def sentence(address: WebAddress, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = 8001 if address.port == 8000 else 8000
        return (
            f"Port {address.port} is taken by another program:"
            f" PORT={other} make run uses another one."
        )
    reason = error.strerror or str(error)
    return f"The web cannot listen at {address}: {reason}."
