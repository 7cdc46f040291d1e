"""Bring the catalogues in locale/ in step with the sources."""

from typing import Any

from django.core.management.base import BaseCommand

from buyreadiness.translations import gaps, update


class Command(BaseCommand):
    help = "Add new sentences to the catalogues (empty), drop those left over."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        update()
        self.stdout.write(f"{len(gaps())} sentences wait for a translation.")
