"""What managers say by the API: targets, calls, exchange rates; and what was frozen."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Membership, Role, Workspace
from forecasting.models import ManagerCall
from forecasting.queries.periods import periods_ahead
from opportunities.models import ExchangeRate
from tests.api.conftest import Api
from tests.api.test_facts import send
from tests.factories import create_membership, create_team, create_user

pytestmark = pytest.mark.django_db

MONEY = {"amount": "500000.00", "currency": "EUR"}


@pytest.fixture
def starts_on(ours: Workspace) -> str:
    """The first day of the next period."""
    today = ours.today(timezone.now())
    return str(periods_ahead(today, workspace=ours, count=2)[1].starts_on)


def test_a_target_is_set_changed_and_removed(api: Api, starts_on: str):
    body = {"starts_on": starts_on, "amount": MONEY}
    made, again = (api.post("targets", body) for _time in range(2))
    path = f"targets/{made.json()['id']}"

    higher = {"amount": MONEY | {"amount": "600000.00"}, "reason": "Two more reps."}
    changed = send(api, "patch", path, higher, tag=made.headers["ETag"])
    stale = send(api, "delete", path, tag=made.headers["ETag"])
    gone = send(api, "delete", path, tag=changed.headers["ETag"])

    assert (made.status_code, again.status_code) == (201, 409)
    assert changed.json()["amount"]["amount"] == "600000.00"
    assert (stale.status_code, gone.status_code) == (412, 204)
    verbs = AuditEvent.objects.filter(verb__startswith="target.")
    assert [row.verb for row in verbs.order_by("pk")] == [
        *("target.added", "target.changed", "target.removed"),
    ]


TARGETS: dict[str, dict[str, Any]] = {
    "in another currency": {"amount": MONEY | {"currency": "USD"}},
    "of nothing": {"amount": MONEY | {"amount": "0.50"}},
    "in the midst of a period": {"starts_on": "2026-11-17"},
    "of a period long gone": {"starts_on": "1999-01-01"},
    "of a stranger": {"owner": "00000000-0000-7000-8000-000000000000"},
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_that_can_not_be_is_refused(api: Api, starts_on: str, name: str):
    body = {"starts_on": starts_on, "amount": MONEY} | TARGETS[name]

    assert api.post("targets", body).status_code == 422


def test_a_target_is_of_one_team_or_one_owner(
    api: Api, alice: Membership, starts_on: str
):
    team = create_team(name="North")
    both = {"team": str(team.pk), "owner": str(alice.pk)}

    answer = api.post("targets", {"starts_on": starts_on, "amount": MONEY} | both)

    assert answer.json()["errors"][0]["field"] == "owner"


def test_a_later_call_takes_the_place_of_the_one_before(api: Api, starts_on: str):
    body = {"starts_on": starts_on, "amount": MONEY, "reason": "They said so."}
    first = api.post("calls", body)
    second = api.post("calls", body | {"amount": MONEY | {"amount": "1.00"}})

    standing = api.get("calls", starts_on=starts_on).json()["results"]
    history = api.get("calls", starts_on=starts_on, history="true").json()["results"]

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert [row["revision"] for row in standing] == [2]
    assert [row["revision"] for row in history] == [1, 2]
    path = f"calls/{second.json()['id']}"
    stale = send(api, "delete", path, tag=first.headers["ETag"])
    gone = send(api, "delete", path, tag=second.headers["ETag"])
    assert (stale.status_code, gone.status_code) == (412, 204)


def test_a_call_on_a_deal_says_whether_it_is_in(api: Api, deal: Any, starts_on: str):
    body = {"opportunity": str(deal.pk), "starts_on": starts_on, "reason": "Signed."}

    answers = [
        api.post("calls", body | {"verdict": "in"}),
        api.post("calls", body | {"amount": MONEY}),
        api.post("calls", body),
        api.post("calls", {"starts_on": starts_on, "reason": "x", "verdict": "in"}),
        api.post("calls", body | {"verdict": "in", "reason": " "}),
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 422, 422, 422]
    assert answers[0].json()["verdict"] == "in"


def test_a_manager_calls_what_they_see_the_whole_of(
    ours: Workspace, alice: Membership, bob: Membership, starts_on: str
):
    ours.manager_visibility = "own"
    ours.save(update_fields=["manager_visibility"])
    user = create_user(email="dana@example.com", name="Dana")
    dana = create_membership(workspace=ours, user=user, roles=(Role.MANAGER,))
    team = create_team(name="North")
    body = {"starts_on": starts_on, "amount": MONEY, "reason": "So."}
    called = Api(dana)

    answers = [
        called.post("calls", body | {"owner": str(dana.pk)}),
        called.post("calls", body | {"owner": str(alice.pk)}),
        called.post("calls", body | {"team": str(team.pk)}),
        called.post("calls", body),
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 422, 422]
    assert ManagerCall.objects.count() == 1


def test_a_rate_is_set_for_a_day_and_taken_back(api: Api):
    body = {"on": "2026-01-05", "currency": "USD", "rate": "0.91"}

    made = api.post("exchange-rates", body)
    again = api.post("exchange-rates", body | {"rate": "0.92"})
    path = f"exchange-rates/{made.json()['id']}"
    stale = send(api, "delete", path, tag=made.headers["ETag"])
    gone = send(api, "delete", path, tag=again.headers["ETag"])

    assert made.json()["rate"] == "0.91"
    assert made.json()["id"] == again.json()["id"]
    assert (stale.status_code, gone.status_code) == (412, 204)
    assert not ExchangeRate.objects.exists()


RATES: dict[str, dict[str, Any]] = {
    "a number": {"rate": 0.91},
    "nothing": {"rate": "0.000"},
    "below nothing": {"rate": "-1"},
    "enormous": {"rate": "9" * 40},
    "not a number": {"rate": "NaN"},
    "tomorrow": {"on": "2199-01-01"},
    "long ago": {"on": "1950-01-01"},
    "of the base currency": {"currency": "EUR"},
    "of no currency": {"currency": "QQQ"},
}


@pytest.mark.parametrize("name", RATES)
def test_a_rate_that_can_not_be_is_refused(api: Api, name: str):
    body = {"on": "2026-01-05", "currency": "USD", "rate": "0.91"} | RATES[name]

    assert api.post("exchange-rates", body).status_code == 422
    assert not ExchangeRate.objects.exists()


def test_what_was_frozen_is_read(api: Api, deal: Any):
    [night] = api.get("snapshots", opportunity=str(deal.pk)).json()["results"]
    [week] = api.get("period-reviews").json()["results"]

    assert len(night["won"]) == 79
    assert night["amount"] == {"amount": "12000.00", "currency": "EUR"}
    assert week["moved"] == {"won": "100.00"}
    assert Decimal(week["mean"]["amount"]) == 100
