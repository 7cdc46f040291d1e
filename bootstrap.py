"""Make `.venv` with everything the project runs on, from nothing but Python.

This file must be readable by old Pythons too, so that they can say they are too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)

RUN_STAMP, DEV_STAMP = VENV / ".ready", VENV / ".ready-dev"
LOCKS = {
    RUN_STAMP: ROOT / "requirements.lock",
    DEV_STAMP: ROOT / "requirements-dev.lock",
}


def main(arguments: list[str]) -> None:
    """Bring `.venv` in step with the lock file, or do nothing when it is."""
    if set(arguments) - {"--dev"}:
        sys.exit("usage: python3 bootstrap.py [--dev]")
    if tuple(sys.version_info[:2]) < OLDEST:
        version = ".".join(str(part) for part in sys.version_info[:2])
        sys.exit(f"Python 3.11 or newer is needed, and this one is {version}.")
    wanted = DEV_STAMP if "--dev" in arguments else RUN_STAMP
    if is_current(DEV_STAMP) or is_current(wanted):
        return
    try:
        install(wanted)
    except OSError as error:
        sys.exit(f"The environment {VENV} could not be made: {error}.")


def is_current(stamp: pathlib.Path) -> bool:
    """Say whether the environment was finished from the lock file as it is today."""
    if not (PYTHON.exists() and stamp.exists() and LOCKS[stamp].exists()):
        return False
    return stamp.read_text() == fingerprint(LOCKS[stamp])


def fingerprint(lock: pathlib.Path) -> str:
    # A virtual environment holds absolute paths: a moved project needs a new one.
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {ROOT}\n"


def install(stamp: pathlib.Path) -> None:
    uv = shutil.which("uv")
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This python3 cannot make virtual environments: install python3-venv"
            " (apt-get install python3-venv) or uv (https://docs.astral.sh/uv/)."
        )
    lock = LOCKS[stamp]
    sys.stdout.write(f"Installing {lock.name} into .venv\n")
    sys.stdout.flush()
    # Only a finished environment may be added to; anything else is made anew.
    if not is_current(RUN_STAMP):
        make_empty(uv)
    for old in LOCKS:
        old.unlink(missing_ok=True)
    pip = (
        [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    )
    run([*pip, "--require-hashes", "-r", str(lock)])
    packages = next(VENV.glob("lib/python*/site-packages"))
    (packages / "buyreadiness.pth").write_text(f"{ROOT}\n")
    stamp.write_text(fingerprint(lock))


def make_empty(uv: str | None) -> None:
    if uv:
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
    else:
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:  # noqa: S603
        sys.exit(
            "The installation failed for the reason above; once that is mended,"
            " the same command starts it afresh."
        )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
