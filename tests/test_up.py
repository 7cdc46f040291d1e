import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from buyreadiness.services.ports import free_port

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
NO_ORPHAN_SECONDS = 10
# One after the other in one state folder: only the first start is a first start.
pytestmark = pytest.mark.xdist_group("up")

GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CELERY_BROKER_URL")


@dataclass
class Up:
    """A running `manage.py up`, which knows nothing of the servers of this test run."""

    process: subprocess.Popen[str]
    env: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}/"

    def family(self) -> set[int]:
        """Return the process ids of all that descends from it, itself included."""
        parents, family = parents_by_pid(), {self.process.pid}
        while (
            more := {pid for pid, parent in parents.items() if parent in family}
            - family
        ):
            family |= more
        return family

    def child(self, words: str) -> int:
        """Return the process id of its own child that was started with these words."""
        parents = parents_by_pid()
        (found,) = [
            pid
            for pid in self.family()
            if parents.get(pid) == self.process.pid and words in command_line(pid)
        ]
        return found

    def errors(self) -> str:
        _, errors = self.process.communicate(timeout=30)
        return errors


def parents_by_pid() -> dict[int, int]:
    """Return who is whose child, without those who are dead and not yet buried."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
            if state != "Z":
                found[int(stat.parent.name)] = int(parent)
    return found


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        return words.replace(b"\0", b" ").decode(errors="replace")
    return ""


def seconds_until(is_so: Callable[[], bool], *, at_most: float) -> float:
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < at_most
        time.sleep(0.05)
    return time.monotonic() - start


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """An environment that gives no servers, and a state folder of our own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state:
        Path(state).chmod(0o711)
        ours = {name: word for name, word in os.environ.items() if name not in GIVEN}
        yield ours | {"BUYREADINESS_STATE": state, "DEMO": "off"}


def start_up(env: dict[str, str]) -> Up:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Up(process, env)


@pytest.fixture
def up(env: dict[str, str]) -> Iterator[Up]:
    up = start_up(env | {"PORT": str(free_port())})
    with up.process:
        try:
            wait_for_all(up)
            yield up
        finally:
            up.process.terminate()


def wait_for_all(up: Up) -> None:
    assert up.process.stdout
    for line in up.process.stdout:
        if "Ready" in line:
            break
    else:
        pytest.fail(up.errors())
    # Beat is the last; the worker has two processes of its own.
    seconds_until(lambda: len(celery_processes(up)) == 4, at_most=START_SECONDS)


def celery_processes(up: Up) -> list[int]:
    return [pid for pid in up.family() if "-m celery" in command_line(pid)]


def test_up_leaves_no_orphan_when_killed(up: Up):
    family = up.family()

    up.process.kill()

    seconds_until(
        lambda: not family & parents_by_pid().keys(), at_most=NO_ORPHAN_SECONDS
    )


def test_up_ends_everything_when_one_of_its_own_is_killed(up: Up):
    family = up.family()

    os.kill(up.child("celery -A buyreadiness worker"), signal.SIGKILL)

    logs = Path(up.env["BUYREADINESS_STATE"]) / "logs"
    assert up.errors() == (
        f"worker was ended by SIGKILL, so everything ends; its log is in {logs}.\n"
    )
    assert up.process.returncode == 1
    assert family & parents_by_pid().keys() == set()


def test_up_serves_is_found_by_other_commands_and_ends_everything_on_sigterm(up: Up):
    headers, body = silent_sender(up, b""), silent_sender(up, b"\r\n")
    with urllib.request.urlopen(f"{up.address}livez") as answer:
        assert answer.status == 200
    family = up.family()
    second = start_up(up.env)
    doctor = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=PROJECT,
        env=up.env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.errors() == (
        f"BuyReadiness already runs from this folder, at {up.address}"
        f" (process {up.process.pid}): end that one first.\n"
    )
    assert second.process.returncode == 1
    assert "Migrations: fine\nRedis: fine\nWorker: fine\n" in doctor.stdout
    # Each has given their thread back.
    with headers, body:
        assert headers.recv(100) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 403 ")

    up.process.terminate()

    assert up.process.wait(timeout=30) == 0
    assert family & parents_by_pid().keys() == set()


def silent_sender(up: Up, ending: bytes) -> socket.socket:
    """Somebody who ends in the middle of their headers, or after them."""
    sender = socket.create_connection(("127.0.0.1", int(up.env["PORT"])), timeout=30)
    begun = (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n"
    )
    sender.sendall(begun + ending)
    return sender


def test_up_refuses_a_taken_port_before_it_starts_anything(tmp_path: Path):
    port = free_port()
    command = [sys.executable, "-u", "-m", "http.server", "-b", "127.0.0.1", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as other:
        assert other.stdout
        other.stdout.readline()
        env = {name: word for name, word in os.environ.items() if name not in GIVEN}
        second = start_up(
            env | {"BUYREADINESS_STATE": str(tmp_path), "PORT": str(port)}
        )
        errors = second.errors()
        other.terminate()

    assert errors == (
        f"Port {port} is taken by another program:"
        " PORT=8000 make run uses another one.\n"
    )
    assert second.process.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["owner.lock"]
