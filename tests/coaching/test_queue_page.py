"""The queue: the weightiest first, page after page, of those one may see."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Workspace
from coaching.models import Play, Prompt
from coaching.queries.queue import PAGE
from forecasting.models import Outlook
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

QUEUE = "/w/ours/coaching"
WORDS = {
    "anchor": "recognition",
    "probability": 0.6,
    "last_heard_at": NOW.timestamp() - 86_400,
    "signals": ["B05"],
    "gain": 0.04,
}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def advise(
    person: Stakeholder, weight: float = 0.1, situation: str = "heard", **fields: Any
) -> Prompt:
    play = Play.objects.filter(situation=situation).order_by("code")[0]
    return Prompt.objects.create(
        opportunity=person.opportunity,
        stakeholder=person,
        play=play,
        evidence_hash=uuid4().hex,
        words=WORDS,
        opened_at=NOW,
        weight=weight,
        **fields,
    )


def rows(client: Client, query: str = "") -> list[Any]:
    page = client.get(QUEUE + query)
    assert page.status_code == 200
    return list(page.context["rows"])


def names(client: Client, query: str = "") -> list[str]:
    return [row.name for row in rows(client, query)]


@pytest.mark.claim(31, 44)
def test_the_weightiest_comes_first(as_alice, deal):
    for name, weight in (("Anna", 0.01), ("Ben", 0.3), ("Cleo", 0.02)):
        advise(seat(deal, name), weight)

    assert names(as_alice) == ["Ben", "Cleo", "Anna"]


def test_what_limits_a_deal_is_nobodys_row(as_alice, deal):
    person = seat(deal)
    Prompt.objects.create(
        opportunity=deal,
        play=Play.objects.filter(situation="constraint")[0],
        evidence_hash="x",
        opened_at=NOW,
        weight=1.0,
    )
    advise(person)

    assert names(as_alice) == ["Karel"]


@pytest.mark.parametrize(
    "fields",
    [{"closed_at": NOW}, {"answer": "accepted", "answered_at": NOW}],
)
def test_what_is_closed_or_answered_is_not_there(as_alice, deal, fields):
    advise(seat(deal), **fields)

    assert names(as_alice) == []


def test_a_deal_that_ended_asks_for_nothing(as_alice, deal):
    advise(seat(deal))
    Opportunity.objects.filter(pk=deal.pk).update(outcome="lost", closed_on=NOW)

    page = as_alice.get(QUEUE)

    assert list(page.context["rows"]) == []
    assert "Nothing to advise" in page.content.decode()


def test_pages_follow_each_other_without_a_gap(as_alice, deal):
    """Many weigh the same: the row's id decides then, and none is met twice."""
    person = seat(deal)
    weights = [0.5] * 3 + [0.25] * (PAGE + 4) + [0.125] * PAGE
    given = {advise(person, weight).pk for weight in weights}

    query, sizes = "", []
    met: list[Prompt] = []
    while query or not met:
        page = as_alice.get(QUEUE + query)
        met += [row.prompt for row in page.context["rows"]]
        sizes.append(len(page.context["rows"]))
        query = page.context["next"]

    assert sizes == [PAGE, PAGE, 7]
    assert {prompt.pk for prompt in met} == given
    assert [prompt.weight for prompt in met] == sorted(weights, reverse=True)


def test_a_page_behind_the_first_leads_back(as_alice, deal):
    person = seat(deal)
    for _ in range(PAGE + 1):
        advise(person)

    first = as_alice.get(QUEUE).context
    second = as_alice.get(QUEUE + first["next"]).context

    assert (first["first"], second["first"], second["next"]) == ("", "?", "")


@pytest.mark.parametrize("after", ["nonsense", "a:b:c", "%00", ""])
def test_a_place_that_is_none_is_the_beginning(as_alice, deal, after):
    advise(seat(deal))

    assert names(as_alice, f"?after={after}") == ["Karel"]


def test_it_is_narrowed_to_an_owner(as_alice, alice, bob, deal):
    advise(seat(deal, "Anna"))
    advise(seat(open_deal(owner=bob, name="Bob's"), "Ben"))

    assert set(names(as_alice)) == {"Anna", "Ben"}
    assert names(as_alice, f"?owner_id={bob.pk}") == ["Ben"]
    assert names(as_alice, f"?owner_id={alice.pk}") == ["Anna"]


def test_the_owner_is_kept_from_page_to_page(as_alice, bob, deal):
    person = seat(open_deal(owner=bob, name="Bob's"), "Ben")
    for _ in range(PAGE + 1):
        advise(person)
    advise(seat(deal, "Anna"), 0.01)

    first = as_alice.get(f"{QUEUE}?owner_id={bob.pk}").context
    second = as_alice.get(QUEUE + first["next"]).context

    assert [row.name for row in second["rows"]] == ["Ben"]
    assert second["first"] == f"?owner_id={bob.pk}"


def advise_by(person: Stakeholder, code: str, weight: float = 0.1) -> Prompt:
    return Prompt.objects.create(
        opportunity=person.opportunity,
        stakeholder=person,
        play=Play.objects.get(code=code, role=""),
        evidence_hash=uuid4().hex,
        words=WORDS | {"joined_on": "2026-01-15"},
        opened_at=NOW,
        weight=weight,
    )


def test_it_is_narrowed_to_a_play(as_alice, deal):
    advise_by(seat(deal, "Anna"), "recognition_heard")
    advise_by(seat(deal, "Ben"), "criteria_unheard")

    assert names(as_alice, "?play=recognition_heard") == ["Anna"]
    assert names(as_alice, "?play=criteria_unheard") == ["Ben"]
    assert names(as_alice, "?play=commitment_heard") == []


def test_every_play_about_a_person_can_be_chosen(as_alice, deal):
    groups = as_alice.get(QUEUE).context["filters"].fields["play"].choices[1:]
    offered = {code for _, plays in groups for code, _ in plays}
    shipped = Play.objects.filter(situation__in=["heard", "unheard"])

    assert offered == {
        *shipped.values_list("code", flat=True),
        *("clarify", "group", "advise_to_stop"),
    }


def test_the_play_and_the_owner_are_kept_from_page_to_page(as_alice, alice, deal):
    person = seat(deal)
    for _ in range(PAGE + 1):
        advise_by(person, "recognition_heard")
    advise_by(person, "criteria_heard")

    chosen = f"?owner_id={alice.pk}&play=recognition_heard"
    first = as_alice.get(QUEUE + chosen).context
    second = as_alice.get(QUEUE + first["next"]).context

    assert len(second["rows"]) == 1
    assert second["first"] == chosen


def test_a_play_that_is_none_spoils_no_owner(as_alice, bob, deal):
    advise(seat(deal, "Anna"))
    advise(seat(open_deal(owner=bob, name="Bob's"), "Ben"))

    assert names(as_alice, f"?owner_id={bob.pk}&play=nonsense") == ["Ben"]


@pytest.mark.parametrize("owner", ["nobody", "\x00", "00000000-0000-0000-0000-0"])
def test_an_owner_that_is_none_narrows_nothing(as_alice, deal, owner):
    advise(seat(deal))

    page = as_alice.get(QUEUE, {"owner_id": owner})

    assert [row.name for row in page.context["rows"]] == ["Karel"]


def test_who_sees_only_their_own_is_offered_nobody_else(
    as_bob, alice, bob, deal, ours: Workspace
):
    advise(seat(deal, "Anna"))
    advise(seat(open_deal(owner=bob, name="Bob's"), "Ben"))
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    page = as_bob.get(QUEUE)
    offered = page.context["filters"].fields["owner_id"].choices

    assert [row.name for row in page.context["rows"]] == ["Ben"]
    assert [pk for pk, _ in offered] == ["", str(bob.pk)]
    assert names(as_bob, f"?owner_id={alice.pk}") == ["Ben"]


def test_htmx_is_answered_with_the_rows_only(as_alice, deal):
    advise(seat(deal))

    page = as_alice.get(QUEUE, headers=HTMX).content.decode().strip()

    assert page.startswith('<div id="rows">')
    assert "Karel" in page


@pytest.mark.claim(44)
def test_a_row_says_why_it_stands_there_and_where_it_leads(as_alice, deal):
    person = seat(deal)
    advise(person, 0.042)

    page = as_alice.get(QUEUE).content.decode()

    assert "would raise the chance by 4 points." in " ".join(page.split())
    assert reverse("readiness:stakeholder", args=["ours", person.pk]) in page
    assert reverse("coaching:opportunity", args=["ours", deal.pk]) in page


@pytest.mark.claim(44)
def test_a_row_says_what_is_to_be_expected_if_it_is_left(as_alice, deal):
    """Of whom something is known, that ages; of whom nothing is, it stays unknown."""
    say(seat(deal, "Anna"), "B05", at=days_ago(3))
    seat(deal, "Ben")
    make(deal)
    Outlook.objects.filter(opportunity=deal).update(
        won_by_target_probability=0.34, target_on=date(2026, 9, 30)
    )

    page = " ".join(as_alice.get(QUEUE).content.decode().split())

    assert "the forecast gives 34%" in page.replace("\u202f", "").replace(" %", "%")
    assert "what is known of Anna grows older." in page
    assert "where Ben stands stays unknown." in page


def test_a_deal_without_a_forecast_promises_nothing(as_alice, deal):
    advise(seat(deal))

    assert "If left:" not in as_alice.get(QUEUE).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_deals_of_several_owners(
    as_alice, alice, bob, cost_of, deal, count
):
    owners = [alice, bob, alice]
    for number in range(count):
        other = open_deal(owner=owners[number], name=f"Deal {number}")
        advise(seat(other, f"Person {number}"))

    assert len(cost_of(as_alice, QUEUE)) == 15
