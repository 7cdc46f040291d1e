"""A deal ends, goes on, changes hands; people come, hold roles, leave and are replaced."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from opportunities.models import Opportunity
from readiness.models import Signal
from stakeholders.models import OutcomeReview, Person, Stakeholder
from tests.api.conftest import ROOT, Api

pytestmark = pytest.mark.django_db


def seats_of(deal: Any) -> list[Stakeholder]:
    return list(deal.stakeholders.order_by("pk"))


def verbs() -> set[str]:
    return set(AuditEvent.objects.values_list("verb", flat=True))


def day(days: int = 0) -> str:
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def test_a_deal_is_closed_with_what_is_said_of_its_end(api: Api, deal: Any):
    first, second = seats_of(deal)
    body = {
        "outcome": "lost",
        "lost_to": "Acme",
        "reason": "Too late.",
        "review": {
            "file_existed": "no",
            "stopped_by": str(first.pk),
            "phases": [{"stakeholder": str(second.pk), "phase": "resolve"}],
        },
    }

    answer = api.post(f"opportunities/{deal.pk}/close", body)

    assert answer.status_code == 200, answer.content
    assert answer.json()["outcome"] == "lost"
    assert answer.json()["closed_on"] == day()
    assert "opportunity.lost" in verbs()
    reviews = api.get("outcome-reviews", opportunity=str(deal.pk)).json()["results"]
    assert reviews[-1]["phases"] == [
        {"stakeholder": str(second.pk), "phase": "resolve"}
    ]
    assert api.get("outcomes", outcome="lost").json()["results"][0]["reason"] == (
        "Too late."
    )


CLOSINGS: dict[str, tuple[dict[str, Any], int]] = {
    "open is no end": ({"outcome": "open"}, 422),
    "tomorrow": ({"outcome": "lost", "closed_on": "2199-01-01"}, 409),
    "before it was opened": ({"outcome": "lost", "closed_on": "1999-01-01"}, 409),
    "an amount of a lost one": (
        {"outcome": "lost", "won_amount": {"amount": "1", "currency": "EUR"}},
        422,
    ),
    "another currency": (
        {"outcome": "won", "won_amount": {"amount": "1", "currency": "USD"}},
        422,
    ),
    "lost to, and won": ({"outcome": "won", "lost_to": "Acme"}, 422),
    "a stranger stopped it": (
        {
            "outcome": "lost",
            "review": {"stopped_by": "00000000-0000-7000-8000-000000000000"},
        },
        422,
    ),
    "half a phase": ({"outcome": "lost", "review": {"phases": [{"phase": "x"}]}}, 422),
    "a review that is none": ({"outcome": "lost", "review": []}, 422),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_a_closing_that_can_not_be_is_refused_whole(api: Api, deal: Any, name: str):
    body, status = CLOSINGS[name]
    before = OutcomeReview.objects.count()

    answer = api.post(f"opportunities/{deal.pk}/close", body)

    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Opportunity.objects.get(pk=deal.pk).is_closed
    assert OutcomeReview.objects.count() == before


def test_a_deal_ends_once_and_is_reopened_with_a_reason(api: Api, deal: Any):
    path = f"opportunities/{deal.pk}"
    closings = [api.post(f"{path}/close", {"outcome": "withdrawn"}) for _ in range(2)]
    bare = api.post(f"{path}/reopen", {})
    again = [api.post(f"{path}/reopen", {"reason": "They called."}) for _ in range(2)]

    assert [each.status_code for each in closings] == [200, 409]
    assert bare.status_code == 422
    assert [each.status_code for each in again] == [200, 409]
    assert again[0].json()["outcome"] == "open"


def test_nothing_more_happens_in_a_closed_deal(api: Api, deal: Any):
    seat = seats_of(deal)[0]
    person = Person.objects.create(name="Els", company=deal.company)
    api.post(f"opportunities/{deal.pk}/close", {"outcome": "lost"})
    of_deal = {"opportunity": str(deal.pk)}
    total = {"amount": "1.00", "currency": "EUR"}

    answers = [
        api.post("decision-dates", of_deal | {"decision_on": "2027-01-01"}),
        api.post("quotes", of_deal | {"total": total}),
        api.post("purchase-file", of_deal | {"item": 1, "state": "claimed"}),
        api.post("tasks", of_deal | {"title": "Call"}),
        api.post("help-requests", of_deal | {"question": "Why?"}),
        api.post("stakeholders", of_deal | {"person": str(person.pk)}),
        api.post(f"stakeholders/{seat.pk}/leave", {}),
        api.post(f"stakeholders/{seat.pk}/come-back", {}),
    ]

    assert [answer.status_code for answer in answers] == [409] * 8
    assert all("Reopen it" in answer.json()["detail"] for answer in answers)


def test_what_was_said_of_an_end_comes_later_too(api: Api, deal: Any):
    body = {"opportunity": str(deal.pk), "file_existed": "yes"}

    early = api.post("outcome-reviews", body)
    api.post(f"opportunities/{deal.pk}/close", {"outcome": "lost"})
    made = api.post("outcome-reviews", body)

    assert (early.status_code, made.status_code) == (409, 201)
    assert "outcome_review.recorded" in verbs()


def test_a_deal_is_handed_over(api: Api, deal: Any, bob: Membership):
    path = f"opportunities/{deal.pk}/hand-over"

    given = api.post(path, {"owner": str(bob.pk)})
    same = api.post(path, {"owner": str(bob.pk)})
    unknown = api.post(path, {"owner": "00000000-0000-7000-8000-000000000000"})

    assert given.json()["owner"] == str(bob.pk)
    assert (same.status_code, unknown.status_code) == (422, 422)
    assert "opportunity.handed_over" in verbs()


def test_how_the_group_decides_is_said(api: Api, deal: Any):
    def change(**body: Any) -> Any:
        return api.client.patch(
            f"{ROOT}opportunities/{deal.pk}",
            body,
            content_type="application/json",
            headers=api.headers | {"If-Match": "*"},
        )

    heads = change(decision_rule="m_of_n")
    share = change(quorum_share=1.5)
    changed = change(decision_rule="m_of_n", endorsements_needed=2, quorum_share=0.5)

    assert heads.json()["errors"][0]["field"] == "endorsements_needed"
    assert (heads.status_code, share.status_code) == (422, 422)
    names = ("decision_rule", "endorsements_needed", "quorum_share")
    assert [changed.json()[name] for name in names] == ["m_of_n", 2, 0.5]


def test_a_person_leaves_and_somebody_new_takes_over(api: Api, deal: Any):
    seat = seats_of(deal)[0]
    els = Person.objects.create(name="Els", company=deal.company)
    body = {"newcomer": str(els.pk), "as_signal": True}

    answer = api.post(f"stakeholders/{seat.pk}/leave", body)

    assert answer.status_code == 200, answer.content
    heir = Stakeholder.objects.get(person=els)
    assert answer.json()["replaced_by"] == str(heir.pk)
    assert answer.json()["left_on"] == day()
    assert Signal.objects.filter(stakeholder=heir).exists()
    roles = api.get(f"stakeholders/{heir.pk}", fields="roles").json()["roles"]
    assert roles
    again = api.post(f"stakeholders/{seat.pk}/leave", {})
    back = api.post(f"stakeholders/{seat.pk}/come-back")
    assert (again.status_code, back.status_code) == (409, 200)
    assert back.json()["left_on"] is None


def test_a_successor_is_one_and_of_this_deal(api: Api, deal: Any):
    first, second = seats_of(deal)
    path = f"stakeholders/{first.pk}/leave"

    both = {"successor": str(second.pk), "newcomer": str(second.person_id)}
    answers = [
        api.post(path, both),
        api.post(path, {"successor": str(first.pk)}),
        api.post(path, {"left_on": "1999-01-01"}),
        api.post(path, {"successor": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 409, 409, 422]


def test_roles_are_held_from_a_day_and_kept_in_the_history(api: Api, deal: Any):
    seat = seats_of(deal)[0]
    codes = [
        row["code"] for row in api.get("roles").json()["results"] if row["is_choosable"]
    ]
    held = api.get(f"stakeholders/{seat.pk}").json()["roles"]
    new = next(code for code in codes if code not in held)
    path = f"stakeholders/{seat.pk}/set-roles"

    changed = api.post(path, {"roles": [new]})
    twice = api.post(path, {"roles": [new, new]})
    unknown = api.post(path, {"roles": ["jester"]})

    assert changed.json()["roles"] == [new]
    assert (twice.status_code, unknown.status_code) == (422, 409)
    history = api.get("held-roles", stakeholder=str(seat.pk)).json()["results"]
    assert [(row["role"], row["to"]) for row in history] == [
        (held[0], day()),
        (new, None),
    ]


def test_who_listens_to_whom_is_said_changed_and_taken_back(api: Api, deal: Any):
    giver, taker = seats_of(deal)
    told = {"giver": str(taker.pk), "taker": str(giver.pk), "strength": "low"}

    made = api.post("influence", told)
    itself = api.post("influence", told | {"taker": str(taker.pk)})
    path = f"{ROOT}influence/{made.json()['id']}"

    def send(method: str, tag: str, body: Any = None) -> Any:
        headers = api.headers | {"If-Match": tag}
        kind = {"content_type": "application/json"}
        return getattr(api.client, method)(path, body, headers=headers, **kind)

    stale = send("patch", '"v9"', {"strength": "high"})
    changed = send("patch", made.headers["ETag"], {"strength": "high"})
    gone = send("delete", changed.headers["ETag"])

    assert (made.status_code, itself.status_code) == (201, 409)
    assert (stale.status_code, gone.status_code) == (412, 204)
    assert changed.json()["strength"] == "high"
    assert api.client.get(path, headers=api.headers).status_code == 404
    assert {"influence.linked", "influence.unlinked"} <= verbs()
