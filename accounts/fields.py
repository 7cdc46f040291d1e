"""The two keys every workspace table is made of, and the relations that stay inside it."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models.expressions import Expression
from django.db.models.sql.where import AND, WhereNode

from accounts import tenancy


class CurrentWorkspace(Expression):
    """The open workspace, read when the query becomes SQL.

    A queryset may therefore be made anywhere, also at import.
    """

    output_field = models.UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [tenancy.current(connection)]


class WorkspaceKey(models.ForeignKey[Any, Any]):
    """Whose row this is: stamped on insert, never updated.

    Its presence makes a table a workspace table; the database backend gives such a
    table its keys and policies. With `append_only` a row is never changed.
    """

    def __init__(self, *args: Any, append_only: bool = False, **kwargs: Any) -> None:
        self.append_only = append_only
        defaults: dict[str, Any] = {
            "to": "accounts.Workspace",
            "on_delete": models.CASCADE,
        }
        fixed = {"db_index": False, "editable": False, "related_name": "+"}
        super().__init__(*args, **defaults | kwargs | fixed)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("db_index", "editable", "related_name"):
            kwargs.pop(fixed, None)
        if self.append_only:
            kwargs["append_only"] = True
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, tenancy.current_id())
        return getattr(model_instance, self.attname)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        here = tenancy.current(connection)
        if hasattr(value, "resolve_expression"):
            raise tenancy.WrongWorkspace("a row's workspace is not computed")
        if value is not None and self.target_field.to_python(value) != here:
            raise tenancy.WrongWorkspace(f"a row of {value} can't be written in {here}")
        return here

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Make bulk_create send VALUES: Citus refuses UNNEST under row-level security."""
        return "%s"


class WorkspaceForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside the workspace.

    In the database the key is (workspace_id, x_id); a join says besides that
    a.workspace_id = b.workspace_id. It may point at a workspace table or at
    Membership, whose (workspace_id, id) is unique.
    """

    def get_extra_restriction(self, alias: Any, related_alias: Any) -> Any:
        return same_workspace(self.model, related_alias, self.related_model, alias)


class WorkspaceGenericRelation(GenericRelation):
    """A generic relation whose join stays inside the workspace."""

    def get_extra_restriction(self, alias: Any, remote_alias: Any) -> Any:
        where = super().get_extra_restriction(alias, remote_alias)
        bound = same_workspace(self.remote_field.model, remote_alias, self.model, alias)
        if bound is not None:
            where.add(bound, AND)
        return where


def same_workspace(model: Any, alias: Any, other: Any, other_alias: Any) -> Any:
    """The condition `alias.workspace_id = other_alias.workspace_id`, or None."""
    mine, theirs = workspace_key(model), workspace_key(other)
    if not (mine and theirs and alias and other_alias):
        return None  # a trimmed join: the compiler binds what is left
    exact: Any = mine.get_lookup("exact")
    return WhereNode([exact(mine.get_col(alias), theirs.get_col(other_alias))])


def workspace_key(model: Any) -> WorkspaceKey | None:
    """The workspace key of a model, historical ones of migrations included."""
    for field in model._meta.local_concrete_fields:
        if isinstance(field, WorkspaceKey):
            return field
    return None


@cache
def workspace_tables() -> dict[str, WorkspaceKey]:
    """Every workspace table by name. To be asked when the models are loaded, not before."""
    return {
        model._meta.db_table: key
        for model in apps.get_models(include_auto_created=True)
        if (key := workspace_key(model)) is not None
    }
