"""`manage.py export_data`: the deals of a workspace as a bundle."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from accounts import tenancy
from accounts.models import Workspace
from buyreadiness.services.refused import Refused
from integrations.exporting import export_bundle


class Command(BaseCommand):
    help = "Export the deals of a workspace as a bundle (JSON Lines)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--workspace", required=True, metavar="SLUG")

    def handle(self, **options: Any) -> None:
        slug, path = options["workspace"], options["file"]
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise Refused(f"There is no workspace “{slug}”.")
        # Half an export is never found under the name asked for.
        part = path.with_name(f".{path.name}.part")
        try:
            with (
                tenancy.workspace(workspace, through="command"),
                part.open("w", encoding="utf-8", newline="\n") as file,
            ):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = 0")
                lines = export_bundle(workspace, to=file)
            os.replace(part, path)
        except OSError as error:
            raise Refused(f"{path} can't be written: {error.strerror}.") from None
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{lines} lines written to {path}.")
