"""Services for a command: given by the environment, found running, or its own."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from buyreadiness.services.ports import refuse_taken, web_address
from buyreadiness.services.postgres import check_database, start_postgres
from buyreadiness.services.processes import Child, stop_children
from buyreadiness.services.refused import Refused
from buyreadiness.services.state import Household, kept_secret, make_state_folder
from buyreadiness.services.urls import parse_address
from buyreadiness.services.valkey import check_cache, start_valkey

STARTED = time.monotonic()
STARTERS = {"DATABASE_URL": start_postgres, "REDIS_URL": start_valkey}
SECRET_BYTES = {"SECRET_KEY": 48, "DEMO_PASSWORD": 9}
NOWHERE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "used by no request",
}
# These read no data, so nothing is started for them.
STAND_ALONE = {
    *("", "help", "version", "startapp", "startproject", "diffsettings"),
    *("makemessages", "compilemessages", "check_translations"),
    *("collectstatic", "findstatic"),
}
PATIENCE_SECONDS = 20.0
EPHEMERAL_PREFIX = "buyreadiness-test-"


@dataclass(slots=True)
class Services:
    """Servers we started, to be ended by us."""

    children: list[Child] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)

    def start(
        self, folder: Path, names: Iterable[str], *, is_ephemeral: bool = False
    ) -> None:
        for name in names:
            child, self.urls[name] = STARTERS[name](folder, is_ephemeral=is_ephemeral)
            self.children.append(child)

    def stop(self) -> None:
        stop_children(reversed(self.children), patience=PATIENCE_SECONDS)
        self.children.clear()


# What `up` supervises besides its own children.
OWN = Services()


@contextlib.contextmanager
def services_for(command: str) -> Iterator[None]:
    """Put the addresses of the services a command needs into the environment."""
    if command in STAND_ALONE:
        fill_environment(NOWHERE)
        yield
        return
    if command == "up":
        with one_supervisor():
            yield
        return
    check_given(command)
    if not all(os.environ.get(name) for name in NOWHERE):
        folder = make_state_folder()
        keep_secrets(folder)
        with found_or_started(folder, command):
            yield
    else:
        yield


def fill_environment(values: dict[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def missing_servers() -> list[str]:
    return [name for name in STARTERS if not os.environ.get(name)]


def keep_secrets(folder: Path) -> None:
    for name, size in SECRET_BYTES.items():
        if not os.environ.get(name):
            os.environ[name] = kept_secret(folder / name.lower(), size=size)


def check_given(command: str) -> None:
    """Refuse given addresses that cannot work.

    A bell that does not ring stops no command but `up`, and `doctor` is there to tell.
    """
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if value := os.environ.get(name):
            parse_address(name, value)
            if command != "doctor":
                check_database(name, value)
    if value := os.environ.get("REDIS_URL"):
        parse_address("REDIS_URL", value)
        if command == "up":
            check_cache("REDIS_URL", value)


@contextlib.contextmanager
def one_supervisor() -> Iterator[None]:
    """Start what is not given, for `up`, which must be alone in its state folder."""
    folder = make_state_folder()
    household = Household(folder)
    if not household.move_in():
        raise Refused(who_is_there(household))
    try:
        address = web_address()
        refuse_taken(address)
        check_given("up")
        keep_secrets(folder)
        OWN.start(folder, missing_servers())
        os.environ.update(OWN.urls)
        household.announce(command="up", urls=OWN.urls, address=address.url)
        yield
    finally:
        OWN.stop()
        household.move_out()


def who_is_there(household: Household) -> str:
    notice = household.read_notice()
    if notice and notice.address:
        return (
            f"BuyReadiness already runs from this folder, at {notice.address}"
            f" (process {notice.pid}): end that one first."
        )
    return (
        "Another command is using the services of this folder:"
        " try again when it has ended."
    )


@contextlib.contextmanager
def found_or_started(folder: Path, command: str) -> Iterator[None]:
    household = Household(folder)
    while not household.move_in():
        household.wait_for_notice()
        with household.visit():
            # Read again: the owner may have left before we were noticed.
            if notice := household.read_notice():
                fill_environment(notice.urls)
                yield
                return
    services = Services()
    try:
        services.start(folder, missing_servers())
        os.environ.update(services.urls)
        household.announce(command=command, urls=services.urls)
        yield
        household.wait_for_guests()
    finally:
        services.stop()
        household.move_out()


@contextlib.contextmanager
def ephemeral_services(names: Iterable[str] = tuple(STARTERS)) -> Iterator[Services]:
    """Start servers that are gone, data and all, at the end."""
    sweep_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=EPHEMERAL_PREFIX))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as another user then
    household, services = Household(folder), Services()
    household.move_in()
    try:
        services.start(folder, names, is_ephemeral=True)
        yield services
    finally:
        services.stop()
        shutil.rmtree(folder, ignore_errors=True)
        household.move_out()


def sweep_abandoned() -> None:
    """Remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{EPHEMERAL_PREFIX}*"):
        with contextlib.suppress(OSError):
            is_young = time.time() - folder.stat().st_mtime < 60  # may be starting
            if is_young or folder.stat().st_uid != os.geteuid():
                continue
            household = Household(folder)
            if household.move_in():
                shutil.rmtree(folder, ignore_errors=True)
                household.move_out()
