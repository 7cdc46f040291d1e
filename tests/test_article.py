"""What the founding article asks, from the page down: said by a form, read on a page."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Workspace
from coaching.models import Prompt, Symptom
from opportunities.models import Opportunity, StageChange
from stakeholders.actions.people import add_stakeholder
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.readiness.test_log_pages import told
from tests.recompute.build import (
    JOINED,
    days_ago,
    last_reading,
    make,
    open_deal,
    outlook,
    say,
    seat,
)

pytestmark = pytest.mark.django_db

AHEAD, BEHIND = ("B18", "B19", "B26"), ("B01", "B06")


@pytest.fixture(autouse=True)
def world(ours: Workspace, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    return open_deal(owner=alice)


def log(client: Client, person: Stakeholder, *codes: str, **fields: Any) -> None:
    body = told(*((person.pk, code) for code in codes), took=[person.pk], **fields)
    deal = person.opportunity
    answer = client.post(reverse("readiness:log", args=["ours", deal.pk]), body)
    assert answer.status_code == 303, answer.content.decode()
    make(deal)


def page(client: Client, row: Opportunity | Stakeholder) -> str:
    kind = "coaching:opportunity"
    if isinstance(row, Stakeholder):
        kind = "readiness:stakeholder"
    answer = client.get(reverse(kind, args=["ours", row.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def section(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


@pytest.mark.claim(2)
def test_the_same_dodge_gives_opposite_advice_early_and_late(
    as_alice: Client, deal: Opportunity, alice: Membership
):
    other = open_deal(owner=alice, name="Renewal")
    anna, ben = seat(deal, "Anna"), seat(other, "Ben")
    say(anna, *BEHIND, at=days_ago(20))
    say(ben, *AHEAD, at=days_ago(20))
    for person in (anna, ben):
        for day in ("2026-05-01T10:00", "2026-05-02T10:00"):
            log(as_alice, person, did=["A01"], occurred_at=day)
        log(as_alice, person, "B02", occurred_at="2026-05-03T10:00")

    early, late = (section(page(as_alice, each), "symptoms") for each in (deal, other))

    assert "before there was a reason to look at it" in early
    assert "This person is past it" in late
    assert "This person is past it" not in early


@pytest.mark.claim(4)
def test_replacing_the_one_supporter_lowers_the_chance_at_once_and_says_so(
    as_alice: Client, alice: Membership
):
    deal = open_deal(owner=alice, expected_group_size=2)
    karel = seat(deal, roles=("economic_buyer",))
    say(karel, "B09", "B14", at=days_ago(12))
    say(karel, "B27", "B41", "B43", at=days_ago(6))
    make(deal)
    before = outlook(deal)["won_by_target_probability"]

    as_alice.post(
        f"/w/ours/stakeholders/{karel.pk}/leave",
        {
            "left_on": "2026-05-04",
            "as_signal": "on",
            "newcomer_text": "Mia",
            "newcomer_id": "new",
        },
    )
    make(deal)

    assert outlook(deal)["won_by_target_probability"] < before / 2
    shown = page(as_alice, deal)
    assert "One contact, or a new one" in section(shown, "symptoms")
    assert "Mia" in section(shown, "symptoms")
    assert "depends most on the approval of Mia" in " ".join(shown.split())


@pytest.mark.claim(5)
def test_a_third_quote_of_another_scope_is_a_symptom_and_widens_the_amount(
    as_alice: Client, deal: Opportunity
):
    say(seat(deal, roles=("economic_buyer",)), "B05", at=days_ago(5))
    widths = []
    for turn, change in enumerate(("first", "scope", "scope")):
        answer = as_alice.post(
            f"/w/ours/opportunities/{deal.pk}/quote",
            {
                "total": "150000",
                "currency": "EUR",
                "sent_on": f"2026-04-{10 + turn}",
                "change": change,
            },
        )
        assert answer.status_code == 303
        make(deal)
        address = reverse("coaching:opportunity", args=["ours", deal.pk])
        shown = as_alice.get(address)
        amount = shown.context["deal"].amount
        widths.append(amount.p90 / amount.p10)

    assert "Several quotes" in section(shown.content.decode(), "symptoms")
    assert widths == sorted(set(widths))
    assert outlook(deal)["amount"] == 150_000  # the last one, not the sum


@pytest.mark.claim(9)
def test_no_list_knows_a_stage_to_sort_or_narrow_by(
    as_alice: Client, deal: Opportunity
):
    shown = as_alice.get("/w/ours/opportunities").content.decode()
    words = re.sub(r'<[^>]*>|"[^"]*"', " ", shown).lower()

    assert "phase" in words
    assert "stage" not in words
    assert 'value="stage' not in shown


@pytest.mark.claim(26)
def test_a_stage_is_a_report_and_nothing_to_work_by(
    as_alice: Client, deal: Opportunity
):
    """No page of the day knows a stage, also of a deal that an import gave some."""
    StageChange.objects.create(opportunity=deal, stage="Negotiation", changed_at=NOW)
    at = f"/w/ours/opportunities/{deal.pk}"
    pages = [
        *("/w/ours/", "/w/ours/opportunities", "/w/ours/tasks", "/w/ours/forecast"),
        *(at, f"{at}/edit", f"{at}/log", "/w/ours/coaching", "/w/ours/people"),
    ]

    for address in pages:
        shown = as_alice.get(address)
        assert shown.status_code == 200, address
        assert "Negotiation" not in shown.content.decode(), address


@pytest.mark.claim(16)
def test_a_person_goes_back_without_an_error_or_a_reset(
    as_alice: Client, deal: Opportunity
):
    karel = seat(deal)
    say(karel, *AHEAD, at=days_ago(30))
    make(deal)
    ahead = last_reading(karel).probabilities

    log(as_alice, karel, "B08", "B09", "B07", "B03", occurred_at="2026-05-03T10:00")

    back = last_reading(karel).probabilities
    assert ahead.index(max(ahead)) == 4
    assert back.index(max(back)) == 2
    assert "Resolve" in page(as_alice, karel)


@pytest.mark.claim(18, 47)
def test_one_person_is_in_two_deals_with_two_minds(
    as_alice: Client, deal: Opportunity, alice: Membership
):
    other = open_deal(owner=alice, name="Renewal")
    here = seat(deal, "Anna")
    there = add_stakeholder(
        opportunity=other, person=here.person, joined_on=JOINED, by=alice, now=NOW
    )

    log(as_alice, here, *BEHIND)
    log(as_alice, there, *AHEAD)

    early, late = (last_reading(each).probabilities for each in (here, there))
    assert early.index(max(early)) == 0
    assert late.index(max(late)) == 4
    shown = as_alice.get(reverse("readiness:person", args=["ours", here.person_id]))
    assert "Planning" in shown.content.decode()
    assert "Renewal" in shown.content.decode()


@pytest.mark.claim(20)
def test_ten_steps_of_ours_raise_nothing(as_alice: Client, deal: Opportunity):
    karel = seat(deal, roles=("economic_buyer",))
    log(as_alice, karel, "B03")
    before = (outlook(deal), last_reading(karel).pk, Prompt.objects.count())

    for hour in range(10):
        log(as_alice, karel, did=["A02"], occurred_at=f"2026-05-03T{hour + 8:02}:00")

    after = (outlook(deal), last_reading(karel).pk, Prompt.objects.count())
    assert before == after
    assert not Symptom.objects.filter(code__startswith="S").exists()


@pytest.mark.claim(19)
def test_goals_criteria_and_worries_are_their_own(as_alice: Client, deal: Opportunity):
    karel, ruth = seat(deal), seat(deal, "Ruth")
    own = {
        "goals": "Fewer empty kilometres",
        "criteria": "Runs on our own maps",
        "worries": "Drivers who leave",
    }

    answer = as_alice.post(
        f"/w/ours/stakeholders/{karel.pk}/edit",
        {"from_on": "2026-05-04", "version": karel.version, **own},
    )

    assert answer.status_code == 303
    assert all(words in page(as_alice, karel) for words in own.values())
    assert not any(words in page(as_alice, ruth) for words in own.values())


@pytest.mark.claim(22)
def test_two_people_of_one_deal_have_a_pace_of_their_own(
    as_alice: Client, deal: Opportunity
):
    anna, ben = seat(deal, "Anna"), seat(deal, "Ben")
    for turn, code in enumerate(("B03", "B05", "B11", "B04")):
        say(anna, code, at=days_ago(10 - 3 * turn))
        say(ben, code, at=days_ago(40 - 12 * turn))
    make(deal)

    assert "heard about every 3 days" in page(as_alice, anna)
    assert "heard about every 12 days" in page(as_alice, ben)
