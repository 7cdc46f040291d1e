"""What a search finds: people, companies and deals, by the start of any word."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.queries import matching
from opportunities.models import Company, Opportunity
from stakeholders.models import Person

KINDS = ("person", "company", "opportunity")
EACH = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, and what tells it from its namesakes."""

    kind: str
    id: UUID
    label: str
    hint: str


def search(
    text: str,
    *,
    by: Membership,
    kinds: Collection[str] = KINDS,
    each: int = EACH,
) -> list[Hit]:
    """At most so many of each kind, by name; only what the member may see."""
    return [
        hit
        for kind in KINDS
        if kind in kinds
        for hit in map(
            _hit, _rows(kind, by).filter(pk__in=matching(text, kind=kind))[:each]
        )
    ]


def _rows(kind: str, by: Membership) -> "QuerySet[Any]":
    if kind == "company":
        return Company.objects.order_by("name", "pk")
    visible: QuerySet[Any] = (
        Person.objects.all() if kind == "person" else Opportunity.objects.visible_to(by)
    )
    return visible.select_related("company").order_by("name", "pk")


def _hit(row: Any) -> Hit:
    kind = row._meta.model_name
    if kind == "company":
        parts = [row.domain, row.country]
    else:
        company = row.company.name if row.company else ""
        parts = [row.title, company] if kind == "person" else [company]
    return Hit(
        kind=kind, id=row.pk, label=row.name, hint=", ".join(filter(None, parts))
    )
