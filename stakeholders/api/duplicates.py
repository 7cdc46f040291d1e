"""The API about rows that look like one noted twice; merging them is an act of the row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.rest import Act, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import ID, NAMED, column, list_of, one_of
from opportunities.models import Company
from stakeholders.actions.distinct import tell_apart
from stakeholders.actions.merging import SameRow
from stakeholders.api.seen import row_of
from stakeholders.models import Person
from stakeholders.queries.duplicates import RULES, alike, likenesses


class ApartBody(body.Body):
    other = body.Id()


def _tell_apart(row: Any, given: Mapping[str, Any], reader: Reader) -> Any:
    other = row_of(type(row).objects, given["other"], field="other")
    if other.pk == row.pk:
        raise SameRow(_("To tell apart takes two."))
    tell_apart(one=row, other=other, by=reader.membership, now=reader.now)
    return row


APART = Act(
    "tell-apart",
    "Say that `other` is not the same: the two are not suggested again.",
    _tell_apart,
    "person.write",
    ApartBody,
    (SameRow,),
)


def _twins_of(
    model: Any,
) -> Callable[[Sequence[UUID], Reader], dict[UUID, dict[str, Any]]]:
    def load(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
        rows = list(model.objects.filter(pk__in=ids))
        return {
            found.row.pk: {
                "twin": {"id": found.twin.pk, "name": str(found.twin)},
                "reasons": list(found.reasons),
            }
            for found in likenesses(model, rows)
        }

    return load


def _duplicates(model: Any, *, name: str, noun: str, about: str) -> Resource:
    return Resource(
        name=name,
        noun=noun,
        about=about,
        permission="person.write",
        rows=lambda _reader: alike(model),
        columns={"id": column("pk", ID), "name": column("name")},
        loaded={"twin": NAMED, "reasons": list_of(one_of(RULES[model]))},
        load=_twins_of(model),
    )


DUPLICATE_PEOPLE = _duplicates(
    Person,
    name="duplicate-people",
    noun="duplicate-person",
    about="People who look like one that was noted earlier, `twin`, and by what. Nothing "
    "is merged by itself.",
)
DUPLICATE_COMPANIES = _duplicates(
    Company,
    name="duplicate-companies",
    noun="duplicate-company",
    about="Companies that look like one that was noted earlier, `twin`, and by what. "
    "Nothing is merged by itself.",
)
