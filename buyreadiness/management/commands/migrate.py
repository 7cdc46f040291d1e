"""`migrate` as the owner of the tables, and what the run-time role needs besides."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from accounts.database.base import OWNER


class Command(migrate.Command):
    """Django's own, by the alias `owner` where there is one; makes the cache table too."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == "default" and OWNER in settings.DATABASES:
            options["database"] = OWNER
        super().handle(*args, **options)
        alias = options["database"]
        call_command("createcachetable", database=alias, verbosity=0)
        if alias == OWNER:
            _grant_to_the_runtime_role(alias)


def _grant_to_the_runtime_role(alias: str) -> None:
    """The run-time role reads and writes rows; it owns nothing and truncates nothing."""
    connection = connections[alias]
    role = connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    with connection.cursor() as cursor:
        for sql in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql)
