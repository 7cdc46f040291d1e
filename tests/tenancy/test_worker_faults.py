"""What befalls workers and Redis loses no request."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace
from buyreadiness.tasks import sweep
from opportunities.models import Opportunity, RecomputeRequest
from opportunities.models.recompute import LEASE
from tests.factories import NOW
from tests.tenancy.workers import (
    create_request,
    empty_redis,
    is_answered,
    running_worker,
    wait_until,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_redis() -> Iterator[None]:
    empty_redis()
    yield
    empty_redis()


def test_an_emptied_redis_loses_nothing(tmp_path: Path, committed: Workspace):
    create_request(committed)
    empty_redis()

    with running_worker(tmp_path / "log"):
        sweep.delay()  # as beat does every 5 s

        assert wait_until(is_answered)


def test_a_killed_worker_s_request_is_answered_by_the_next_one(
    tmp_path: Path, committed: Workspace
):
    deal = create_request(committed)
    sweep.delay()  # the bell may rest
    with running_worker(tmp_path / "first") as first, workspace(committed):
        list(Opportunity.objects.select_for_update().filter(pk=deal.pk))
        is_working = wait_until(somebody_waits_for_us)
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    (left,) = RecomputeRequest.objects.all()
    long_ago = NOW - LEASE - timedelta(seconds=1)
    RecomputeRequest.objects.update(claimed_at=long_ago)

    with running_worker(tmp_path / "second"):
        sweep.delay()

        assert wait_until(is_answered)
    assert is_working
    assert left.attempts == 1


def somebody_waits_for_us() -> bool:
    # Not pg_stat_activity: that one stands still within a transaction.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
