"""Every statement of the ORM is bound to the open workspace when it becomes SQL."""

from typing import Any

from django.db.backends.postgresql import compiler
from django.db.models.sql.constants import LOUTER
from django.db.models.sql.where import AND

from accounts.fields import (
    CurrentWorkspace,
    WorkspaceKey,
    workspace_key,
    workspace_tables,
)
from accounts.tenancy import AppendOnly

SQLInsertCompiler = compiler.SQLInsertCompiler
SQLAggregateCompiler = compiler.SQLAggregateCompiler


class SQLCompiler(compiler.SQLCompiler):
    def setup_query(self, with_col_aliases: bool = False) -> None:
        super().setup_query(with_col_aliases)
        if self.query.combinator:
            return  # the parts of a union are compiled one by one
        bind(
            self.query,
            [
                alias
                for alias, table in self.query.alias_map.items()
                # An outer join is bound in its ON, by WorkspaceForeignKey.
                if self.query.alias_refcount[alias] and table.join_type != LOUTER
            ],
        )


class SQLDeleteCompiler(compiler.SQLDeleteCompiler):
    def _as_sql(self, query: Any) -> Any:
        if not self.connection.erasing:
            refuse_append_only(query)
        bind(query, [query.get_initial_alias()])
        return super()._as_sql(query)


class SQLUpdateCompiler(compiler.SQLUpdateCompiler):
    def pre_sql_setup(self) -> Any:
        super().pre_sql_setup()
        bind(self.query, [self.query.get_initial_alias()])

    def as_sql(self) -> Any:
        if self.query.values:
            refuse_append_only(self.query)
        # Citus refuses an UPDATE that sets the distribution column, even to its own value.
        stamps = [v for v in self.query.values if isinstance(v[0], WorkspaceKey)]
        for key, _, value in stamps:
            # Refuses to move a row.
            key.get_db_prep_save(getattr(value, "pk", value), self.connection)
        others = [value for value in self.query.values if value not in stamps]
        self.query.values = others or self.query.values
        return super().as_sql()


def bind(query: Any, aliases: list[str]) -> None:
    """Add `alias.workspace_id = <the open workspace>` for each workspace table."""
    for alias in aliases:
        key = key_of(query, query.alias_map[alias].table_name)
        if key is not None:
            exact: Any = key.get_lookup("exact")
            query.where.add(exact(key.get_col(alias), CurrentWorkspace()), AND)


def key_of(query: Any, table: str) -> WorkspaceKey | None:
    """The workspace key of a table; of the query's own model also a historical one."""
    if query.model is not None and query.model._meta.db_table == table:
        return workspace_key(query.model)
    return workspace_tables().get(table)


def refuse_append_only(query: Any) -> None:
    key = workspace_key(query.model)
    if key is not None and key.append_only:
        raise AppendOnly(f"{query.model._meta.label} is only added to")
