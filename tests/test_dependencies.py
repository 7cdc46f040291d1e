"""The product runs on the packages of requirements.lock alone, as `make run` installs them."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from django.conf import settings

IMPORT_EVERYTHING = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Absent())

import django
django.setup()
from django.core.management import get_commands, load_command_class
from django.urls import get_resolver

get_resolver().url_patterns
import buyreadiness.celery, buyreadiness.wsgi
for name, app in get_commands().items():
    if isinstance(app, str) and not app.startswith("django."):
        load_command_class(app, name)
print("imported")
"""


def test_what_a_run_imports_is_installed_for_it():
    pinned = {
        lock: locked(settings.BASE_DIR / lock)
        for lock in ("requirements.lock", "requirements-dev.lock")
    }
    only_here = pinned["requirements-dev.lock"] - pinned["requirements.lock"]
    absent = [
        module
        for module, owners in packages_distributions().items()
        if {plain(owner) for owner in owners} <= only_here
    ]
    assert {"pytest", "playwright"} <= set(absent)

    ended = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING, ",".join(absent)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.strip().endswith("imported"), ended.stderr


def locked(path: Path) -> set[str]:
    return {
        plain(name)
        for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", path.read_text())
    }


def plain(name: str) -> str:
    """A package's name as every index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
