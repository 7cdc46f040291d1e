"""Views of the list of deals, by the API."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import inside
from forecasting.models import SavedView
from tests.api.conftest import Api
from tests.api.test_facts import send
from tests.factories import create_team, give_defaults

pytestmark = pytest.mark.django_db

BODY = {"name": "Blocked", "query": "sort=-chance&limited=veto&after="}


@pytest.fixture(autouse=True)
def model(ours: Any) -> None:
    give_defaults()


def test_a_view_is_saved_changed_and_removed(api: Api):
    made, again = (api.post("views", BODY) for _time in range(2))
    path = f"views/{made.json()['id']}"

    changed = send(api, "patch", path, {"reach": "workspace"}, tag=made.headers["ETag"])
    stale = send(api, "delete", path, tag=made.headers["ETag"])
    gone = send(api, "delete", path, tag=changed.headers["ETag"])

    assert (made.status_code, again.status_code) == (201, 409)
    told = {"query": "limited=veto", "reach": "own", "team": None}
    assert told.items() <= made.json().items(), "as the page writes it"
    assert changed.json()["reach"] == "workspace"
    assert changed.json()["query"] == "limited=veto"
    assert (stale.status_code, gone.status_code) == (412, 204)
    assert not SavedView.objects.exists()


def test_a_team_is_named_for_a_reach_of_a_team(api: Api):
    team = str(create_team().pk)

    made = api.post("views", BODY | {"team": team})
    back = send(
        api,
        "patch",
        f"views/{made.json()['id']}",
        {"team": None},
        tag=made.headers["ETag"],
    )
    wrong = [
        api.post("views", BODY | {"name": "X"} | more)
        for more in (
            {"reach": "team"},
            {"reach": "own", "team": team},
            {"reach": "workspace", "team": team},
        )
    ]

    assert (made.json()["reach"], made.json()["team"]) == ("team", team)
    assert (back.json()["reach"], back.json()["team"]) == ("own", None)
    assert [answer.status_code for answer in wrong] == [422] * 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": "status=all"}, "query"),
        ({"query": "limited=price"}, "query"),
        ({"query": "q=a%00b"}, "query"),
        ({"query": "&" * 1_000}, "query"),
        ({"query": "q=" + "x" * 1_000}, "query"),
        ({"query": f"team={'0' * 8}-0000-7000-8000-{'0' * 12}"}, "query"),
        ({"query": ["limited"]}, "query"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"reach": "all"}, "reach"),
        ({"team": f"{'0' * 8}-0000-7000-8000-{'0' * 12}"}, "team"),
        ({"owner": "x"}, "owner"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(api: Api, body: Any, field: str):
    answer = api.post("views", BODY | body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_refusal_of_a_question_is_the_sentence_of_the_page(api: Api):
    answer = api.post("views", BODY | {"query": "status=all"})

    detail = answer.json()["errors"][0]["detail"]
    assert detail == "status: There is no such parameter here."


def test_who_may_not_is_refused(api: Api, alice: Membership, bob: Membership):
    told: dict[str, Any] = {"owner": alice, "query": ""}
    hidden = SavedView.objects.create(name="Own", **told)
    shared = SavedView.objects.create(name="All", is_for_all=True, **told)
    his, body = Api(bob), {"name": "Mine"}
    names = [row["name"] for row in his.get("views").json()["results"]]
    tag = his.get(f"views/{shared.pk}").headers["ETag"]

    answers = [
        his.post("views", BODY | {"reach": "workspace"}),
        his.post("views", BODY | {"team": str(create_team().pk)}),
        send(his, "patch", f"views/{shared.pk}", body, tag=tag),
        send(his, "delete", f"views/{shared.pk}", tag=tag),
        send(his, "patch", f"views/{hidden.pk}", body, tag=tag),
    ]

    assert names == ["All"]
    assert [answer.status_code for answer in answers] == [409, 409, 409, 409, 404]


def test_views_of_another_workspace_are_missing(api: Api, charlie: Membership):
    with inside(connection, charlie.workspace_id):
        theirs = SavedView.objects.create(owner=charlie, name="X", is_for_all=True)
        team = create_team()

    answers = [
        api.get(f"views/{theirs.pk}"),
        api.post("views", BODY | {"team": str(team.pk)}),
    ]

    assert [answer.status_code for answer in answers] == [404, 422]
    assert api.get("views").json()["results"] == []


def test_a_view_sent_again_is_saved_once(api: Api):
    headers = api.headers | {"Idempotency-Key": "view-1"}
    answers = [
        api.client.post(
            "/api/v1/views", BODY, content_type="application/json", headers=headers
        )
        for _time in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert SavedView.objects.count() == 1
