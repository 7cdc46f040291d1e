"""Whose papers a caller may see: their own, and those of whom they coach."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Membership
from accounts.queries import places_coached_by
from accounts.rest import Reader


def whose(reader: Reader) -> "QuerySet[Membership]":
    """They themselves and whom they coach; no manager and no administrator besides."""
    here = Membership.objects.of(reader.workspace)
    coached = places_coached_by(reader.membership).values("membership_id")
    return here.filter(pk=reader.membership.pk) | here.filter(pk__in=coached)


def papers_of(model: Any, **narrowed: Any) -> Callable[[Reader], "QuerySet[Any]"]:
    """The rows of a table that belong to them."""
    return lambda reader: model.objects.filter(
        member__in=whose(reader).order_by().values("pk"), **narrowed
    )


def member_of(reader: Reader, id: UUID | None) -> Membership:
    """Somebody one may sit down with; without an id the caller.

    :raises ValidationError: for anybody else.
    """
    found = whose(reader).filter(pk=id or reader.membership.pk).first()
    if found is None:
        raise ValidationError({"member": [_("There is no row with this id.")]})
    return found
