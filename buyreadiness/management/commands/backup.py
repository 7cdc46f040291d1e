"""`manage.py backup`: the whole installation in one file."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.database.base import OWNER
from buyreadiness.backup import write_backup
from buyreadiness.services.refused import Refused


class Command(BaseCommand):
    help = "Write all workspaces, members and settings into one file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        # Half a backup is never found under the name asked for; nobody else may read it.
        part = path.with_name(f".{path.name}.part")
        using = OWNER if OWNER in settings.DATABASES else "default"
        try:
            part.touch(mode=0o600, exist_ok=False)
            rows = write_backup(part, using=using, now=timezone.now())
            os.replace(part, path)
        except FileExistsError:
            raise Refused(
                f"{part} is there: another backup is being written, or one was"
                " interrupted. Remove it and try again."
            ) from None
        except OSError as error:
            part.unlink(missing_ok=True)
            raise Refused(f"{path} can't be written: {error.strerror}.") from None
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self.stdout.write(f"{sum(rows.values())} rows written to {path}.")
