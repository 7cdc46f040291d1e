"""People and companies that look like one: suggested, told apart, made one."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.tenancy import inside
from opportunities.models import Company
from stakeholders.actions.people import create_person
from stakeholders.models import DistinctPair, Person
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem
from tests.api.test_schema import refuse_other_shapes
from tests.factories import NOW, create_company

pytestmark = pytest.mark.django_db


def noted(*names: str, **more: Any) -> list[Person]:
    return [Person.objects.create(name=name, **more) for name in names]


def test_who_looks_like_one_is_named_with_the_reason(api: Api):
    first, second = noted("Karel Maes", "K. Maes", email="karel@example.com")
    noted("Ruth Claes", email="ruth@example.com")

    listed = api.get("duplicate-people")

    assert listed.json()["results"] == [
        {
            "id": str(second.pk),
            "name": "K. Maes",
            "twin": {"id": str(first.pk), "name": "Karel Maes"},
            "reasons": ["email"],
        }
    ]
    refuse_other_shapes("duplicate-people", listed)
    assert_problem(api.get(f"duplicate-people/{first.pk}"), 404)


def test_companies_are_compared_by_domain_and_name(api: Api):
    for domain in ("delta.example", "delta.example"):
        Company.objects.create(name="Delta", domain=domain)

    [row] = api.get("duplicate-companies").json()["results"]

    assert row["reasons"] == ["domain", "name"]


def test_two_that_were_told_apart_are_not_suggested_again(api: Api):
    first, second = noted("Karel Maes", "K. Maes", email="karel@example.com")
    body = {"other": str(first.pk)}

    answers = [api.post(f"people/{second.pk}/tell-apart", body) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["name"] == "K. Maes"
    assert api.get("duplicate-people").json()["results"] == []
    assert DistinctPair.objects.count() == 1
    assert AuditEvent.objects.filter(verb="person.told_apart").count() == 1


def test_to_tell_apart_takes_two_of_ours(
    api: Api, alice: Membership, charlie: Membership
):
    [own] = noted("Karel Maes")
    company = create_company(name="Karel Maes")
    with inside(connection, charlie.workspace_id):
        theirs = create_person(name="Karel Maes", by=charlie, now=NOW)

    answers = [
        api.post(f"people/{own.pk}/tell-apart", {"other": str(other.pk)})
        for other in (own, theirs, company)
    ]

    assert [answer.status_code for answer in answers] == [409, 422, 422]
    assert not DistinctPair.objects.exists()


def test_a_merge_ends_the_suggestion(api: Api):
    first, second = noted("Karel Maes", "K. Maes", email="karel@example.com")

    api.post(f"people/{first.pk}/merge", {"other": str(second.pk)})

    assert api.get("duplicate-people").json()["results"] == []


def test_the_day_somebody_left_their_company_is_said(api: Api):
    [person] = noted("Karel Maes")
    headers = api.headers | {"If-Match": '"v1"'}

    answer = api.client.patch(
        f"/api/v1/people/{person.pk}",
        {"left_company_on": str(timezone.now().date())},
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 200
    assert answer.json()["left_company_on"] == str(timezone.now().date())
