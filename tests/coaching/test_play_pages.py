"""The library of advice is the workspace's own: its words, its roles, what is said at all."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from coaching.actions.plays import copy_default_plays
from coaching.models import Play, Prompt
from coaching.queries.library import NAMES, unknown_names
from coaching.queries.shipped import LANGUAGES, shipped_plays
from opportunities.models import Opportunity, RecomputeRequest
from tests.conftest import signed_in
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    deal = open_deal(owner=alice)
    say(seat(deal), "B13", "B14", at=days_ago(3))
    make(deal)
    return deal


def play(code: str = "criteria_heard", role: str = "") -> Play:
    return Play.objects.get(code=code, role=role)


def address(name: str, pk: UUID | None = None) -> str:
    return reverse(f"coaching:{name}", args=["ours", *([pk] if pk else [])])


def typed(row: Play, **other: str) -> dict[str, Any]:
    """The form as the browser sends it back."""
    said = {
        f"{name}_{code}": texts.get(code, "")
        for name, texts in row.texts.items()
        for code in LANGUAGES
    }
    return said | {"is_on": "on", "version": str(row.version)} | other


def send(client: Client, row: Play, **other: str) -> Any:
    return client.post(address("play", row.pk), typed(row, **other))


# --- Reading ---------------------------------------------------------------------------


def test_it_is_listed_by_situation_phase_and_role(as_alice, deal):
    page = as_alice.get(address("plays"))
    shelves = {shelf.title: shelf for shelf in page.context["shelves"]}

    rows = shelves["heard, and most likely at"].rows
    assert [(row.title, row.role) for row in rows][:3] == [
        ("Status quo", ""),
        ("Status quo", "Economic buyer"),
        ("Recognition", ""),
    ]
    assert sum(len(shelf.rows) for shelf in shelves.values()) == len(shipped_plays())
    assert "Advise them to stop" in page.content.decode()


@pytest.mark.parametrize("more", [0, 3])
def test_the_list_costs_the_same_for_more_plays(as_alice, deal, cost_of, more: int):
    for n in range(more):
        Play.objects.create(code=f"x{n}", situation="heard", anchor="resolve", texts={})

    assert len(cost_of(as_alice, address("plays"))) <= 8


@pytest.mark.parametrize("deals", [1, 3])
def test_a_play_costs_the_same_however_often_it_was_said(
    as_alice, alice, deal, cost_of, deals: int
):
    for _ in range(deals - 1):
        other = open_deal(owner=alice)
        say(seat(other), "B13", "B14", at=days_ago(3))
        make(other)

    assert len(cost_of(as_alice, address("play", play().pk))) <= 18


# --- Writing ---------------------------------------------------------------------------


@pytest.mark.claim(3)
def test_new_words_are_read_in_open_advice_at_once(as_alice, deal):
    new = "Ask {person}: “What has to be in it?”"

    answer = send(as_alice, play(), next_step_en=new)
    queue = as_alice.get(address("queue")).content.decode()

    assert answer.status_code == 303
    assert "Ask Karel: “What has to be in it?”" in queue
    assert not play().is_default
    event = AuditEvent.objects.get(verb="play.edited")
    assert event.after["texts"]["next_step"]["en"] == new


def test_a_language_left_empty_is_said_in_english(as_alice, deal):
    send(as_alice, play(), next_step_en="Ask {person}.", next_step_fr="")

    assert set(play().texts["next_step"]) == {"en", "nl"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"next_step_en": "Ask {someone}."}, "Nothing fills in {someone} here."),
        ({"next_step_nl": "Vraag {seats}."}, "Nothing fills in {seats} here."),
        ({"do_fr": "Demandez } à {person}."}, "Nothing fills in } here."),
        ({"next_step_en": "Say the offer expires today."}, "presses the buyer"),
        ({"next_step_nl": "Zeg: dit is uw laatste kans."}, "laatste kans"),
        ({"next_step_en": ""}, "This field is required."),
        ({"doubt_en": "x" * 601}, "at most 600 characters"),
        ({"version": "many"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_said_is_refused_and_stays_typed(as_alice, deal, given, words):
    before = play().texts

    answer = send(as_alice, play(), **given)

    page = answer.content.decode().replace("&quot;", '"')
    assert answer.status_code == 422
    assert words in page
    assert play().texts == before


def test_what_not_to_do_may_name_it(as_alice, deal):
    answer = send(as_alice, play(), do_not_en="Do not offer {person} a discount.")

    assert answer.status_code == 303


def test_whoever_was_second_is_told_and_keeps_what_was_typed(as_alice, deal):
    stale = typed(play(), next_step_en="Second.")
    send(as_alice, play(), next_step_en="First.")

    answer = as_alice.post(address("play", play().pk), stale)

    assert answer.status_code == 412
    assert "Second." in answer.content.decode()
    assert play().texts["next_step"]["en"] == "First."


def test_it_is_looked_at_in_the_words_of_a_real_deal_before_it_is_saved(as_alice, deal):
    answer = send(as_alice, play(), preview="1", next_step_en="Ask {person} ({role}).")

    assert answer.status_code == 200
    assert answer.context["preview"].texts["next_step"] == "Ask Karel (Champion)."
    assert answer.context["preview"].prompt.opportunity == deal
    assert play().is_default


def test_without_a_deal_there_are_no_real_words(as_alice, deal):
    page = as_alice.get(address("play", play("commitment_heard").pk))

    assert page.context["preview"] is None
    assert "no real words to show it with" in page.content.decode()


def test_a_play_that_is_switched_off_says_nothing_from_now_on(as_alice, deal):
    RecomputeRequest.objects.all().delete()
    given = typed(play())
    del given["is_on"]

    as_alice.post(address("play", play().pk), given)

    assert not Prompt.objects.filter(play=play(), closed_at=None).exists()
    assert RecomputeRequest.objects.filter(opportunity_id=deal.pk).exists()
    make(deal)
    assert not Prompt.objects.filter(play=play(), closed_at=None).exists()


def test_the_shipped_words_come_back(as_alice, deal):
    send(as_alice, play(), next_step_en="Mine.")

    as_alice.post(address("play-reset", play().pk))

    assert play().is_default
    assert play().texts == shipped_plays()["criteria_heard", ""].texts


def test_what_was_written_here_has_nothing_to_go_back_to(as_alice, deal):
    as_alice.post(address("play-for-role", play().pk), {"role": "finance"})

    answer = as_alice.post(address("play-reset", play(role="finance").pk), follow=True)

    assert "there is nothing to go back to" in answer.content.decode()


def test_a_role_gets_words_of_its_own(as_alice, deal):
    answer = as_alice.post(address("play-for-role", play().pk), {"role": "champion"})
    own = play(role="champion")
    send(as_alice, own, next_step_en="Ask the champion.")
    make(deal)

    assert answer.status_code == 303
    queue = as_alice.get(address("queue")).content.decode()
    assert "Ask the champion." in queue


@pytest.mark.parametrize("role", ["technical_evaluator", "unmapped", "nobody", ""])
def test_a_role_that_is_none_or_has_its_own_is_refused(as_alice, deal, role: str):
    before = Play.objects.count()

    answer = as_alice.post(address("play-for-role", play().pk), {"role": role})

    assert answer.status_code == 422
    assert Play.objects.count() == before


def test_a_rep_edits_no_advice(client, bob, deal):
    answer = signed_in(client, bob).get(address("plays"))

    assert answer.status_code == 403


# --- What is shipped -------------------------------------------------------------------


@pytest.mark.parametrize("key", shipped_plays(), ids="-".join)
def test_every_shipped_name_is_one_that_is_filled_in(key: tuple[str, str]):
    shipped = shipped_plays()[key]
    texts = [text for said in shipped.texts.values() for text in said.values()]

    assert shipped.situation in NAMES
    assert not [t for t in texts if unknown_names(t, situation=shipped.situation)]
    assert all(set(said) == set(LANGUAGES) for said in shipped.texts.values())


def test_copying_again_gives_only_what_is_missing(deal):
    Play.objects.filter(code="group_spread").delete()
    Play.objects.filter(code="criteria_heard").update(is_default=False)

    copy_default_plays()

    assert Play.objects.count() == len(shipped_plays())
    assert not play().is_default
