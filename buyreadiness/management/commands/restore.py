"""`manage.py restore`: a backup into an empty database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from accounts.database.base import OWNER
from buyreadiness.backup import read_backup


class Command(BaseCommand):
    help = "Put a backup into an empty database, all of it or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        using = OWNER if OWNER in settings.DATABASES else "default"
        call_command("migrate", verbosity=0)
        rows = read_backup(options["file"], using=using)
        with connections[using].cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(
            f"{sum(rows.values())} rows restored; everybody signs in again."
        )
