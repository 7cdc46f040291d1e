"""Give every test run its own PostgreSQL and Valkey, before any setting is read.

An early plugin (`-p tests.plugin`), because pytest-django reads the settings before any
`conftest.py` is imported. Servers that happen to run are never a default: a test run
empties what it is given.
"""

import atexit
import contextlib
import os
import secrets
import sys
import tempfile

import pytest
from django.conf import settings

from buyreadiness.services.provide import ephemeral_services
from buyreadiness.services.refused import Refused

# As manage.py does it, and before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

GIVEN = {
    "DATABASE_URL": "BUYREADINESS_TEST_DATABASE_URL",
    "REDIS_URL": "BUYREADINESS_TEST_REDIS_URL",
}
# What a developer's own installation says must not change what a test sees.
AMBIENT = [
    *("DATABASE_OWNER_URL", "CELERY_BROKER_URL", "BIND", "PORT", "WEB_CONCURRENCY"),
    *("DEBUG", "DEMO", "EMAIL_URL", "BUYREADINESS_STATE", "WEBHOOK_LOOPBACK"),
    *("API_LIMIT_PER_CALLER", "API_LIMIT_PER_WORKSPACE", "SECRET_KEY_FALLBACKS"),
]
NEEDLESS = {"-h", "--help", "-V", "--version", "--markers", "--fixtures"}

running = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    # The workers of xdist inherit the controller's environment.
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = own_database(os.environ["REDIS_URL"], worker)
    else:
        make_environment(args)
    install_probe_app()


def own_database(url: str, worker: str) -> str:
    """One Valkey has sixteen databases; each of xdist's workers rings in its own."""
    server, _slash, number = url.rpartition("/")
    if not number.isdigit():
        return url
    return f"{server}/{(int(number) + int(worker.removeprefix('gw'))) % 16}"


def make_environment(args: list[str]) -> None:
    for name in AMBIENT:
        os.environ.pop(name, None)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
    os.environ["DEMO_PASSWORD"] = secrets.token_urlsafe(9)
    if NEEDLESS & {*args, *sys.argv}:
        nowhere = {"DATABASE_URL": "postgres://127.0.0.1:1/none"}
        os.environ.update(nowhere, REDIS_URL="redis://127.0.0.1:1/0")
        return
    start_services()


def start_services() -> None:
    given = {name: os.environ.get(theirs, "") for name, theirs in GIVEN.items()}
    os.environ.update(given)
    missing = [name for name, url in given.items() if not url]
    atexit.register(running.close)
    state = running.enter_context(tempfile.TemporaryDirectory())
    os.environ["BUYREADINESS_STATE"] = state
    try:
        services = running.enter_context(ephemeral_services(missing))
    except Refused as refusal:
        raise pytest.UsageError(str(refusal)) from None
    os.environ.update(services.urls)


def install_probe_app() -> None:
    """Add the models that only the tests of tenancy need."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "buyreadiness.settings")
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.tenancy.probe_app"]


def pytest_unconfigure(config: pytest.Config) -> None:
    running.close()
