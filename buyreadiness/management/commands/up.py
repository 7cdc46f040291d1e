"""`manage.py up`: the whole product, supervised until it is told to end."""

import contextlib
import http.client
import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import connections

from accounts.models import Workspace
from buyreadiness.services.ports import WebAddress, web_address
from buyreadiness.services.processes import (
    Child,
    fresh_log,
    start_child,
    stop_children,
    wait_until,
)
from buyreadiness.services.provide import OWN, STARTED
from buyreadiness.services.refused import Refused
from buyreadiness.services.state import state_folder

DEMO_PEOPLE = (
    "rep@demo.example",
    "manager@demo.example",
    "coach@demo.example",
    "admin@demo.example",
)
WEB_SECONDS = 60.0
STOP_SECONDS = 10.0
GLANCE_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Start what the environment does not give (PostgreSQL, Valkey), migrate, start"
        " web, worker and beat, and supervise them."
    )
    # `doctor` and `make check` are for finding mistakes; this is for starting.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--verbose",
            action="store_true",
            help="Show what web, worker and beat log, instead of keeping it in files.",
        )

    def handle(self, *, verbose: bool, **options: Any) -> None:
        self.address = web_address()
        self.folder = state_folder()
        self.shows_logs = verbose
        self.children: list[Child] = []
        self.seeding: Child | None = None
        try:
            self.start()
            self.supervise()
        except KeyboardInterrupt:
            self.say("Ending")
        finally:
            self.end()

    def say(self, text: str) -> None:
        self.stdout.write(f"[{time.monotonic() - STARTED:5.1f} s] {text}")
        self.stdout.flush()

    def start(self) -> None:
        own = " and ".join(child.name for child in OWN.children)
        self.say(f"{own} started" if own else "Database and broker are given")
        migrate()
        self.say("Database in step")
        # Alone at first: three programs that start at once make the first page wait.
        self.start_web()
        self.welcome()
        self.start_celery()
        self.seed_if_empty()
        connections.close_all()

    def start_web(self) -> None:
        log_level = "info" if self.shows_logs else "warning"
        self.spawn("web", web_command(self.address, log_level=log_level))
        wait_for_web(self.address.nearest, self.children[0])

    def start_celery(self) -> None:
        celery = (sys.executable, "-m", "celery", "-A", "buyreadiness")
        quietly = ("-l", "INFO" if self.shows_logs else "WARNING")
        # A killed worker's tasks come back, so it need not finish them as an orphan.
        self.spawn(
            "worker",
            [
                *(*celery, "worker", "-c", "2", *quietly),
                *("--without-gossip", "--without-mingle"),
            ],
            when_orphaned=signal.SIGQUIT,
        )
        schedule = self.folder / "beat-schedule"
        self.spawn("beat", [*celery, "beat", *quietly, "-s", schedule, "--pidfile="])

    def spawn(
        self,
        name: str,
        command: list[str | Path],
        *,
        when_orphaned: signal.Signals | None = None,
    ) -> None:
        log = None if self.shows_logs else fresh_log(self.logs, name)
        child = start_child(name, command, log=log, when_orphaned=when_orphaned)
        self.children.append(child)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def welcome(self) -> None:
        self.say(f"Ready: {self.address.url}")
        lines = [f"Logs: {self.logs}"] if not self.shows_logs else []
        if wants_demo():
            password = os.environ.get("DEMO_PASSWORD", "")
            lines += ["Demo sign-ins:", *(f"  {person}" for person in DEMO_PEOPLE)]
            lines += [f"  password: {password}"]
        lines += ["Ctrl-C ends it."]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def seed_if_empty(self) -> None:
        """Start making the demo workspace; the pages say "preparing" meanwhile."""
        made = Workspace.objects.filter(prepared_at__isnull=False)
        if not wants_demo() or made.exists():
            return
        self.say("Preparing the demo workspace")
        command = [sys.executable, "manage.py", "seed_demo", "--if-empty"]
        self.seeding = start_child(
            "seed_demo",
            command,
            log=None if self.shows_logs else fresh_log(self.logs, "seed_demo"),
        )

    def supervise(self) -> None:
        """Watch until a child ends, which is a reason to end all."""
        while True:
            for child in (*self.children, *OWN.children):
                if child.has_ended():
                    raise Refused(self.epitaph(child))
            if self.seeding and self.seeding.has_ended():
                self.report_seeding(self.seeding)
                self.seeding = None
            time.sleep(GLANCE_SECONDS)

    def epitaph(self, child: Child) -> str:
        status = child.process.returncode
        how = (
            f"was ended by {signal.Signals(-status).name}"
            if status < 0
            else f"ended by itself with status {status}"
        )
        return f"{child.name} {how}, so everything ends; its log is in {self.logs}."

    def report_seeding(self, seeding: Child) -> None:
        if seeding.process.returncode == 0:
            self.say("Demo workspace ready")
        else:
            self.say(f"The demo workspace could not be made; see {self.logs}")

    def end(self) -> None:
        # Impatience must not interrupt the ending: what is slow is killed anyway.
        for impatience in (signal.SIGINT, signal.SIGTERM):
            signal.signal(impatience, signal.SIG_IGN)
        seeding = [self.seeding] if self.seeding else []
        stop_children([*self.children, *seeding], patience=STOP_SECONDS)


def migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseTrouble as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(f"The database could not be brought in step: {reason}") from error


def web_command(address: WebAddress, *, log_level: str) -> list[str | Path]:
    workers = os.environ.get("WEB_CONCURRENCY") or "2"
    if not (workers.isascii() and workers.isdigit() and int(workers) > 0):
        raise Refused(f"WEB_CONCURRENCY is {workers!r}, which is not a number from 1.")
    return [
        *(sys.executable, "-m", "gunicorn", "--config", "python:buyreadiness.web"),
        *("--bind", str(address), "--workers", workers),
        *("--graceful-timeout", "5", "--log-level", log_level),
    ]


def wait_for_web(address: WebAddress, web: Child) -> None:
    statuses: list[int] = []

    def answers() -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            statuses.append(livez_status(address))
        return statuses[-1:] == [200]

    if wait_until(answers, child=web, seconds=WEB_SECONDS):
        return
    last = f" (last status: {statuses[-1]})" if statuses else ""
    raise Refused(
        f"The web did not come up{last}; its log is in {state_folder() / 'logs'}."
    )


def livez_status(address: WebAddress) -> int:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/livez")
        return connection.getresponse().status


def wants_demo() -> bool:
    return (os.environ.get("DEMO") or "on").lower() not in {"0", "off", "no", "false"}
