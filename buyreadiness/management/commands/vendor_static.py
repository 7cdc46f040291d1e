"""Take pinned front-end files out of npm tarballs; refuse any byte not in the lock.

Plain, it fetches what the lock names and compares; `--check` compares the committed files
without a network; `--update` writes a new lock after WANTED was changed.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

VENDOR = settings.BASE_DIR / "static" / "vendor"
LOCK = VENDOR / "lock.json"

WANTED = {
    "htmx.org@2.0.11": {"dist/htmx.min.js": "htmx.js"},
    "idiomorph@0.8.0": {"dist/idiomorph-ext.min.js": "idiomorph.js"},
    "echarts@6.1.0": {
        "dist/echarts.common.min.js": "echarts.js",
        "LICENSE": "echarts-LICENSE.txt",
    },
    "@fontsource-variable/inter@5.3.0": {
        "files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
        "files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
        "LICENSE": "inter-LICENSE.txt",
    },
}


class DiffersFromLock(Exception):
    """A tarball or a file is not the one whose hash was written down."""


@dataclass(frozen=True, slots=True)
class Package:
    tarball: str
    files: dict[str, str]
    contents: dict[str, bytes]


def digest(algorithm: str, content: bytes) -> str:
    """Return the hash as browsers and npm write it, so that it can serve as SRI."""
    raw = hashlib.new(algorithm, content).digest()
    return f"{algorithm}-{base64.b64encode(raw).decode()}"


def fetch(spec: str, wanted: dict[str, str]) -> Package:
    """Pack `spec` with npm and read the wanted files out of the tarball."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.check_output(  # noqa: S603 -- names from WANTED only
            ["npm", "pack", "--json", "--ignore-scripts", spec],  # noqa: S607
            cwd=folder,
        )
        described = json.loads(answer)
        # npm 12 answers with an object, the ones before with a list.
        package = described[0] if isinstance(described, list) else described[spec]
        path = Path(folder) / package["filename"]
        contents = read_tarball(path, wanted)
        tarball = digest("sha512", path.read_bytes())
    files = {name: digest("sha384", content) for name, content in contents.items()}
    return Package(tarball=tarball, files=files, contents=contents)


def read_tarball(path: Path, wanted: dict[str, str]) -> dict[str, bytes]:
    contents = {}
    with tarfile.open(path) as tarball:
        for source, name in wanted.items():
            member = tarball.extractfile(f"package/{source}")
            if member is None:
                raise DiffersFromLock(f"{path.name} holds no file {source}.")
            contents[name] = member.read()
    return contents


def check() -> None:
    """Compare the committed files with the lock."""
    pins = json.loads(LOCK.read_text())
    expected = {n: h for pin in pins.values() for n, h in pin["files"].items()}
    found = {
        p.name: digest("sha384", p.read_bytes()) for p in VENDOR.iterdir() if p != LOCK
    }
    if list(pins) != list(WANTED) or found != expected:
        raise DiffersFromLock("static/vendor is not what lock.json names.")


def vendor(*, update: bool) -> None:
    """Write the wanted files, provided that they are those of the lock."""
    packages = {spec: fetch(spec, wanted) for spec, wanted in WANTED.items()}
    pins = {
        spec: {"tarball": package.tarball, "files": package.files}
        for spec, package in packages.items()
    }
    if update:
        LOCK.write_text(json.dumps(pins, indent=2) + "\n")
    elif pins != json.loads(LOCK.read_text()):
        raise DiffersFromLock("A tarball differs from lock.json.")
    VENDOR.mkdir(exist_ok=True)
    for package in packages.values():
        for name, content in package.contents.items():
            (VENDOR / name).write_bytes(content)


class Command(BaseCommand):
    help = "Take pinned front-end files out of npm tarballs into static/vendor."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="touch no network")
        parser.add_argument("--update", action="store_true", help="write a new lock")

    def handle(self, **options: Any) -> None:
        try:
            check() if options["check"] else vendor(update=options["update"])
        except DiffersFromLock as error:
            raise CommandError(str(error)) from error
