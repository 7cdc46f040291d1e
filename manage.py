#!/usr/bin/env python
"""The command line: finds or starts the services, then hands over to Django."""

import os
import signal
import sys
from types import FrameType

# Our arrays are small: threads of the linear algebra would only be in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError
    from psycopg2.errors import (  # type: ignore[import-untyped]
        UndefinedColumn,
        UndefinedTable,
    )

    from buyreadiness.services.provide import services_for
    from buyreadiness.services.refused import Refused
except ImportError as error:
    sys.exit(
        f"{error}. Make the environment with `python3 bootstrap.py`, then use"
        " `.venv/bin/python manage.py`."
    )

UNMIGRATED = (
    "The database does not have the tables of this version yet: `make run` makes them,"
    " and so does `manage.py migrate`."
)


def main(argv: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "buyreadiness.settings")
    command = service_command(argv)
    if command == "up":
        signal.signal(signal.SIGTERM, interrupt)
    else:  # what a command says is its answer, not its log
        os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        with services_for(command):
            execute_from_command_line(argv)
    except (Refused, ImproperlyConfigured) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        sys.stderr.write(f"{UNMIGRATED}\n")
        return 1
    except KeyboardInterrupt:
        return 0 if command == "up" else 130
    except BrokenPipeError:  # whoever read us, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def service_command(argv: list[str]) -> str:
    """Return the command whose services are wanted: asking for help needs none."""
    words = argv[1:]
    if not words or words[0].startswith("-") or {"-h", "--help"} & set(words):
        return "help"
    return words[0]


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv))
