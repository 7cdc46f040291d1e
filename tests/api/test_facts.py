"""Facts by the API: quotes, dates, the buyer's file, tasks; conversations put right."""

from typing import Any

import pytest

from accounts.models import AuditEvent, Membership
from readiness.models import Signal
from stakeholders.models import DecisionDate, Interaction, Quote
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import talk
from tests.api.world import signal_code

pytestmark = pytest.mark.django_db


def send(api: Api, method: str, path: str, body: Any = None, *, tag: str = "*") -> Any:
    return getattr(api.client, method)(
        ROOT + path,
        body,
        content_type="application/json",
        headers=api.headers | {"If-Match": tag},
    )


def seat_of(deal: Any) -> str:
    return str(deal.stakeholders.order_by("pk")[0].pk)


def bodies(deal: Any) -> dict[str, dict[str, Any]]:
    of_deal = {"opportunity": str(deal.pk)}
    return {
        "quotes": of_deal | {"total": {"amount": "90000.00", "currency": "EUR"}},
        "decision-dates": of_deal | {"decision_on": "2027-03-01"},
        "purchase-file": of_deal | {"item": 2, "state": "claimed"},
    }


@pytest.mark.parametrize("name", ["quotes", "decision-dates", "purchase-file"])
def test_a_fact_is_made_and_taken_back(api: Api, deal: Any, name: str):
    made = api.post(name, bodies(deal)[name])
    assert made.status_code == 201, made.content
    path = f"{name}/{made.json()['id']}"

    bare = api.client.delete(ROOT + path, headers=api.headers)
    gone = send(api, "delete", path, tag=made.headers["ETag"])

    assert (bare.status_code, gone.status_code) == (428, 204)
    assert api.get(path).status_code == 404
    assert AuditEvent.objects.filter(verb__endswith=".retracted").exists()


def test_a_quote_has_the_next_number_and_asks_for_a_signal_only_when_told(
    api: Api, deal: Any
):
    before = Signal.objects.count()
    body = bodies(deal)["quotes"] | {
        "addressed_to": seat_of(deal),
        "change": "for_file",
    }

    quiet = api.post("quotes", body)
    told = api.post("quotes", body | {"as_signal": True})

    assert [quiet.json()["version"], told.json()["version"]] == [2, 3]
    assert quiet.json()["total"] == {"amount": "90000.00", "currency": "EUR"}
    assert Signal.objects.count() == before + 1


def test_a_date_that_moves_later_is_logged_as_a_signal_when_told(api: Api, deal: Any):
    before = Signal.objects.count()
    body = bodies(deal)["decision-dates"] | {"moved_by": seat_of(deal)}

    api.post("decision-dates", body | {"as_signal": True})

    assert Signal.objects.count() == before + 1


def refused(deal: Any) -> dict[str, tuple[str, dict[str, Any], int]]:
    all_of = bodies(deal)
    quote, date, item = all_of.values()
    return {
        "total as number": ("quotes", quote | {"total": 5}, 422),
        "sent tomorrow": ("quotes", quote | {"sent_on": "2199-01-01"}, 422),
        "a number of its own": ("quotes", quote | {"version": 7}, 422),
        "for a stranger": ("quotes", quote | {"addressed_to": str(deal.pk)}, 422),
        "signal as text": ("quotes", quote | {"as_signal": "true"}, 422),
        "set tomorrow": (
            "decision-dates",
            date | {"set_at": "2199-01-01T00:00:00Z"},
            409,
        ),
        "moved by both": (
            "decision-dates",
            date | {"moved_by": seat_of(deal), "is_moved_by_seller": True},
            422,
        ),
        "item nine": ("purchase-file", item | {"item": 9}, 422),
        "evidenced by nothing": ("purchase-file", item | {"state": "evidenced"}, 422),
        "seen tomorrow": ("purchase-file", item | {"as_of": "2199-01-01"}, 422),
    }


REFUSED = [
    *("total as number", "sent tomorrow", "a number of its own", "for a stranger"),
    *("signal as text", "set tomorrow", "moved by both", "item nine"),
    *("evidenced by nothing", "seen tomorrow"),
]


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_is_refused(api: Api, deal: Any, name: str):
    path, body, status = refused(deal)[name]
    before = Quote.objects.count() + DecisionDate.objects.count()

    answer = api.post(path, body)

    assert answer.status_code == status, answer.content
    assert Quote.objects.count() + DecisionDate.objects.count() == before


def test_a_conversation_is_put_right_and_keeps_its_id(api: Api, deal: Any):
    said = [{"code": signal_code(), "quotation": "we lose hours"}]
    seat = seat_of(deal)
    body = talk(deal, participants=[{"stakeholder": seat, "signals": said}])
    made = api.post("interactions", body)
    path = f"interactions/{made.json()['id']}"

    named = send(api, "patch", path, {"summary": "A call"}, tag=made.headers["ETag"])
    stale = send(api, "patch", path, {"summary": "x"}, tag=made.headers["ETag"])
    bare = send(api, "patch", path, {"participants": [{"signals": []}]})
    silent = send(api, "patch", path, {"participants": [{"stakeholder": seat}]})

    assert (named.status_code, stale.status_code) == (200, 412)
    assert named.json()["id"] == made.json()["id"]
    assert named.json()["participants"] == made.json()["participants"]
    assert bare.status_code == 422
    assert bare.json()["errors"][0]["field"] == "participants[0].stakeholder"
    assert silent.json()["participants"] == [{"stakeholder": seat, "signals": []}]
    assert silent.json()["summary"] == "A call"


def test_a_conversation_is_taken_back_with_its_signals(api: Api, deal: Any):
    row = api.get("interactions").json()["results"][0]

    gone = send(api, "delete", f"interactions/{row['id']}")

    assert gone.status_code == 204
    assert api.get("interactions").json()["results"] == []
    assert api.get("signals").json()["results"] == []
    assert Interaction.objects.count() == 1


def test_one_signal_is_taken_back(api: Api, deal: Any):
    first, second = api.get("signals").json()["results"]

    gone = send(api, "delete", f"signals/{first['id']}")

    assert gone.status_code == 204
    assert [each["id"] for each in api.get("signals").json()["results"]] == [
        second["id"]
    ]


def test_a_task_is_made_changed_done_and_not_done(api: Api, deal: Any, bob: Membership):
    made = api.post("tasks", {"opportunity": str(deal.pk), "title": "Call Ruth"})
    path = f"tasks/{made.json()['id']}"

    changed = send(api, "patch", path, {"owner": str(bob.pk), "due_on": "2027-01-02"})
    done = [api.post(f"{path}/done") for _time in range(2)]
    undone = api.post(f"{path}/undo")
    elsewhere = send(api, "patch", path, {"stakeholder": str(deal.pk)})

    assert changed.json()["owner"] == str(bob.pk)
    assert [each.status_code for each in done] == [200, 409]
    assert done[0].json()["done_at"] is not None
    assert undone.json()["done_at"] is None
    assert elsewhere.status_code == 422
