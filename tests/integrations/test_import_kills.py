"""A worker is killed while it stages, writes and takes back: nothing is lost, nothing is half."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from redis import Redis

from accounts.models import Membership, Workspace
from accounts.tenancy import workspace
from buyreadiness.celery import app
from integrations.actions.imports import (
    ask_for_check,
    ask_for_commit,
    ask_for_preview_of_undo,
    ask_for_undo,
    keep_file,
)
from integrations.importing.kinds import look_at
from integrations.importing.mappings import preset
from integrations.models import ImportRow, ImportRun, ImportStatus
from opportunities.models import Company, Opportunity, ScheduleSlot
from tests.factories import NOW, create_membership, create_workspace
from tests.integrations.files import Line, exported, furnish
from tests.integrations.pages import work_off
from tests.integrations.world import world

ROOT = Path(__file__).resolve().parents[2]
# The upload goes with the commit; sums are made again by themselves.
OF_ITSELF = {"integrations_importchunk", "forecasting_periodoutlook"}
Told = dict[str, str]
QUEUES = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
# Closed, so that the worker has none of them to compute besides.
HEADER = "id,name,opened_on,company,owner_name,outcome,closed_on"
DEALS, MANY = 4_500, 100_000
PATIENCE = 1_200  # seconds: of a hundred thousand deals; the few take a minute at most


class Workers:
    """Real workers, one after the other; each is wanted by a sweep."""

    def __init__(self, forker: "subprocess.Popen[str]", redis: str) -> None:
        self.forker, self.redis, self.pid = forker, redis, 0

    def start(self) -> None:
        assert self.forker.stdin
        assert self.forker.stdout
        self.forker.stdin.write("start\n")
        self.forker.stdin.flush()
        self.pid = int(self.forker.stdout.readline())

    def sweep(self, ours: Workspace) -> None:
        """As two minutes after the last sign of life."""
        with workspace(ours):
            ImportRun.objects.update(beat_at=None)
        ScheduleSlot.objects.update(claimed_at=None)
        with app.connection_for_write(self.redis) as wire:
            app.send_task("buyreadiness.tasks.sweep", connection=wire)

    def most_memory(self) -> str:
        """The most the worker has held so far."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in told.splitlines() if line.startswith("VmHWM"))
        return f"{int(line.split()[1]) // 1024} MB"

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        time.sleep(0.1)  # the database notices that nobody is there any more


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
    try:
        assert forker.stdout
        assert forker.stdout.readline() == "ready\n"
        with Redis.from_url(redis) as server:
            server.flushdb()
        yield Workers(forker, redis)
    finally:
        os.killpg(forker.pid, signal.SIGKILL)  # the forker and all it forked
        with forker:  # closes its pipes
            forker.wait(10)
        with Redis.from_url(redis) as server:
            server.flushdb()


@pytest.fixture
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "deals.csv"
    rows = "".join(
        f"o{n},Deal {n},2026-01-05,Company {n % 40},Owner {n % 7},lost,2026-02-05\n"
        for n in range(getattr(request, "param", DEALS))
    )
    path.write_text(f"{HEADER}\n{rows}")
    return path


def uploaded(ours: Workspace, path: Path) -> ImportRun:
    with workspace(ours):
        furnish()
        return keep_file(
            path=path,
            name="deals.csv",
            seen=look_at(path),
            beside={},
            by=create_membership(name="Alice"),
            now=NOW,
        )


def check(ours: Workspace, run: ImportRun) -> None:
    columns = run.facts["columns"]
    mapping = preset("plain") | {"columns": {name: name for name in columns}}
    with workspace(ours):
        by = Membership.objects.get(workspace=ours, name="Alice")
        ask_for_check(
            run=run, mapping=mapping, name="plain", language="en", by=by, now=NOW
        )


def commit(ours: Workspace, run: ImportRun) -> None:
    with workspace(ours):
        by = Membership.objects.get(workspace=ours, name="Alice")
        ask_for_commit(run=run, by=by, now=NOW)


def wait_until(
    ours: Workspace, run: ImportRun, seen: Callable[[ImportRun], bool]
) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with workspace(ours):
            run.refresh_from_db()
        if seen(run):
            return
        time.sleep(0.005)
    raise AssertionError(f"{run.status}, {run.row_count} rows")


def holds_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_staging_and_while_writing_loses_nothing(
    committed: Workspace, workers: Workers, file: Path
):
    run = uploaded(committed, file)
    check(committed, run)
    kill_while_staging(committed, workers, run)
    workers.start()
    workers.sweep(committed)
    wait_until(committed, run, lambda run: run.status == ImportStatus.CHECKED)

    commit(committed, run)
    kill_while_writing(committed, workers, run)
    workers.start()
    workers.sweep(committed)
    wait_until(committed, run, lambda run: run.status == ImportStatus.COMMITTED)
    workers.kill()

    with workspace(committed):
        lines = exported(committed)
        assert not ImportRow.objects.exists()
    assert not ScheduleSlot.objects.filter(job="import").exists()
    assert lines == undisturbed(file)


def kill_while_staging(ours: Workspace, workers: Workers, run: ImportRun) -> None:
    workers.start()
    workers.sweep(ours)
    wait_until(ours, run, lambda run: run.row_count > 0)
    workers.kill()
    with workspace(ours):
        run.refresh_from_db()
        assert run.status == ImportStatus.READING
        assert 0 < ImportRow.objects.count() == run.row_count


def kill_while_writing(ours: Workspace, workers: Workers, run: ImportRun) -> None:
    workers.sweep(ours)
    wait_until(ours, run, lambda run: holds_the_lock() or not run.is_at_work)
    time.sleep(0.5)
    workers.kill()
    with workspace(ours):
        run.refresh_from_db()
        assert run.status == ImportStatus.WRITING
        assert not any(model.objects.exists() for model in (Opportunity, Company))
        seats = Membership.objects.filter(workspace=ours, name__startswith="Owner")
        assert not seats.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_taking_back_takes_back_nothing(
    committed: Workspace, workers: Workers, file: Path
):
    taken_back_in_spite_of_a_kill(committed, workers, file)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("file", [MANY], indirect=True)
def test_a_hundred_thousand_deals_come_in_and_go_in_spite_of_kills(
    committed: Workspace,
    workers: Workers,
    file: Path,
    capfd: pytest.CaptureFixture[str],
):
    told = taken_back_in_spite_of_a_kill(committed, workers, file, kills=True)

    with capfd.disabled():
        print(f"\n{MANY:,} deals: {told}")  # noqa: T201 -- figures of a proof


def taken_back_in_spite_of_a_kill(
    ours: Workspace, workers: Workers, file: Path, *, kills: bool = False
) -> Told:
    """Import a file and undo it; answer how long each part took, and what memory."""
    run = uploaded(ours, file)
    with workspace(ours):
        before = world()
    told: Told = {}
    come_in(ours, workers, run, told, kills=kills)
    go_again(ours, workers, run, told)
    workers.kill()

    assert run.status == ImportStatus.UNDONE
    with workspace(ours):
        after = world()
        assert [t for t in before if before[t] != after[t] and t not in OF_ITSELF] == []
    return told


def come_in(
    ours: Workspace, workers: Workers, run: ImportRun, told: Told, *, kills: bool
) -> None:
    check(ours, run)
    if kills:
        kill_while_staging(ours, workers, run)
    workers.start()
    workers.sweep(ours)
    with timed(told, "checked"):
        wait_until(ours, run, lambda run: run.status == ImportStatus.CHECKED)
    commit(ours, run)
    if kills:
        kill_while_writing(ours, workers, run)
        workers.start()
    workers.sweep(ours)
    with timed(told, "written"):
        wait_until(ours, run, lambda run: run.status == ImportStatus.COMMITTED)
    told["most memory while importing"] = workers.most_memory()


def go_again(ours: Workspace, workers: Workers, run: ImportRun, told: Told) -> None:
    for ask, name in ((ask_for_preview_of_undo, "previewed"), (ask_for_undo, "undone")):
        with workspace(ours):
            ask(run=run, by=Membership.objects.get(name="Alice"), now=NOW)
        if ask is ask_for_undo:
            kill_while_undoing(ours, workers, run)
            workers.start()
        workers.sweep(ours)
        with timed(told, name):
            wait_until(ours, run, lambda run: not run.is_at_work)
    told["most memory while undoing"] = workers.most_memory()


def kill_while_undoing(ours: Workspace, workers: Workers, run: ImportRun) -> None:
    with workspace(ours):
        there = Opportunity.objects.count()
    workers.sweep(ours)
    wait_until(ours, run, lambda run: holds_the_lock() or not run.is_at_work)
    time.sleep(0.3)
    workers.kill()
    with workspace(ours):
        run.refresh_from_db()
        assert run.status == ImportStatus.UNDOING
        assert Opportunity.objects.count() == there > 0


@contextmanager
def timed(told: Told, name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    told[name] = f"{time.monotonic() - begun:.0f} s"


def undisturbed(file: Path) -> list[Line]:
    """What the same file becomes in another workspace, in one go."""
    quiet = create_workspace(slug="quiet")
    run = uploaded(quiet, file)
    check(quiet, run)
    work_off(door=partial(workspace, quiet))
    commit(quiet, run)
    work_off(door=partial(workspace, quiet))
    with workspace(quiet):
        return exported(quiet)
