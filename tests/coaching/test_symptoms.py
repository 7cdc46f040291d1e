"""Planted histories, entered as a seller enters them, show their symptom and no other."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from buyreadiness import nightly
from coaching.models import Symptom
from coaching.queries.symptom_clock import changed_by_time
from coaching.queries.symptom_facts import symptom_facts
from forecasting.queries.deal import deal_of
from forecasting.queries.forecasted import compute
from opportunities.models import (
    Opportunity,
    Outcome,
    RecomputeRequest,
    ScheduleSlot,
    SellerForecast,
)
from opportunities.models.schedule import Job
from readiness.actions.human import override_phase
from readiness.actions.interactions import (
    Contact,
    Did,
    Took,
    log_interaction,
    retract_signal,
)
from readiness.models import Signal
from readiness.queries.models import active_model
from readiness.queries.reading import read_people
from stakeholders.actions.acts import send_quote, set_decision_date
from stakeholders.actions.outcomes import close_opportunity, reopen_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import DecisionDate, Quote, Stakeholder
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    ZONE,
    days_ago,
    make,
    open_deal,
    outlook,
    say,
    seat,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def shown(deal: Opportunity) -> dict[str, str]:
    """The open symptoms and what each is read as."""
    rows = Symptom.objects.filter(opportunity=deal, closed_at=None)
    return dict(rows.values_list("code", "reading"))


def symptom(deal: Opportunity, code: str) -> Symptom:
    return Symptom.objects.get(opportunity=deal, code=code, closed_at=None)


def move_date(
    deal: Opportunity, *days: date, by: Stakeholder | None = None, **fields: Any
) -> list[DecisionDate]:
    """Name a date ninety days ago, then move it every ten days."""
    return [
        set_decision_date(
            opportunity=deal,
            decision_on=day,
            set_at=days_ago(90 - 10 * turn),
            moved_by=by if turn else None,
            by=deal.owner,
            now=NOW,
            **fields,
        )
        for turn, day in enumerate(days)
    ]


def quote(deal: Opportunity, change: str, *, days: float) -> Quote:
    return send_quote(
        opportunity=deal,
        total=Decimal("150000"),
        currency="EUR",
        sent_on=days_ago(days).date(),
        change=change,
        by=deal.owner,
        now=NOW,
    )


def act(person: Stakeholder, code: str, *, days: float) -> None:
    deal = person.opportunity
    log_interaction(
        opportunity=deal,
        contact=Contact(
            occurred_at=days_ago(days),
            channel="call",
            parts=[Took(person)],
            actions=[Did(code, [person])],
        ),
        zone=ZONE,
        by=deal.owner,
        now=NOW,
    )


class TestDatesPushed:
    @pytest.mark.claim(1)
    def test_two_pushes_by_somebody_who_sees_no_need_are_a_stall(
        self, deal: Opportunity
    ):
        karel = seat(deal, roles=("economic_buyer",))
        say(karel, "B01", at=days_ago(20))
        say(karel, "B01", at=days_ago(5))
        moves = move_date(
            deal, date(2026, 4, 1), date(2026, 5, 15), date(2026, 6, 30), by=karel
        )

        make(deal)

        assert set(shown(deal)) == {"S1"}
        row = symptom(deal, "S1")
        assert row.reading == "status_quo_stall"
        assert row.people == [str(karel.pk)]
        assert [(each["kind"], each["id"]) for each in row.rows] == [
            ("date", str(move.pk)) for move in moves[1:]
        ]
        assert outlook(deal)["symptoms"] == "S1"

    @pytest.mark.claim(1)
    def test_a_move_that_an_event_explains_is_none(self, deal: Opportunity):
        say(seat(deal), "B05", at=days_ago(5))
        move_date(
            deal,
            date(2026, 4, 1),
            date(2026, 4, 20),
            date(2026, 5, 30),
            linked_event="board meets in May",
        )

        make(deal)

        assert "S1" not in shown(deal)

    def test_it_closes_by_itself_when_the_date_is_taken_back(self, deal: Opportunity):
        karel = seat(deal, roles=("economic_buyer",))
        say(karel, "B01", at=days_ago(5))
        moves = move_date(
            deal, date(2026, 6, 1), date(2026, 6, 15), date(2026, 6, 30), by=karel
        )
        make(deal)
        first = symptom(deal, "S1")

        DecisionDate.objects.filter(pk=moves[-1].pk).update(retracted_at=NOW)
        later = NOW + timedelta(hours=1)
        make(deal, now=later)

        first.refresh_from_db()
        assert (first.opened_at, first.closed_at) == (NOW, later)
        assert outlook(deal)["symptoms"] == ""


class TestQuotes:
    @pytest.mark.claim(5)
    def test_a_third_version_that_changes_the_scope_is_one(self, deal: Opportunity):
        say(seat(deal, roles=("economic_buyer",)), "B05", at=days_ago(5))
        rows = [quote(deal, "first", days=40), quote(deal, "scope", days=25)]
        make(deal)
        before = shown(deal)

        rows.append(quote(deal, "scope", days=3))
        make(deal)

        assert before == {}
        assert shown(deal) == {"S4": "criteria_unsettled"}
        assert [each["number"] for each in symptom(deal, "S4").rows] == [1, 2, 3]
        assert {each["id"] for each in symptom(deal, "S4").rows} == {
            str(row.pk) for row in rows
        }

    def test_what_stays_keeps_its_day_and_is_not_doubled(self, deal: Opportunity):
        say(seat(deal), "B05", at=days_ago(5))
        for days in (40, 25, 3):
            quote(deal, "price", days=days)
        make(deal)

        quote(deal, "price", days=1)
        make(deal, now=NOW + timedelta(hours=1))

        row = Symptom.objects.get(opportunity=deal, code="S4")
        assert row.opened_at == NOW
        assert len(row.rows) == 4
        assert row.reading == "doubt_dressed_as_price"


class TestWhatWeDo:
    @pytest.mark.claim(20)
    def test_ten_steps_of_ours_show_nothing(self, deal: Opportunity):
        karel = seat(deal)
        make(deal)
        before = shown(deal)

        for days in range(10):
            act(karel, "A02", days=days + 1)
        make(deal)

        assert before == shown(deal) == {}

    @pytest.mark.claim(12)
    def test_demos_to_somebody_who_sees_no_need_are_ahead_of_the_buyer(
        self, deal: Opportunity
    ):
        karel = seat(deal)
        say(karel, "B01", "B07", at=days_ago(20))
        for days in (12, 8, 4):
            act(karel, "A06", days=days)

        make(deal)

        row = symptom(deal, "seller_ahead")
        assert len(row.rows) == 3
        assert {each["code"] for each in row.rows} == {"A06"}
        assert row.people == [str(karel.pk)]

    def test_two_questions_that_stay_unanswered_are_a_dodge_of_that_person(
        self, deal: Opportunity
    ):
        karel, ruth = seat(deal), seat(deal, "Ruth", roles=("finance",))
        say(ruth, "B05", at=days_ago(2))
        act(karel, "A01", days=12)
        act(karel, "A01", days=9)
        said = say(karel, "B02", at=days_ago(8))
        make(deal)

        row = symptom(deal, "S2")
        assert row.stakeholder_id == karel.pk
        assert [each["kind"] for each in row.rows] == ["action", "action", "signal"]

        for signal in Signal.objects.filter(interaction=said):
            retract_signal(signal=signal, by=None, now=NOW)
        make(deal)
        assert "S2" not in shown(deal)


class TestNoFile:
    @pytest.mark.parametrize(
        ("chances", "is_there"),
        [((0.1,), False), ((0.1, 0.8), True), ((0.8, 0.2), False)],
    )
    def test_a_seller_counts_on_what_they_last_gave_an_even_chance(
        self, deal: Opportunity, chances: tuple[float, ...], is_there: bool
    ):
        say(seat(deal, roles=("economic_buyer",)), "B05", at=days_ago(5))
        for turn, chance in enumerate(chances):
            SellerForecast.objects.create(
                opportunity=deal, set_at=days_ago(9 - turn), probability=chance
            )

        make(deal)

        assert ("S5" in shown(deal)) is is_there


class TestReplaced:
    @pytest.mark.claim(4)
    def test_losing_the_one_supporter_lowers_the_chance_at_once(
        self, deal: Opportunity
    ):
        deal = open_deal(owner=deal.owner, expected_group_size=2)
        karel = seat(deal, roles=("economic_buyer",))
        say(karel, "B09", "B14", at=days_ago(12))
        say(karel, "B27", "B41", "B43", at=days_ago(6))
        make(deal)
        assert "S3" not in shown(deal)
        before = outlook(deal)["won_by_target_probability"]
        leave(stakeholder=karel, left_on=DAY, by=None, now=NOW)
        make(deal)
        alone = outlook(deal)["won_by_target_probability"]

        ruth = seat(deal, "Ruth", roles=("economic_buyer",), joined_on=DAY)
        leave(stakeholder=karel, left_on=DAY, successor=ruth, by=None, now=NOW)
        make(deal)

        assert alone < before
        assert outlook(deal)["won_by_target_probability"] < before
        row = symptom(deal, "S3")
        assert row.people == [str(ruth.pk)]
        assert row.reading == "unclear"


class TestLife:
    @pytest.fixture
    def pushed(self, deal: Opportunity) -> Opportunity:
        karel = seat(deal, roles=("economic_buyer",))
        say(karel, "B01", at=days_ago(5))
        move_date(
            deal, date(2026, 4, 1), date(2026, 5, 15), date(2026, 6, 30), by=karel
        )
        make(deal)
        return deal

    def test_the_same_facts_write_nothing(self, pushed: Opportunity):
        before = list(Symptom.objects.order_by("pk").values())

        make(pushed, now=NOW + timedelta(minutes=5))

        assert list(Symptom.objects.order_by("pk").values()) == before

    def test_one_that_comes_back_is_a_new_row_beside_the_old(self, pushed: Opportunity):
        move = DecisionDate.objects.order_by("-set_at")
        last, middle = move[0], move[1]
        for at, lasts in ((NOW, NOW), (NOW + timedelta(days=1), None)):
            DecisionDate.objects.filter(pk__in=[last.pk, middle.pk]).update(
                retracted_at=lasts
            )
            make(pushed, now=at)

        rows = Symptom.objects.filter(code="S1").order_by("opened_at")
        assert [row.closed_at for row in rows] == [NOW, None]

    def test_a_deal_that_ends_shows_none_and_one_that_reopens_may(
        self, pushed: Opportunity
    ):
        close_opportunity(
            opportunity=pushed,
            outcome=Outcome.NO_DECISION,
            closed_on=DAY,
            today=DAY,
            by=None,
            now=NOW,
        )
        make(pushed)
        closed = shown(pushed)

        reopen_opportunity(opportunity=pushed, reopened_on=DAY, by=None, now=NOW)
        make(pushed)

        assert closed == {}
        assert "S1" in shown(pushed)
        assert outlook(pushed)["symptoms"] == "S1"

    def test_each_open_row_names_people_and_rows_that_are_there(
        self, pushed: Opportunity
    ):
        karel = pushed.stakeholders.get()
        override_phase(
            stakeholder=karel,
            anchor="comparison",
            reason="He sounded keen",
            set_at=days_ago(7),
            today=DAY,
            by=pushed.owner,
            now=NOW,
        )
        make(pushed)

        row = symptom(pushed, "happy_ears")
        kinds = [each["kind"] for each in row.rows]
        assert (row.stakeholder_id, kinds) == (karel.pk, ["reading", "signal"])
        for each in Symptom.objects.all():
            assert set(each.people) <= {str(karel.pk)}
            assert all({"kind", "id", "on"} <= set(one) for one in each.rows)


@pytest.mark.parametrize("people", [1, 3])
def test_the_facts_of_a_deal_are_one_query(deal: Opportunity, people: int):
    for name in ("Karel", "Ruth", "Sofie")[:people]:
        who = seat(deal, name)
        say(who, "B05", at=days_ago(5))
        act(who, "A01", days=3)
    model, workspace = active_model(), deal.owner.workspace
    read = read_people([deal], model=model, zone=ZONE, now=NOW)[deal.pk]
    given: dict[str, Any] = {"model": model, "workspace": workspace, "now": NOW}
    made = compute(deal_of(opportunity=deal, read=read, **given), model=model)
    symptom_facts(made, read, **given)  # the model's texts are read once in a process

    with CaptureQueriesContext(connection) as queries:
        gathered = symptom_facts(made, read, **given)

    assert len(queries) == 1
    assert len(gathered.facts.actions) == people
    assert all(action.fits for action in gathered.facts.actions)


class TestTime:
    """What the night asks to be computed again."""

    def changed(self, deal: Opportunity, *, days: float) -> bool:
        found = changed_by_time(
            [deal],
            model=active_model(),
            workspace=deal.owner.workspace,
            now=NOW + timedelta(days=days),
        )
        return deal.pk in found

    def test_who_fell_silent_is_computed_once_and_shown_as_silent(
        self, deal: Opportunity
    ):
        ruth = seat(deal, "Ruth", roles=("economic_buyer",))
        say(ruth, "B41", "B40", at=days_ago(1))
        make(deal)
        early, later = self.changed(deal, days=3), self.changed(deal, days=300)

        make(deal, now=NOW + timedelta(days=300))

        assert (early, later) == (False, True)
        assert symptom(deal, "stale").stakeholder_id == ruth.pk
        assert not self.changed(deal, days=301)

        say(ruth, "B50", at=NOW + timedelta(days=302))
        make(deal, now=NOW + timedelta(days=303))
        assert "stale" not in shown(deal)

    def test_a_file_that_stays_missing_for_thirty_days(self, deal: Opportunity):
        ruth = seat(deal, "Ruth", roles=("economic_buyer",))
        say(ruth, "B10", at=NOW)
        make(deal)
        before = shown(deal)
        due = [self.changed(deal, days=days) for days in (29, 31)]

        make(deal, now=NOW + timedelta(days=31))

        assert (before, due) == ({}, [False, True])
        assert shown(deal)["S5"] == "never_a_project"

    def test_the_night_asks_for_them(self, deal: Opportunity):
        say(seat(deal, roles=("economic_buyer",)), "B10", at=days_ago(31))
        make(deal)
        RecomputeRequest.objects.all().delete()
        later = NOW.replace(hour=0, minute=30)  # 2:30 in Brussels
        nightly.open_nights(now=later)
        slot = ScheduleSlot.objects.get(job=Job.NIGHT)

        nightly.spend_night(slot_id=slot.pk, now=later, clock=repeat(0.0))

        asked = RecomputeRequest.objects.values_list("opportunity_id", flat=True)
        assert list(asked) == [deal.pk]

    @pytest.mark.parametrize("deals", [1, 3])
    def test_five_queries_whatever_the_number_of_deals(
        self, deal: Opportunity, deals: int
    ):
        found = [deal, *(open_deal(owner=deal.owner) for _each in range(deals - 1))]
        for each in found:
            say(seat(each, f"Karel {each.pk}"), "B05", at=days_ago(50))
            make(each)
        model, workspace = active_model(), deal.owner.workspace

        with CaptureQueriesContext(connection) as queries:
            changed_by_time(found, model=model, workspace=workspace, now=NOW)

        assert len(queries) == 5
