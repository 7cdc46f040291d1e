"""The folder in which an installation without servers of its own keeps its state."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from buyreadiness.services.processes import PROJECT
from buyreadiness.services.refused import Refused

PATIENCE_SECONDS = 60.0


def state_folder() -> Path:
    """Return where state is kept; PostgreSQL must reach it, also when we are root."""
    if chosen := os.environ.get("BUYREADINESS_STATE"):
        return Path(chosen).absolute()
    if os.geteuid() != 0:
        return PROJECT / ".local"
    # root's own projects often lie where no other user may enter.
    digest = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    return Path("/var/lib/buyreadiness") / digest


def make_state_folder() -> Path:
    folder = state_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Its server runs as another user, who must pass through but see nothing.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise Refused(
            f"The state folder {folder} cannot be used ({error.strerror});"
            " BUYREADINESS_STATE names another one."
        ) from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def kept_secret(path: Path, *, size: int = 24) -> str:
    """Return the secret in the file, made at random when there is none yet."""
    with contextlib.suppress(FileNotFoundError):
        if secret := path.read_text().strip():
            return secret
    secret = secrets.token_urlsafe(size)
    write_private(path, secret + "\n")
    return secret


@dataclass(frozen=True, slots=True)
class Notice:
    """What the process that started the servers tells the others."""

    pid: int
    command: str
    urls: dict[str, str]
    address: str = ""


class Household:
    """Who runs the servers of a state folder, and who uses them.

    One process holds `owner.lock`; those who found its servers running share
    `guests.lock`, so that a short command does not end them under another's feet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notice = folder / "services.json"
        self.owner_lock: IO[str] | None = None

    def move_in(self) -> bool:
        """Become the owner, unless there is one."""
        lock = (self.folder / "owner.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self.notice.unlink(missing_ok=True)
        self.owner_lock = lock
        return True

    def announce(
        self, *, command: str, urls: Mapping[str, str], address: str = ""
    ) -> None:
        text = {
            "pid": os.getpid(),
            "command": command,
            "urls": dict(urls),
            "address": address,
        }
        write_private(self.notice, json.dumps(text))

    def read_notice(self) -> Notice | None:
        try:
            return Notice(**json.loads(self.notice.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def wait_for_notice(self) -> None:
        """Wait until the owner has said where its servers are, or is gone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.read_notice():
                return
            if self.move_in():
                self.move_out()
                return
            time.sleep(0.1)
        raise Refused(
            f"Another process has been starting or ending services in {self.folder}"
            f" for {PATIENCE_SECONDS:.0f} seconds."
        )

    @contextlib.contextmanager
    def visit(self) -> Iterator[None]:
        """Keep the owner from leaving while we use its servers."""
        with (self.folder / "guests.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def wait_for_guests(self) -> None:
        with (self.folder / "guests.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.notice.unlink(missing_ok=True)

    def move_out(self) -> None:
        if self.owner_lock is not None:
            self.notice.unlink(missing_ok=True)
            self.owner_lock.close()
            self.owner_lock = None
