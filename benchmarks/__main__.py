"""Run the measurements on servers of their own: `python -m benchmarks [tenancy …]`."""

import importlib
import logging
import os
import pkgutil
import secrets
import sys
import tempfile
from contextlib import ExitStack

import django
from django.core.management import call_command

import benchmarks
from buyreadiness.services.provide import ephemeral_services


def main(wanted: list[str]) -> int:
    every = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    names = wanted or [name for name in every if not name.startswith("_")]
    if unknown := set(names) - set(every):
        sys.stderr.write(f"There is no benchmark {', '.join(sorted(unknown))}.\n")
        return 1
    with ExitStack() as stack:
        os.environ["BUYREADINESS_STATE"] = stack.enter_context(
            tempfile.TemporaryDirectory()
        )
        services = stack.enter_context(ephemeral_services())
        os.environ |= {**services.urls, "SECRET_KEY": secrets.token_urlsafe(48)}
        os.environ["DJANGO_SETTINGS_MODULE"] = "buyreadiness.settings"
        django.setup()
        logging.disable(logging.CRITICAL)  # a line for each request hides the figures
        call_command("migrate", verbosity=0)
        for name in names:
            table(name, importlib.import_module(f"benchmarks.{name}").run())
        django.db.connections.close_all()
    return 0


def table(name: str, figures: dict[str, float]) -> None:
    width = max(map(len, figures))
    print(f"\n{name}")
    for figure, value in figures.items():
        print(f"  {figure:<{width}}  {value:>12,.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
