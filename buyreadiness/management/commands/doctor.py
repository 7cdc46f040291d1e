"""`manage.py doctor`: what is wrong with this installation, in words."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from buyreadiness.services.postgres import check_database
from buyreadiness.services.refused import Refused
from buyreadiness.services.state import state_folder
from buyreadiness.services.valkey import check_cache

OLDEST_PYTHON = (3, 11)
FREE_GIGABYTES = 1.0
SKEW_SECONDS = 5.0
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

Findings = Iterator[str]


class Command(BaseCommand):
    help = "Say in words what is wrong with this installation; exit 1 if anything is."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        wrong = 0
        for name, examine in EXAMINATIONS.items():
            findings = list(examine())
            wrong += len(findings)
            for finding in findings or ["fine"]:
                self.stdout.write(f"{name}: {finding}")
        if wrong:
            things = "1 thing is" if wrong == 1 else f"{wrong} things are"
            raise Refused(f"{things} wrong with this installation.")


def examine_python() -> Findings:
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield f"version {sys.version.split()[0]} is too old; 3.11 is needed."
    if importlib.util.find_spec("psycopg"):
        yield "`psycopg` is installed beside `psycopg2`: uninstall it."


def examine_debug() -> Findings:
    if settings.DEBUG:
        yield "DEBUG is on, which shows visitors the inside of every error."


def examine_database() -> Findings:
    """Yield why the database cannot be reached, or what is wrong with it."""
    try:
        check_database("DATABASE_URL", os.environ["DATABASE_URL"])
        # The connection itself refuses a role that row-level security does not bind.
        yield from clock_skew()
    except (Refused, DatabaseTrouble, ImproperlyConfigured) as error:
        yield first_line(error)


def clock_skew() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    skew = abs((theirs - datetime.now(UTC)).total_seconds())
    if skew > SKEW_SECONDS:
        yield f"its clock and ours differ by {skew:.0f} seconds."


def examine_migrations() -> Findings:
    if list(examine_database()):
        yield "unknown, since the database cannot be used."
        return
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield f"{len(plan)} not applied: run `manage.py migrate`."


def examine_redis() -> Findings:
    try:
        check_cache("REDIS_URL", os.environ["REDIS_URL"], timeout=1.0)
    except Refused as refusal:
        yield str(refusal)


def examine_worker() -> Findings:
    if list(examine_redis()):
        yield "unknown, since Redis is not reachable."
    elif not current_app.control.inspect(timeout=1.0).ping():
        yield "none answered within a second: is `make run` running?"


def examine_mail() -> Findings:
    url = os.environ.get("EMAIL_URL", "")
    if url and not urlsplit(url).scheme:
        yield "EMAIL_URL is not an address like smtp+tls://user:password@host:587."
    # Without HTTPS it is a try-out, whose letters may go to the log.
    if settings.HTTPS and not url:
        yield "EMAIL_URL is not given: invitations and resets end in the web's log."


def examine_disk() -> Findings:
    folder = existing(state_folder())
    free = shutil.disk_usage(folder).free / 1e9
    if free < FREE_GIGABYTES:
        yield f"{free:.1f} GB are free at {folder}; {FREE_GIGABYTES:.0f} GB is little."


def existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def examine_chromium() -> Findings:
    """Yield what the browser tests miss; only developers need it."""
    if not importlib.util.find_spec("playwright"):
        return
    if not any(shutil.which(name) for name in CHROMIUMS):
        yield "not found, and the browser tests need it (apt-get install chromium)."


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


EXAMINATIONS: dict[str, Callable[[], Findings]] = {
    "Python": examine_python,
    "DEBUG": examine_debug,
    "Database": examine_database,
    "Migrations": examine_migrations,
    "Redis": examine_redis,
    "Worker": examine_worker,
    "Mail": examine_mail,
    "Disk": examine_disk,
    "Chromium": examine_chromium,
}
