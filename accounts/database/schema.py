"""The schema editor that makes a workspace table whole, so that there is no step to forget."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import NotSupportedError
from django.db.backends.ddl_references import Columns, Statement
from django.db.backends.postgresql import schema

from accounts.fields import WorkspaceForeignKey, workspace_key
from accounts.tenancy.guard import unguarded

# The sub-select makes it one value for the whole statement; NULLIF, because SET LOCAL
# leaves '' behind, not NULL. Any other wording was measured 30 to 2,600 times slower.
HERE = (
    "workspace_id ="
    " (SELECT NULLIF(current_setting('app.workspace_id', true), '')::uuid)"
)
ERASING = "(SELECT current_setting('app.erasing', true) = 'on')"

POLICIES = {"workspace": f"USING ({HERE}) WITH CHECK ({HERE})"}
APPEND_ONLY_POLICIES = {
    "workspace_read": f"FOR SELECT USING ({HERE})",
    "workspace_add": f"FOR INSERT WITH CHECK ({HERE})",
    # An error, where no policy at all would be a silent 0 rows.
    "workspace_keep": f"FOR UPDATE USING ({HERE}) WITH CHECK (false)",
    "workspace_erase": f"FOR DELETE USING ({HERE} AND {ERASING})",
}


class SchemaEditor(schema.DatabaseSchemaEditor):
    # AddField then makes its foreign key apart, through _create_fk_sql.
    sql_create_column_inline_fk = None

    def create_model(self, model: Any) -> None:
        super().create_model(model)
        if workspace_key(model) is not None:
            self._make_workspace_table(model)

    def add_field(self, model: Any, field: Any) -> None:
        super().add_field(model, field)
        with self._force_lifted(model, *_target(field)):
            self._run_deferred_keys_of(model)

    def alter_field(
        self, model: Any, old_field: Any, new_field: Any, strict: bool = False
    ) -> None:
        if not self._field_should_be_altered(old_field, new_field):
            return
        with self._force_lifted(model, *_target(new_field)):
            super().alter_field(model, old_field, new_field, strict)

    @contextmanager
    def _force_lifted(self, *models: Any) -> Iterator[None]:
        """Let the owner see every row for as long as a key is checked.

        Under forced row-level security ADD FOREIGN KEY sees no rows and marks a
        violated key as valid. ALTER TABLE holds the table until the migration commits,
        so nobody else sees it unforced.
        """
        tables = {
            self.quote_name(model._meta.db_table)
            for model in models
            if workspace_key(model) is not None
        }
        if tables and not self.connection.in_atomic_block:
            raise NotSupportedError(
                "a workspace table is altered in one transaction: leave the migration atomic"
            )
        for table in sorted(tables):
            self.execute(
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", params=None
            )
        with unguarded(self.connection) if tables else nullcontext():
            yield
        for table in sorted(tables):
            self.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY", params=None)

    def _run_deferred_keys_of(self, model: Any) -> None:
        later: list[Any] = []
        for sql in self.deferred_sql:
            if (
                isinstance(sql, Statement)
                and "FOREIGN KEY" in str(sql)
                and sql.references_table(model._meta.db_table)
            ):
                self.execute(sql)
            else:
                later.append(sql)
        self.deferred_sql = later

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Statement:
        statement = super()._create_fk_sql(model, field, suffix)
        if isinstance(field, WorkspaceForeignKey):
            here, there = model._meta.db_table, field.related_model._meta.db_table
            statement.parts["column"] = Columns(
                here, ["workspace_id", field.column], self.quote_name
            )
            statement.parts["to_column"] = Columns(
                there, ["workspace_id", field.target_field.column], self.quote_name
            )
        return statement

    def _constraint_names(
        self, model: Any, column_names: Any = None, **kinds: Any
    ) -> list[str]:
        names: list[str] = super()._constraint_names(model, column_names, **kinds)
        is_key = kinds.get("foreign_key") and column_names and len(column_names) == 1
        if is_key and workspace_key(model) is not None:
            both = ["workspace_id", *column_names]  # so that AlterField drops ours too
            names += super()._constraint_names(model, both, **kinds)
        return names

    def _make_workspace_table(self, model: Any) -> None:
        name, key = model._meta.db_table, workspace_key(model)
        table, primary_key = self.quote_name(name), self.quote_name(f"{name}_pkey")
        append_only = key is not None and key.append_only
        policies = APPEND_ONLY_POLICIES if append_only else POLICIES
        for sql in (
            f"ALTER TABLE {table} DROP CONSTRAINT {primary_key}",
            f"ALTER TABLE {table} ADD CONSTRAINT {primary_key}"
            " PRIMARY KEY (workspace_id, id)",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            *(f"CREATE POLICY {p} ON {table} {rule}" for p, rule in policies.items()),
        ):
            self.execute(sql, params=None)


def _target(field: Any) -> list[Any]:
    return (
        [field.remote_field.model] if field.is_relation and field.remote_field else []
    )
