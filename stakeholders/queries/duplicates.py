"""Who looks like somebody who is here already, and why. Nothing is merged by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from opportunities.models import Company
from stakeholders.models import DistinctPair, Person

# By what rows are taken for one: a plain comparison each, in the order of its weight.
RULES: dict[Any, dict[str, tuple[str, ...]]] = {
    Person: {"email": ("email",), "name_and_company": ("company_id", "name_key")},
    Company: {"domain": ("domain_key",), "name": ("name_key",)},
}

REASONS = {
    "email": _("same e-mail address"),
    "name_and_company": _("same name and company"),
    "domain": _("same web domain"),
    "name": _("same name"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """A row, the earlier one that it looks like, and by what."""

    row: Any
    twin: Any
    reasons: tuple[str, ...]


def alike(model: Any) -> "QuerySet[Any]":
    """The rows that look like an earlier one, unless somebody told the two apart."""
    like = Q()
    for fields in RULES[model].values():
        same = {field: OuterRef(field) for field in fields}
        twins = model.objects.filter(pk__lt=OuterRef("pk"), **same)
        like |= _told(fields) & Q(Exists(twins.exclude(_told_apart())))
    return model.objects.filter(like)  # type: ignore[no-any-return]


def _told(fields: Iterable[str]) -> Q:
    told = Q()
    for field in fields:
        told &= (
            Q(**{f"{field}__isnull": False})
            if field.endswith("_id")
            else ~Q(**{field: ""})
        )
    return told


def _told_apart() -> Exists:
    """Of a twin within the question about a row: the earlier of the two has the lower id."""
    pairs = DistinctPair.objects.filter(
        first_id=OuterRef("pk"), second_id=OuterRef(OuterRef("pk"))
    )
    return Exists(pairs)


def likenesses(model: Any, rows: Sequence[Any]) -> list[Likeness]:
    """Of each row the earliest that it looks like; two queries and one for each rule."""
    twins = {rule: _twins(model, fields, rows) for rule, fields in RULES[model].items()}
    apart = set(
        DistinctPair.objects.filter(second_id__in=[row.pk for row in rows]).values_list(
            "first_id", "second_id"
        )
    )
    found = []
    for row in rows:
        reasons: dict[UUID, list[str]] = {}
        known: dict[UUID, Any] = {}
        for rule, fields in RULES[model].items():
            for twin in twins[rule].get(_key(row, fields), ()):
                if twin.pk < row.pk and (twin.pk, row.pk) not in apart:
                    known[twin.pk] = twin
                    reasons.setdefault(twin.pk, []).append(rule)
        if known:
            first = min(known)
            found.append(Likeness(row, known[first], tuple(reasons[first])))
    return found


def _key(row: Any, fields: Iterable[str]) -> tuple[Any, ...] | None:
    """What a row is compared by; None when it does not say."""
    values = tuple(getattr(row, field) for field in fields)
    return values if all(values) else None


def _twins(
    model: Any, fields: tuple[str, ...], rows: Sequence[Any]
) -> dict[tuple[Any, ...] | None, list[Any]]:
    keys = {key for row in rows if (key := _key(row, fields)) is not None}
    among = {
        f"{field}__in": {key[place] for key in keys}
        for place, field in enumerate(fields)
    }
    found: dict[tuple[Any, ...] | None, list[Any]] = {}
    shown = model.objects.filter(**among).order_by("pk")
    if model is Person:
        shown = shown.select_related("company")
    for twin in shown if keys else ():
        found.setdefault(_key(twin, fields), []).append(twin)
    found.pop(None, None)
    return found
