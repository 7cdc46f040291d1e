"""What every workspace table is made of."""

from collections.abc import Collection
from typing import Any

from django.db import models
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.fields import WorkspaceKey


class WorkspaceModel(models.Model):
    """A row that belongs to one workspace and never leaves it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = WorkspaceKey()

    class Meta:
        abstract = True

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        super().validate_unique(self._stamped(exclude))

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        super().validate_constraints(self._stamped(exclude))

    def _stamped(self, exclude: Collection[str] | None) -> set[str]:
        # A form leaves the workspace out; Django would then skip every constraint
        # that holds it, and the form would be valid until the database refuses it.
        if self.workspace_id is None:
            self.workspace_id = tenancy.current_id()
        return set(exclude or ()) - {"workspace"}


class AppendOnlyModel(models.Model):
    """A row of a workspace that is written once and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = WorkspaceKey(append_only=True)

    class Meta:
        abstract = True


class StaleVersion(Exception):
    """Somebody else saved this in the meantime."""


def replace_version(
    row: Any, *, version: int, fields: dict[str, Any], stale: str
) -> None:
    """Save `fields` if the row still has `version`, and count it up; compare-and-set.

    :raises StaleVersion: with the sentence `stale` when somebody else was first.
    """
    values = fields | {"version": version + 1}
    same = type(row)._default_manager.filter(pk=row.pk, version=version)
    if same.update(**values) != 1:
        raise StaleVersion(stale)
    for name, value in values.items():
        setattr(row, name, value)
