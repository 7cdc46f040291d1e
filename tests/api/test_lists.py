"""Pages, orders, fields, references; whose rows; how many statements."""

from typing import Any

import pytest
from django.db import connection

from accounts.actions.keys import create_api_key
from accounts.models import Membership, Role, Workspace
from accounts.permissions import PERMISSIONS, permissions_of
from accounts.tenancy import inside
from buyreadiness.api import RESOURCES
from opportunities.models import Company, Opportunity
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import talk
from tests.api.world import action_code, create_deal_with_everything, signal_code
from tests.conftest import DoorClient
from tests.factories import NOW, create_company, create_membership, create_user

pytestmark = pytest.mark.django_db

WRITABLE: list[Any] = [resource for resource in RESOURCES if resource.creation]


def names_of(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


@pytest.mark.parametrize("ordering", ["id", "-id", "name", "-name"])
def test_the_pages_of_a_list_are_its_rows_once_each(api: Api, ordering: str):
    for number in range(7):
        create_company(name=f"Company {number % 3}")
    seen, params = [], {"limit": "2", "ordering": ordering}
    while True:
        page = api.get("companies", **params).json()
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]

    expected = api.get("companies", ordering=ordering).json()["results"]
    assert seen == [row["id"] for row in expected]
    assert len(set(seen)) == 7


def test_a_cursor_stands_when_its_row_is_gone(api: Api):
    companies = [create_company(name=name) for name in "abc"]
    cursor = api.get("companies", limit=2).json()["next"]
    Company.objects.filter(pk=companies[1].pk).delete()

    assert names_of(api.get("companies", cursor=cursor)) == ["c"]


def test_a_cursor_is_good_for_its_own_list_alone(api: Api, charlie: Membership):
    for name in "abc":
        create_company(name=name)
    cursor = api.get("companies", limit=1, ordering="name").json()["next"]
    tampered = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    their_client = Api(charlie)

    answers = [
        api.get("companies", cursor=cursor, ordering="-name"),
        api.get("companies", cursor=cursor, ordering="name", name="a"),
        api.get("people", cursor=cursor, ordering="name"),
        api.get("companies", cursor=tampered, ordering="name"),
        their_client.get("companies", cursor=cursor, ordering="name"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert api.get("companies", cursor=cursor, ordering="name").status_code == 200


def test_only_the_fields_asked_for_come_in_their_order(api: Api, deal: Any):
    rows = api.get("opportunities", fields="name,id", expand="").json()
    assert rows["errors"][0]["field"] == "expand"

    rows = api.get("opportunities", fields="won_by_target,name").json()["results"]

    assert rows == [{"won_by_target": 0.31, "name": "Deal 1"}]


def test_a_reference_is_an_id_or_has_its_name(api: Api, deal: Any, alice: Membership):
    plain = api.get("opportunities", fields="owner").json()["results"]
    named = api.get("opportunities", fields="owner", expand="owner").json()["results"]

    assert plain == [{"owner": str(alice.pk)}]
    assert named == [{"owner": {"id": str(alice.pk), "name": "Alice"}}]


def test_money_is_a_text_with_its_currency(api: Api, deal: Any):
    row = api.get(f"opportunities/{deal.pk}").json()

    assert row["amount"] == {"amount": "12000.00", "currency": "EUR"}
    assert row["won_amount"] is None
    assert row["phase_mix"]["recognition"] == 0.3


def test_who_was_never_heard_is_unknown(api: Api, deal: Any):
    row = api.get("readings").json()["results"][0]

    assert row["phase"] is None
    assert row["probabilities"] is None


def test_a_forecast_as_of_a_moment_before_the_first_is_none(api: Api, deal: Any):
    assert len(api.get("forecasts").json()["results"]) == 1
    before = api.get("forecasts", as_of="2020-01-01T00:00:00Z").json()["results"]
    assert before == []


def id_of(row: dict[str, Any]) -> str:
    """A reading is called by its stakeholder, a forecast by its opportunity."""
    return str(row.get("id") or row.get("stakeholder") or row["opportunity"])


def first_of(api: Api, resource: Any) -> str:
    return id_of(api.get(resource.name).json()["results"][0])


def test_a_foreign_row_and_a_missing_one_are_the_same(
    api: Api, deal: Any, charlie: Membership
):
    theirs, missing = Api(charlie), "00000000-0000-7000-8000-000000000000"

    for resource in RESOURCES:
        own = first_of(api, resource)
        answers = [theirs.get(f"{resource.name}/{id}") for id in (own, missing)]
        listed = theirs.get(resource.name).json()["results"]

        assert [answer.status_code for answer in answers] == [404, 404], resource.name
        assert without_request(answers[0]) == without_request(answers[1])
        assert own not in map(id_of, listed)


def without_request(answer: Any) -> dict[str, Any]:
    return {k: v for k, v in answer.json().items() if k != "request_id"}


EVERYBODYS = {
    *("companies", "exchange-rates", "people", "roles", "signal-types"),
    *("duplicate-companies", "duplicate-people"),
    *("phase-models", "phases", "action-types", "members", "teams"),
}
ADMINISTRATORS = {"imports", "exports"}


def test_what_hangs_on_a_deal_one_may_not_see_is_missing(
    api: Api, deal: Any, bob: Membership, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    as_bob, may = Api(bob), permissions_of(bob)

    for resource in RESOURCES:
        if resource.permission not in may:
            continue
        row = as_bob.get(f"{resource.name}/{first_of(api, resource)}")
        answer = as_bob.get(resource.name)
        if resource.name in ADMINISTRATORS:
            assert (row.status_code, answer.status_code) == (403, 403)
            continue
        # With oneself one sits down at any time.
        own = str(bob.pk) if resource.name == "one-to-ones" else ""
        listed = [each for each in answer.json()["results"] if id_of(each) != own]

        is_open = resource.name in EVERYBODYS
        assert bool(listed) == is_open, resource.name
        assert row.status_code == (200 if is_open else 404), resource.name


def test_a_list_and_a_row_cost_the_same_for_one_and_for_three(
    api: Api, deal: Any, alice: Membership, cost_of: Any
):
    api.client.defaults["HTTP_X_WORKSPACE"] = "ours"
    addresses = [
        address
        for resource in RESOURCES
        for address in (resource.name, f"{resource.name}/{first_of(api, resource)}")
    ]

    def costs() -> dict[str, int]:
        return {each: len(cost_of(api.client, ROOT + each)) for each in addresses}

    one = costs()
    for number in (2, 3):
        create_deal_with_everything(alice, number=number)

    assert costs() == one
    # Four of them are the session, its user, the workspace's membership and its teams.
    assert max(one.values()) <= 9


@pytest.mark.parametrize("role", Role)
def test_a_role_reads_and_writes_what_its_permissions_say(
    deal: Any, ours: Workspace, role: Role
):
    user = create_user(email="dana@example.com", name="Dana")
    dana = Api(create_membership(workspace=ours, user=user, roles=(role,)))

    for resource in RESOURCES:
        read = dana.get(resource.name).status_code
        assert read == (200 if role in PERMISSIONS[resource.permission] else 403)
    for resource in WRITABLE:
        written = dana.post(resource.name, {}).status_code
        allowed = role in PERMISSIONS[resource.creation.permission]
        assert written == (422 if allowed else 403)


def by_key(member: Membership, scopes: list[str]) -> Any:
    with inside(connection, member.workspace_id):
        _key, secret = create_api_key(
            name="x", scopes=scopes, membership=member, by=member, now=NOW
        )
    client = DoorClient(raise_request_exception=False)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.mark.parametrize("resource", WRITABLE, ids=lambda r: r.name)
def test_a_key_reads_and_writes_by_its_scopes(
    deal: Any, alice: Membership, resource: Any
):
    reading = by_key(alice, [resource.scope("read")])
    writing = by_key(alice, [resource.scope("write")])
    address, body = ROOT + resource.name, {"content_type": "application/json"}

    assert reading.get(address).status_code == 200
    assert reading.post(address, {}, **body).status_code == 403
    assert writing.get(address).status_code == 403
    assert writing.post(address, {}, **body).status_code == 422


def test_a_deal_its_people_and_a_conversation_are_made(api: Api, deal: Any):
    company = made(api.post("companies", {"name": "Brabant Foods", "country": "BE"}))
    person = made(api.post("people", {"name": "An", "company": company["id"]}))
    body = {
        "name": "Cold chain",
        "company": company["id"],
        "amount": {"amount": "90000.5", "currency": "EUR"},
    }
    opened = made(api.post("opportunities", body))
    seat = made(
        api.post("stakeholders", {"opportunity": opened["id"], "person": person["id"]})
    )
    spoken = talk(
        Opportunity.objects.get(pk=opened["id"]),
        summary="First call",
        participants=[
            {
                "stakeholder": seat["id"],
                "signals": [{"code": signal_code(), "quotation": "we lose hours"}],
            }
        ],
        actions=[{"code": action_code(), "stakeholders": [seat["id"]]}],
    )

    logged = made(api.post("interactions", spoken))

    assert opened["amount"] == {"amount": "90000.50", "currency": "EUR"}
    [part] = logged["participants"]
    assert part["signals"][0]["code"] == signal_code()
    assert logged["actions"] == [{"code": action_code(), "stakeholders": [seat["id"]]}]
    assert api.get(f"interactions/{logged['id']}").json() == logged


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.content
    assert answer.headers["Location"].endswith(answer.json()["id"])
    row: dict[str, Any] = answer.json()
    return row


def test_a_second_seat_is_refused_with_its_sentence(api: Api, deal: Any):
    seat = deal.stakeholders.order_by("pk")[0]
    body = {"opportunity": str(deal.pk), "person": str(seat.person_id)}

    answer = api.post("stakeholders", body)

    assert answer.status_code == 409
    assert "has a seat in this deal already" in answer.json()["detail"]


def test_nothing_is_made_on_a_deal_one_may_not_see(
    deal: Any, bob: Membership, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])

    answer = Api(bob).post("interactions", talk(deal))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "opportunity"


def test_a_deal_is_not_given_to_somebody_one_does_not_see(
    alice: Membership, bob: Membership, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])

    answer = Api(bob).post("opportunities", {"name": "x", "owner": str(alice.pk)})

    assert answer.status_code == 422
