"""A worker is killed wherever it is, Redis is emptied: nothing is lost, no digit differs."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from redis import Redis

from accounts.models import Workspace
from accounts.tenancy import workspace
from buyreadiness.celery import app
from forecasting.models import Forecast
from forecasting.queries.deal import deal_of
from forecasting.queries.forecasted import compute
from opportunities.models import Opportunity, RecomputeRequest
from opportunities.models.recompute import LEASE
from readiness.models import PhaseReading
from readiness.queries.models import active_model
from readiness.queries.reading import read_people
from tests.factories import NOW, create_membership, give_defaults
from tests.recompute.build import (
    ZONE,
    days_ago,
    open_deal,
    say,
    seat,
)

ROOT = Path(__file__).resolve().parents[2]
# A Redis database of our own, apart from the one in which the tests' bells ring.
QUEUES = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8


class Workers:
    """Real Celery workers, one after the other, and the bell that wakes them."""

    def __init__(self, forker: "subprocess.Popen[str]", redis: str) -> None:
        self.forker, self.redis, self.pid = forker, redis, 0

    def start(self) -> None:
        assert self.forker.stdin
        assert self.forker.stdout
        self.forker.stdin.write("start\n")
        self.forker.stdin.flush()
        self.pid = int(self.forker.stdout.readline())
        self.ring()

    def ring(self) -> None:
        """Sweep; whoever was claimed by a dead worker is due, as after its lease."""
        dropped = RecomputeRequest.objects.filter(claimed_at__isnull=False)
        dropped.update(claimed_at=NOW - 2 * LEASE)
        with app.connection_for_write(self.redis) as wire:
            app.send_task("buyreadiness.tasks.sweep", connection=wire)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def empty_redis(self) -> None:
        with Redis.from_url(self.redis) as redis:
            redis.flushdb()

    def finish(self, *, seconds: float = 90) -> None:
        """Let an undisturbed worker answer what is left."""
        self.start()
        end = time.monotonic() + seconds
        while RecomputeRequest.objects.exists() and time.monotonic() < end:
            time.sleep(0.2)
        self.kill()


@pytest.fixture
def workers(committed: Workspace) -> Iterator[Workers]:
    database = urlsplit(os.environ["DATABASE_URL"])
    redis = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{QUEUES}").geturl()
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
        "REDIS_URL": redis,
        "CELERY_BROKER_URL": redis,
        "DJANGO_SETTINGS_MODULE": "buyreadiness.settings",
        "PYTHONPATH": str(ROOT),
    }
    forker = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/recompute/workers.py")],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    found = Workers(forker, redis)
    try:
        assert forker.stdout
        assert forker.stdout.readline() == "ready\n"
        found.empty_redis()
        yield found
    finally:
        os.killpg(forker.pid, signal.SIGKILL)  # the forker and all it forked
        with forker:  # closes its pipes
            forker.wait(10)
        found.empty_redis()


@pytest.fixture
def deals(committed: Workspace) -> list[Opportunity]:
    """A batch of deals, each with two people who were heard."""
    with workspace(committed):
        give_defaults()
        owner = create_membership()
        batch = [open_deal(owner=owner, name=f"Deal {each}") for each in range(20)]
        for deal in batch:
            say(seat(deal), "B03", "B13", at=days_ago(9))
            say(seat(deal, "Jan", roles=("economic_buyer",)), "B08", at=days_ago(4))
    return batch


def assert_undisturbed(ours: Workspace, deals: list[Opportunity]) -> None:
    """Every deal has what one quiet recompute at its own moment gives, to the last bit."""
    assert not RecomputeRequest.objects.exists()
    with workspace(ours):
        model = active_model()
        assert PhaseReading.objects.count() == 2 * len(deals)
        for deal in deals:
            row = Forecast.objects.get(opportunity=deal)
            now = row.computed_at
            read = read_people([deal], model=model, zone=ZONE, now=now)[deal.pk]
            wanted = compute(
                deal_of(
                    opportunity=deal, read=read, model=model, workspace=ours, now=now
                ),
                model=model,
            )
            assert row.won == wanted.forecast.curves.final.won.tolist()
            for pk, person in read.items():
                stored = PhaseReading.objects.get(stakeholder=pk)
                assert stored.probabilities == list(person.reading.state.probabilities)
                assert stored.computed_at == now


def at_work() -> bool:
    """Whether somebody began a deal and did not end it."""
    return RecomputeRequest.objects.filter(attempts__gt=0).exists()


def wait_until_at_work() -> None:
    end = time.monotonic() + 4
    while not at_work() and time.monotonic() < end:
        time.sleep(0.002)


def kill_often(
    workers: Workers, deals: list[Opportunity], times: int, *, seed: int
) -> int:
    """Kill a worker at random points; return how many were in the middle of a deal."""
    dice, busy = random.Random(seed), 0
    for _turn in range(times):
        if RecomputeRequest.objects.count() < len(deals) // 2:
            for deal in deals:
                RecomputeRequest.objects.upsert(
                    workspace_id=deal.workspace_id, opportunity_id=deal.pk, now=NOW
                )
        # Not the one at hand again and again: its attempts would be over, as they should.
        RecomputeRequest.objects.update(attempts=0)
        workers.start()
        if dice.random() < 0.3:
            time.sleep(dice.uniform(0.1, 0.8))  # wherever it is, the start included
        else:
            wait_until_at_work()
            time.sleep(dice.uniform(0, 0.03))
        workers.kill()
        time.sleep(0.02)  # the database notices that nobody is there any more
        busy += at_work()
    return busy


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_three_times_loses_nothing(
    committed: Workspace, workers: Workers, deals: list[Opportunity]
):
    kill_often(workers, deals, 3, seed=1)

    workers.finish()

    assert_undisturbed(committed, deals)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_twenty_random_points_loses_nothing(
    committed: Workspace, workers: Workers, deals: list[Opportunity]
):
    busy = kill_often(workers, deals, 20, seed=20)
    workers.finish()

    assert_undisturbed(committed, deals)
    assert busy >= 5


@pytest.mark.django_db(transaction=True)
def test_an_emptied_redis_loses_nothing(
    committed: Workspace, workers: Workers, deals: list[Opportunity]
):
    workers.start()
    time.sleep(0.4)
    workers.kill()
    workers.empty_redis()

    workers.finish()

    assert_undisturbed(committed, deals)
