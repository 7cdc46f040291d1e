"""Two people, or two companies, made one by the API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models.base import StaleVersion
from accounts.rest import Act, Reader
from accounts.rest import fields as body
from stakeholders.actions.merging import (
    CannotMerge,
    SameRow,
    merge_companies,
    merge_people,
)
from stakeholders.api.seen import row_of
from stakeholders.forms.merging import COMPANY, PERSON
from stakeholders.models import Person


class MergeBody(body.Body):
    """The other one, and the fields whose values are taken from it."""

    other = body.Id()
    take = serializers.ListField(
        child=body.Text(max_length=40), required=False, max_length=10
    )


def _merge(kept: Any, given: Mapping[str, Any], reader: Reader) -> Any:
    gone = row_of(type(kept).objects, given["other"], field="other")
    merge: Any = merge_people if isinstance(kept, Person) else merge_companies
    labels = PERSON if isinstance(kept, Person) else COMPANY
    if unknown := [name for name in given.get("take", ()) if name not in labels]:
        raise ValidationError({"take": [_("There is no field “%s”.") % unknown[0]]})
    return merge(
        kept=kept,
        gone=gone,
        values={name: getattr(gone, name) for name in given.get("take", ())},
        by=reader.membership,
        now=reader.now,
    )


MERGE = Act(
    "merge",
    "Make one of two: all that hangs on `other` hangs on this row, and both ids lead to it.",
    _merge,
    "person.write",
    MergeBody,
    (CannotMerge, SameRow, StaleVersion),
)
