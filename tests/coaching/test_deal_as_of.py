"""A deal as of a day: what was believed then, whatever was learned since."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Workspace
from forecasting.queries.as_of import outcomes_at
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.actions.human import override_phase
from readiness.actions.interactions import retract_interaction, retract_signal
from readiness.models import Signal
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model
from stakeholders.actions.acts import send_quote, set_decision_date, set_file_item
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.models import Stakeholder
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import OPENED, ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

THEN = DAY - timedelta(days=10)
END_OF_THEN = datetime.combine(THEN, datetime.max.time(), tzinfo=ZONE)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def address(deal: Opportunity) -> str:
    return reverse("coaching:opportunity", args=["ours", deal.pk])


def look(client: Client, deal: Opportunity, day: date | str = THEN) -> Any:
    return client.get(address(deal), {"as_of": str(day)} if day else None)


def believed(page: Any) -> dict[str, Any]:
    """All the page says of people and chances."""
    deal = page.context["deal"]
    outlook = deal.outlook
    return {
        "people": {
            str(row.stakeholder): (
                [round(each, 9) for each in row.position.probabilities or ()],
                row.position.signal_count,
                row.position.stance,
                row.roles.codes,
            )
            for row in deal.rows
        },
        "won": round(outlook.won_by_target_probability, 9),
        "target": (outlook.target_on, str(outlook.target_basis)),
        "decision": (outlook.decision_early_on, outlook.decision_late_on),
        "limit": (outlook.constraint_kind, outlook.constraint_stakeholder_id),
        "heard": (outlook.heard_count, outlook.seat_count),
        "unmapped": deal.unmapped,
        "amount": (deal.typed_amount, deal.amount.p10, deal.amount.p90),
        "file": [line.state for line in deal.file],
        "dates": [line.decision_on for line in deal.dates],
        "limits": deal.constraint.texts["sentence"],
    }


def settle(deal: Opportunity, *, now: datetime) -> None:
    make(deal, now=now)
    RecomputeRequest.objects.all().delete()


# --- Then and now ----------------------------------------------------------------------


def test_it_is_the_page_of_that_evening_whatever_came_since(
    as_alice, alice, deal, time_machine
):
    karel, ruth = seat(deal, "Karel"), seat(deal, "Ruth", roles=("economic_buyer",))
    say(karel, "B03", "B13", at=days_ago(40))
    say(ruth, "B08", at=days_ago(20))
    set_date(deal, DAY + timedelta(days=60), at=days_ago(30))
    quote(deal, 1000, sent_on=DAY - timedelta(days=15))
    file_item(deal, seen_on=DAY - timedelta(days=12))
    time_machine.move_to(END_OF_THEN, tick=False)
    as_alice.force_login(alice.user)
    settle(deal, now=END_OF_THEN)
    that_evening = believed(look(as_alice, deal, ""))

    time_machine.move_to(NOW, tick=False)
    as_alice.force_login(alice.user)
    say(karel, "B28", at=days_ago(5))
    say(ruth, "B05", at=days_ago(30), logged_at=days_ago(2))
    seat(deal, "Jan", joined_on=DAY - timedelta(days=3))
    set_date(deal, DAY + timedelta(days=90), at=days_ago(3))
    quote(deal, 90_000, sent_on=DAY - timedelta(days=1))
    file_item(deal, seen_on=DAY, state="evidenced")
    settle(deal, now=NOW)

    assert believed(look(as_alice, deal)) == that_evening
    assert believed(look(as_alice, deal, "")) != that_evening


def test_it_says_what_the_commands_say(as_alice, deal, ours: Workspace):
    say(seat(deal), "B03", "B13", at=days_ago(40))

    outlook = look(as_alice, deal).context["deal"].outlook

    when = AsOf.end_of(THEN, workspace=ours, now=NOW)
    (said,) = outcomes_at(when, model=active_model())
    assert outlook.won_by_target_probability == pytest.approx(
        said.by(outlook.target_on, when=when).won, abs=1e-9
    )
    assert outlook.constraint_kind == said.constraint_kind


def test_what_was_taken_back_since_stands_there_yet(as_alice, alice, deal):
    karel = seat(deal)
    talk = say(karel, "B03", "B13", at=days_ago(40), summary="They lose hours.")
    gone = say(karel, "B05", at=days_ago(30), summary="A mistake.")
    retract_interaction(interaction=gone, by=alice, now=days_ago(20))
    signal = Signal.objects.get(interaction=talk, code="B13")
    retract_signal(signal=signal, by=alice, now=days_ago(2))

    page = look(as_alice, deal)

    (event,) = [e for e in page.context["timeline"].events if e.kind == "talk"]
    assert [each.code for each in event.signals] == ["B03", "B13"]
    assert page.context["deal"].rows[0].position.signal_count == 2
    now = look(as_alice, deal, "").context["timeline"].events
    assert [[s.code for s in e.signals] for e in now if e.kind == "talk"] == [["B03"]]


def test_what_was_logged_late_was_not_known(as_alice, deal):
    say(seat(deal), "B03", at=days_ago(40), logged_at=days_ago(2))

    page = look(as_alice, deal)

    assert page.context["deal"].rows[0].position.is_unknown
    assert page.context["timeline"].events == ()
    assert "Nothing logged yet" in page.content.decode()


def test_a_deal_that_ended_since_was_open_then(as_alice, alice, deal):
    say(seat(deal), "B05", at=days_ago(30))
    ended_on = DAY - timedelta(days=5)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=ended_on,
        today=DAY,
        lost_to="Rival",
        by=alice,
        now=NOW,
    )

    before = look(as_alice, deal)
    after = look(as_alice, deal, ended_on)

    assert before.context["deal"].ended is None
    assert "Decision likely" in before.content.decode()
    assert "Rival" not in before.content.decode()
    assert after.context["deal"].ended.outcome == "lost"
    assert "Rival" in after.content.decode()


def test_a_human_reading_of_then_stands_beside(as_alice, alice, deal):
    karel = seat(deal)
    for anchor, days in (("criteria", 20), ("commitment", 2)):
        at = days_ago(days)
        override_phase(
            stakeholder=karel,
            anchor=anchor,
            reason="So.",
            set_at=at,
            today=DAY,
            by=alice,
            now=at,
        )

    (row,) = look(as_alice, deal).context["deal"].rows

    assert row.position.override.anchor == "criteria"


# --- Looked at, not changed ------------------------------------------------------------


def test_nothing_is_asked_for_and_nothing_can_be_changed(as_alice, deal):
    karel = seat(deal)
    say(karel, "B05", at=days_ago(30))
    settle(deal, now=NOW)

    page = look(as_alice, deal)
    text = page.content.decode()

    assert "As believed on" in text
    assert "back to now" in text
    assert page.context["log_href"] == ""
    assert not page.context["may_write"]
    assert "Next step for" not in text
    assert 'method="post"' not in text.split('id="deal"', 1)[1].split("</main>", 1)[0]
    assert f"/stakeholders/{karel.pk}?as_of={THEN}" in text
    person = as_alice.get(
        reverse("readiness:stakeholder", args=["ours", karel.pk]),
        {"as_of": str(THEN)},
    )
    assert f"{address(deal)}?as_of={THEN}" in person.content.decode()


def test_the_older_part_of_the_timeline_is_of_that_day_too(as_alice, deal):
    karel = seat(deal)
    for number in range(14):
        say(karel, "B03", at=days_ago(15 + number))

    page = look(as_alice, deal)

    older = page.context["timeline"].older
    assert older is not None
    assert f"?as_of={THEN}&amp;before=" in page.content.decode()


def test_looking_back_writes_nothing(as_alice, deal):
    say(seat(deal), "B03", at=days_ago(40))
    look(as_alice, deal)
    before = counts()

    look(as_alice, deal)

    assert counts() == before


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if hasattr(model, "workspace_id") or model is RecomputeRequest
    }


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (DAY + timedelta(days=1), "Nothing is known of a day that has not come."),
        (OPENED, "Opened on 12 January 2026: choose a later day."),
        ("nonsense", "Enter a valid date."),
        ("1969-12-31", "Between the years 1970 and 2199, please."),
    ],
)
def test_a_day_with_nothing_to_know_is_refused_in_words(as_alice, deal, day, sentence):
    say(seat(deal), "B03", at=days_ago(3))

    page = look(as_alice, deal, day)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert page.context["deal"].day is None
    assert len(page.context["timeline"].events) == 1
    assert f'value="{day}"' in page.content.decode()


@pytest.mark.parametrize("day", ["", str(DAY)])
def test_today_is_the_present(as_alice, deal, day):
    page = as_alice.get(address(deal), {"as_of": day})

    assert page.status_code == 200
    assert page.context["deal"].day is None
    assert page.context["log_href"]


def test_the_day_after_opening_is_the_first(as_alice, deal):
    page = look(as_alice, deal, OPENED + timedelta(days=1))

    assert page.status_code == 200
    assert page.context["deal"].day == OPENED + timedelta(days=1)


def test_a_deal_one_may_not_see_is_missing_then_too(as_bob, deal, ours: Workspace):
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    assert look(as_bob, deal).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_stood_there(as_alice, alice, cost_of, deal, count):
    for number in range(count):
        person = seat(deal, f"Person {number}")
        say(person, "B03", "B13", at=days_ago(30 - number))
        override_phase(
            stakeholder=person,
            anchor="resolve",
            reason="So.",
            set_at=days_ago(20),
            today=DAY,
            by=alice,
            now=days_ago(20),
        )
        quote(deal, 1000, sent_on=DAY - timedelta(days=20 - number))
        set_date(deal, DAY + timedelta(days=number), at=days_ago(20))
        file_item(deal, seen_on=DAY - timedelta(days=20))
        gone = seat(deal, f"Gone {number}")
        Stakeholder.objects.filter(pk=gone.pk).update(left_on=THEN)
    settle(deal, now=NOW)

    assert len(cost_of(as_alice, f"{address(deal)}?as_of={THEN}")) == 21


def set_date(deal: Opportunity, on: date, *, at: datetime) -> None:
    set_decision_date(
        opportunity=deal, decision_on=on, set_at=at, by=None, now=at, logged_at=at
    )


def quote(deal: Opportunity, total: int, *, sent_on: date) -> None:
    at = datetime.combine(sent_on, datetime.min.time(), tzinfo=ZONE)
    send_quote(
        opportunity=deal,
        total=Decimal(total),
        currency="EUR",
        sent_on=sent_on,
        change="scope",
        by=None,
        now=NOW,
        logged_at=at,
    )


def file_item(deal: Opportunity, *, seen_on: date, state: str = "claimed") -> None:
    at = datetime.combine(seen_on, datetime.min.time(), tzinfo=ZONE)
    set_file_item(
        opportunity=deal,
        item=2,
        state=state,
        seen_on=seen_on,
        by=None,
        now=NOW,
        logged_at=at,
    )
