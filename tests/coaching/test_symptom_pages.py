"""Where symptoms are seen: the deal, the list of deals, the scan of all that one may see."""

import json
from datetime import date
from importlib.resources import files

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Visibility, Workspace
from coaching.engine.symptoms import Symptom as Kind
from coaching.queries.symptoms import told
from forecasting.models import ListedSymptom
from opportunities.models import Opportunity
from stakeholders.actions.acts import set_decision_date
from stakeholders.models import DecisionDate
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

SCAN = "/w/ours/coaching/symptoms"
READINGS = {
    "S1": {
        *("status_quo_stall", "indecision_stall", "honest_delay", "seller_caused"),
        "unclear",
    },
    "S2": {"too_early", "too_late", "no_trust_or_wrong_person"},
    "S3": {"planned_handover", "hostile_takeover", "gatekeeping", "unclear"},
    "S4": {
        *("criteria_unsettled", "doubt_dressed_as_price", "column_fodder", "unclear"),
    },
    "S5": {"lost_its_sponsor", "hidden_project", "never_a_project", "unclear"},
}


@pytest.fixture(autouse=True)
def world(ours: Workspace, time_machine):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


def stalling(owner: Membership, name: str = "Planning") -> Opportunity:
    """A deal whose date was pushed twice by somebody who defends what is."""
    deal = open_deal(owner=owner, name=name)
    karel = seat(deal, f"Karel of {name}", roles=("economic_buyer",))
    say(karel, "B01", at=days_ago(5))
    days = date(2026, 4, 1), date(2026, 5, 15), date(2026, 6, 30)
    for turn, day in enumerate(days):
        set_decision_date(
            opportunity=deal,
            decision_on=day,
            set_at=days_ago(90 - 10 * turn),
            moved_by=karel if turn else None,
            by=owner,
            now=NOW,
        )
    make(deal)
    return deal


def body(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def section_of(page: str, code: str) -> str:
    return page.partition(f'id="symptom-{code}"')[2].partition("</section>")[0]


def test_the_page_of_a_deal_names_what_is_seen_and_links_to_it(
    as_alice: Client, alice: Membership
):
    deal = stalling(alice)

    page = body(as_alice, reverse("coaching:opportunity", args=["ours", deal.pk]))

    card = page.partition('id="symptoms"')[2].partition("</section>")[0]
    assert "Decision dates pushed back" in card
    assert "Leaving things as they are still looks good enough" in card
    assert "2 facts behind it" in card
    for move in DecisionDate.objects.order_by("set_at")[1:]:
        assert f'href="#row-{move.pk}"' in card
        assert f'id="row-{move.pk}"' in page


def test_a_deal_without_symptoms_has_no_card(as_alice: Client, alice: Membership):
    deal = open_deal(owner=alice)
    make(deal)

    page = body(as_alice, reverse("coaching:opportunity", args=["ours", deal.pk]))

    assert 'id="symptoms"' not in page


@pytest.mark.claim(51)
def test_the_scan_counts_the_open_deals_that_show_each(
    as_alice: Client, alice: Membership
):
    stalling(alice)
    make(open_deal(owner=alice, name="Quiet"))

    page = body(as_alice, SCAN)

    assert "1 of 2 open deals" in section_of(page, "S1")
    assert "Planning" in section_of(page, "S1")
    assert "0 of 2 open deals" in section_of(page, "S4")


def test_the_scan_speaks_of_nothing_that_one_may_not_see(
    ours: Workspace, as_bob: Client, alice: Membership, bob: Membership
):
    ours.rep_visibility = Visibility.OWN
    ours.save()
    stalling(alice, "Hidden")
    stalling(bob, "Shown")

    page = body(as_bob, SCAN)

    assert "1 of 1 open deal" in section_of(page, "S1")
    assert "Hidden" not in page


def test_the_scan_of_nothing_says_so(as_alice: Client):
    assert "No open deals" in body(as_alice, SCAN)


@pytest.mark.parametrize("deals", [1, 3])
def test_the_queries_of_the_scan_do_not_grow_with_its_deals(
    as_alice: Client, alice: Membership, cost_of, deals: int
):
    for n in range(deals):
        stalling(alice, f"Deal {n}")

    assert len(cost_of(as_alice, SCAN)) == 8


def test_the_list_of_deals_is_narrowed_to_a_symptom(
    as_alice: Client, alice: Membership
):
    stalling(alice)
    make(open_deal(owner=alice, name="Quiet"))

    page = body(as_alice, "/w/ours/opportunities?symptom=S1")
    none = body(as_alice, "/w/ours/opportunities?symptom=S4")

    rows = page.partition("<tbody>")[2]
    assert "Planning" in rows
    assert "Decision dates pushed back" in rows
    assert "Quiet" not in rows
    assert "None match" in none


def test_every_symptom_and_reading_is_said_in_three_languages():
    path = files("coaching") / "defaults" / "symptoms.json"
    texts = json.loads(path.read_text())["symptoms"]

    assert list(texts) == [str(kind) for kind in Kind]
    for code, text in texts.items():
        assert set(text["means"]) == READINGS.get(code, set())
        said = [text["name"], text["seen"], text["ask"], *text["means"].values()]
        assert all(set(one) == {"en", "nl", "fr"} for one in said)
        assert all(words.strip() for one in said for words in one.values())


def test_lists_call_a_symptom_what_its_page_calls_it():
    for each in ListedSymptom:
        assert told(each.value).name == str(each.label)
