"""Starting real workers on the test's own database, and waiting for what they do."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings

from accounts.models import User, Workspace
from accounts.tenancy import workspace
from buyreadiness.services.processes import Child, start_child, stop_children
from opportunities.actions import request_recompute
from opportunities.models import Opportunity, RecomputeRequest
from tests.factories import NOW, create_membership, create_opportunity, give_defaults
from tests.tenancy.worker_tasks import leave_a_mark

PATIENCE = 60.0  # a busy machine takes long to start one


@contextmanager
def running_worker(log: Path) -> Iterator[Child]:
    child = start_worker(log)
    try:
        yield child
    finally:
        stop_children([child], patience=5)


def start_worker(log: Path) -> Child:
    """Start one process that works on the test database, until it is ended."""
    given = settings.DATABASES["default"]
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = {**os.environ, "DATABASE_URL": f"{server}/{given['NAME']}"}
    log.touch()
    return start_child(
        "worker",
        [
            *(sys.executable, "-m", "celery", "-A", "buyreadiness", "worker"),
            *("-P", "solo", "--without-gossip", "--without-mingle", "-l", "WARNING"),
            *("-I", "tests.tenancy.worker_tasks"),
        ],
        log=log,
        env=environment,
        when_orphaned=signal.SIGKILL,
    )


def empty_redis() -> None:
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as server:
        server.flushdb()


def wait_until(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def finished() -> bool:
    """Everything sent before was worked on: one process takes one after the other."""
    leave_a_mark.delay(name="last")
    return wait_until(lambda: User.objects.filter(email="last@example.com").exists())


def create_request(place: Workspace) -> Opportunity:
    """A deal whose recompute was asked for, and the bell rung."""
    with workspace(place):
        give_defaults()
        deal = create_opportunity(owner=create_membership())
        request_recompute(opportunity=deal, now=NOW)
        return deal


def is_answered() -> bool:
    return not RecomputeRequest.objects.exists()
