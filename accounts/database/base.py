"""PostgreSQL as Django knows it, with the workspace in every connection."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, operations

from accounts.database.schema import SchemaEditor
from accounts.tenancy.guard import guard, unguarded

DANGEROUS_POWERS = """
    SELECT current_user,
           (SELECT string_agg(rolname, ', ') FROM pg_roles
             WHERE (rolsuper OR rolbypassrls)
               AND pg_has_role(current_user, oid, 'member'))
"""


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "accounts.database.compiler"

    def execute_sql_flush(self, sql_list: Any) -> None:
        with unguarded(self.connection):
            super().execute_sql_flush(sql_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows its workspace and refuses a role row-level security can't hold."""

    ops_class = DatabaseOperations
    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace_id: Any = None
        self.erasing = False
        # Here, and not at connection_created: that one would append it at each reconnect.
        self.execute_wrappers.append(guard)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self.alias != OWNER:
            refuse_dangerous_role(self)


OWNER = "owner"  # the alias migrations run under, where the run-time role owns nothing


def refuse_dangerous_role(connection: Any) -> None:
    """Row-level security is silently off for a superuser and for BYPASSRLS: don't start.

    :raises ImproperlyConfigured: with a sentence that names the role.
    """
    with connection.connection.cursor() as cursor:
        cursor.execute(DANGEROUS_POWERS)
        role, powers = cursor.fetchone()
    if powers:
        connection.close()
        raise ImproperlyConfigured(
            f"The database role {role!r} is, or is a member of, a role with SUPERUSER or"
            f" BYPASSRLS ({powers}): row-level security would be off without a word."
            " Give DATABASE_URL a role without these powers."
        )
