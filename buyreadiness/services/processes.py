"""Children that end when we end, however we end."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
PROJECT = Path(__file__).resolve().parent.parent.parent
KEPT_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Account:
    """The user a child runs as; by default ours."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_ours(self) -> bool:
        return self.uid is None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(
        self, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a short command as this user, outside any folder it may not enter."""
        return subprocess.run(  # noqa: S603
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=env,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.is_ours else [],
        )


OURS = Account()


@dataclass(frozen=True, slots=True)
class Child:
    """A server of ours, the leader of a process group of its own."""

    name: str
    process: subprocess.Popen[bytes]
    farewell: signal.Signals

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def say_goodbye(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.farewell)

    def sweep(self) -> None:
        """Kill whatever is left of its group: a master may die before its workers."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_child(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path | None,
    account: Account = OURS,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    farewell: signal.Signals = signal.SIGTERM,
    when_orphaned: signal.Signals | None = None,
) -> Child:
    """Start a server in its own process group.

    `farewell` is the signal that asks it to end, `when_orphaned` the one the kernel
    sends when we are killed before we could ask. Without `log` it writes where we do.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=env,
            cwd=PROJECT if account.is_ours else "/",
            start_new_session=True,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.is_ours else [],
            preexec_fn=end_with_parent(when_orphaned or farewell),
        )
    if process.stdin is not None and stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(stdin)
    return Child(name, process, farewell)


def end_with_parent(parting: signal.Signals) -> Callable[[], None]:
    """Make what a child does before it becomes its program.

    The kernel forgets the wish when a process changes its user, so it comes after that.
    """
    parent = os.getpid()

    def wish() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(parting))
            if os.getppid() != parent:
                os._exit(1)

    return wish


def stop_children(children: Iterable[Child], *, patience: float) -> None:
    """End all at once; what is not gone after `patience` seconds is killed."""
    leaving = list(children)
    for child in leaving:
        child.say_goodbye()
    deadline = time.monotonic() + patience
    for child in leaving:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        child.sweep()


def fresh_log(folder: Path, name: str) -> Path:
    """Return the log's path; one that has grown large is set aside first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    log = folder / f"{name}.log"
    if log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
        log.replace(folder / f"{name}.old.log")
    log.touch(mode=0o600)
    return log


def wait_until(is_ready: Callable[[], bool], *, child: Child, seconds: float) -> bool:
    """Say whether it became ready in time and while it lived."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if child.has_ended() or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
