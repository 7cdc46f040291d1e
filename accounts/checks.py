"""Conventions that Django's own system checks can hold."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from accounts.fields import WorkspaceKey, workspace_key

OURS = (
    "accounts",
    "opportunities",
    "stakeholders",
    "readiness",
    "forecasting",
    "coaching",
    "integrations",
)
ENDINGS: dict[type, str] = {
    models.DateTimeField: "_at",
    models.DateField: "_on",
}


@register()
def names_tell_the_type(**kwargs: Any) -> list[CheckMessage]:
    """`*_at` is an instant, `*_on` a day."""
    return [
        Error(
            f"{field} is a {type(field).__name__}: its name ends in {ending}",
            obj=field,
            id="accounts.E001",
        )
        for model in our_models()
        for field in model._meta.local_concrete_fields
        if (ending := ENDINGS.get(type(field)))
        and not (field.name.endswith(ending) or field.name == ending[1:])
        and field.name not in {"last_login"}
    ]


@register()
def nothing_leads_back_from_a_global_row(**kwargs: Any) -> list[CheckMessage]:
    """A reverse relation from a global model would join a workspace table unbound."""
    return [
        Error(
            f'{field} points at a global model: it has related_name="+"',
            obj=field,
            id="accounts.E002",
        )
        for model in our_models()
        if workspace_key(model) is not None
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and not isinstance(field, WorkspaceKey)
        and workspace_key(field.related_model) is None
        and not field.remote_field.hidden
    ]


@register()
def uniques_start_with_the_workspace(**kwargs: Any) -> list[CheckMessage]:
    """A unique over all workspaces would tell one what another holds."""
    return [
        Error(
            f"{constraint.name}: its first field is the workspace",
            obj=model,
            id="accounts.E003",
        )
        for model in our_models()
        if workspace_key(model) is not None
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and tuple(constraint.fields[:1]) != ("workspace",)
    ]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]
