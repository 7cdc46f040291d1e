"""Say which sentences lack a translation; fail while there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from buyreadiness.translations import gaps


class Command(BaseCommand):
    help = "Fail while a sentence lacks its Dutch or French."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        found = gaps()
        for gap in found:
            self.stderr.write(f"{gap.language}: {gap.why}: {gap.sentence!r}")
        if found:
            raise CommandError(
                f"{len(found)} sentences to mend: `manage.py update_translations`,"
                " then translate what is empty in locale/."
            )
        self.stdout.write("All sentences have their Dutch and French.")
