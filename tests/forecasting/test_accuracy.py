"""A report of accuracy: computed a day at a time, resumed, and shown with its n."""

from datetime import date, timedelta
from itertools import count, repeat

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Membership, TeamMember, TeamPart, Workspace
from buyreadiness.tasks import by_job
from forecasting.actions import accuracy as doing
from forecasting.actions.accuracy import (
    AGAIN_AFTER,
    ask_for_accuracy,
    ask_monthly,
    spend_on_accuracy,
)
from forecasting.models import AccuracyReport, AccuracyRun, ReplayedDay, Snapshot
from forecasting.queries.accuracy import drift, kept, read, told
from forecasting.queries.backtest import Verdict, scored
from forecasting.queries.frozen import frozen_scores
from forecasting.views.accuracy import RIVALS, _title
from opportunities.models import Job, Opportunity, Outcome, ScheduleSlot
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, create_opportunity, create_team, give_defaults
from tests.forecasting.test_backtest import rows_of, some_wins
from tests.recompute.build import days_ago, open_deal, say, seat

HERE = reverse("forecasting:accuracy", kwargs={"slug": "ours"})
ASK = reverse("forecasting:accuracy-ask", kwargs={"slug": "ours"})

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deals(alice: Membership) -> list[Opportunity]:
    """Two deals: one of them was won five days ago."""
    one, other = (open_deal(owner=alice, name=name) for name in ("One", "Other"))
    say(seat(one), "B13", at=days_ago(120))
    say(seat(other, "Ruth"), "B01", at=days_ago(120))
    close_opportunity(
        opportunity=one,
        outcome=Outcome.WON,
        closed_on=days_ago(5).date(),
        by=alice,
        now=NOW,
        today=NOW.date(),
    )
    return [one, other]


@pytest.fixture
def every_ten_days(monkeypatch):
    monkeypatch.setattr(doing, "HORIZON_DAYS", 30)
    monkeypatch.setattr(doing, "EVERY_DAYS", 10)


def spend(*, clock=None) -> bool:
    slot = ScheduleSlot.objects.get(job=Job.ACCURACY)
    return spend_on_accuracy(slot_id=slot.pk, now=NOW, clock=clock or repeat(0.0))


def make_report(ours: Workspace) -> AccuracyReport:
    ask_for_accuracy(workspace=ours, now=NOW)
    assert spend()
    return AccuracyReport.objects.latest("computed_at")


def big_report(*, ours=lambda won: 0.7 if won else 0.1) -> AccuracyReport:
    """A report over two hundred made-up deals."""
    rows = rows_of(some_wins(200), ours, seller=0.3, stage="Proposal")
    return AccuracyReport.objects.create(
        asked_at=NOW,
        computed_at=NOW,
        horizon_days=30,
        every_days=30,
        model_version="default-1",
        map_version="map-1",
        body={
            "replay": told(scored(rows, horizon=30)),
            "drift": drift(rows, horizon=30),
            "frozen": frozen_scores(Workspace.objects.get(slug="ours"), today=DAY),
        },
    )


def test_a_report_says_what_the_backtest_found(ours, deals, every_ten_days):
    report = make_report(ours)

    replay = report.body["replay"]
    assert (replay["deals"], replay["closed"]) == (2, 1)
    assert replay["readiness"]["n"] == replay["rows"] == 2 * len(replay["as_of"])
    assert sum(line["n"] for line in report.body["drift"]) == replay["rows"]
    assert not AccuracyRun.objects.exists()
    assert not ReplayedDay.objects.exists()
    assert not ScheduleSlot.objects.filter(job=Job.ACCURACY).exists()


def test_a_killed_worker_goes_on_where_it_stopped_and_finds_the_same(
    ours, deals, every_ten_days, monkeypatch
):
    whole = make_report(ours)
    ask_for_accuracy(workspace=ours, now=NOW)
    # One day a step, and the third is killed.
    assert not spend(clock=count(0, 100))
    assert not spend(clock=count(0, 100))
    first = list(ReplayedDay.objects.values_list("pk", flat=True))
    assert len(first) == 2
    with monkeypatch.context() as dying:
        dying.setattr(doing, "replay_day", _die)
        with pytest.raises(MemoryError):
            spend()
    assert list(ReplayedDay.objects.values_list("pk", flat=True)) == first

    while not spend(clock=count(0, 100)):
        assert set(first) <= set(ReplayedDay.objects.values_list("pk", flat=True))

    again = AccuracyReport.objects.exclude(pk=whole.pk).get()
    assert again.body == whole.body


def _die(*args, **kwargs):
    raise MemoryError


def test_a_decisive_signal_later_changes_nothing_earlier(ours, deals, every_ten_days):
    before = make_report(ours)
    person = deals[1].stakeholders.get()
    say(person, "B43", "B17", "B09", at=days_ago(5 + 30) + timedelta(days=1))

    assert make_report(ours).body["replay"] == before.body["replay"]


def test_asking_twice_makes_one_report(ours, deals):
    first = ask_for_accuracy(workspace=ours, now=NOW)

    assert ask_for_accuracy(workspace=ours, now=NOW) == first
    assert ScheduleSlot.objects.filter(job=Job.ACCURACY).count() == 1
    assert Job.ACCURACY in by_job


def test_the_night_asks_once_a_month(ours):
    ask_monthly(workspace=ours, now=NOW)
    assert spend()

    ask_monthly(workspace=ours, now=NOW + AGAIN_AFTER - timedelta(days=1))
    assert not AccuracyRun.objects.exists()
    ask_monthly(workspace=ours, now=NOW + AGAIN_AFTER)
    assert AccuracyRun.objects.exists()


def test_rows_survive_being_kept():
    (row,) = rows_of([True], lambda _won: 0.3)

    assert read(kept(row)) == row


def freeze(deal: Opportunity, on: date, won: float) -> None:
    Snapshot.objects.create(
        opportunity=deal,
        taken_on=on,
        starts_at=NOW.replace(year=on.year, month=on.month, day=on.day),
        won=[0.0, *[won] * 78],
        lost=[0.0] * 79,
        no_decision=[0.0] * 79,
        owner=deal.owner,
        outcome="open",
        model_version="default-1",
        map_version="map-1",
    )


def test_frozen_chances_are_read_from_the_nights_and_never_computed(
    ours, alice, monkeypatch
):
    """Ten deals a quarter over four of them, of which every second was won in time."""
    for quarter in (date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)):
        for number in range(12):
            is_won = number % 2 == 0
            deal = create_opportunity(
                owner=alice,
                outcome="won" if is_won else "lost",
                opened_on=quarter - timedelta(days=120),
                closed_on=quarter - timedelta(days=10),
            )
            freeze(deal, quarter - timedelta(days=61), 0.8 if is_won else 0.2)

    ninety, sixty, thirty = frozen_scores(ours, today=DAY)

    assert (ninety["n"], thirty["n"]) == (0, 0)
    assert (sixty["lead"], sixty["n"], sixty["closed"]) == (60, 36, 36)
    assert sixty["brier"] == pytest.approx(0.04)
    assert (sixty["totals"], sixty["totals_missing"]) == (3, 5)
    assert "coverage" not in sixty


def test_totals_are_covered_when_enough_periods_ended(ours, alice):
    Workspace.objects.filter(pk=ours.pk).update(period="month")
    ours.refresh_from_db()
    for month in range(1, 11):
        end = date(2025, month + 1, 1) - timedelta(days=1)
        deal = create_opportunity(owner=alice, opened_on=date(2024, 12, 1))
        freeze(deal, end - timedelta(days=30), 0.0)

    thirty = frozen_scores(ours, today=DAY)[2]

    assert thirty["totals_missing"] == 0
    assert thirty["coverage"]["value"] == 1.0  # nothing was promised, nothing came
    assert thirty["crps"] == 0
    assert thirty["missing"] == 30


def test_without_a_report_it_says_so_and_offers_one(as_alice):
    page = as_alice.get(HERE).content.decode()

    assert "Not scored yet" in page
    assert "No deal is closed yet" in page
    assert as_alice.post(ASK).status_code == 303
    assert "waiting for the worker" in as_alice.get(HERE).content.decode()


def test_a_report_over_nothing_says_so(as_alice, ours):
    make_report(ours)

    assert "Nothing to score yet" in as_alice.get(HERE).content.decode()


def test_too_few_closed_deals_hide_the_scores(as_alice, ours, deals, every_ten_days):
    make_report(ours)

    response = as_alice.get(HERE)

    assert "29 are missing" in response.content.decode()
    assert response.context["verdicts"] == []
    assert "Scores side by side" not in response.content.decode()


@pytest.mark.claim(25)
def test_enough_of_them_are_judged_in_words(as_alice):
    big_report()

    response = as_alice.get(HERE)
    page = response.content.decode()

    assert "On your 200 closed deals the readiness forecast was better than" in page
    assert "(95 % interval 0." in page
    names = {line.name for line in response.context["lines"]}
    assert {"readiness forecast", "the base rate", "your stages"} <= names
    assert "Quarter from" in page


@pytest.mark.claim(54)
def test_a_worse_forecast_is_called_worse(as_alice):
    big_report(ours=lambda won: 0.1 if won else 0.7)

    assert (
        "not better than the base rate but worse" in as_alice.get(HERE).content.decode()
    )


def test_who_sees_a_part_is_told_and_shown_no_scores(as_bob, alice, bob):
    for owner, outcome in ((alice, "won"), (bob, "lost")):
        create_opportunity(owner=owner, outcome=outcome, opened_on=DAY, closed_on=DAY)
    big_report()

    response = as_bob.get(HERE)

    assert "Only for who sees all deals" in response.content.decode()
    assert "report" not in response.context
    assert (response.context["rate"].won, response.context["rate"].of) == (0, 1)
    assert as_bob.post(ASK).status_code == 403


def test_a_manager_of_a_team_reads_the_scores_of_its_deals(
    as_bob, alice, bob, ours, deals, every_ten_days
):
    for name, member in (("Benelux", alice), ("Ghent", bob)):
        TeamMember.objects.create(
            team=create_team(name=name), membership=member, part=TeamPart.MEMBER
        )
    say(seat(open_deal(owner=bob, name="His")), "B13", at=days_ago(120))
    report = make_report(ours)

    response = as_bob.get(HERE)

    assert report.body["replay"]["deals"] == 3
    assert (response.context["team"], response.context["replay"]["deals"]) == (
        "Ghent",
        1,
    )
    assert "Only deals that you may see are counted." in response.content.decode()


@pytest.mark.claim(41)
def test_the_win_rate_names_its_denominator(as_alice, alice):
    for outcome in ("won", "lost", "no_decision", "no_decision", "withdrawn"):
        create_opportunity(owner=alice, outcome=outcome, opened_on=DAY, closed_on=DAY)

    rate = as_alice.get(HERE).context["rate"]

    assert (rate.of, rate.withdrawn) == (4, 1)
    assert rate.share.value == 0.25


def test_a_report_of_another_workspace_is_not_there(client, ours, charlie):
    big_report()
    client.force_login(charlie.user)

    assert client.get(HERE).status_code == 404


def test_it_costs_the_same_with_one_report_and_with_three(as_alice, cost_of):
    big_report()
    one = cost_of(as_alice, HERE)
    for _again in range(2):
        big_report()

    assert len(cost_of(as_alice, HERE)) == len(one)


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_a_verdict_has_words_in_every_language(language):
    english = titles()
    assert len(english) == 12
    with override(language):
        assert len(titles()) == 12
        assert not titles() & english


def titles() -> set[str]:
    verdicts = (Verdict.BETTER, Verdict.WORSE, Verdict.UNDECIDED)
    return {
        _title(verdict, str(rival)) for verdict in verdicts for rival in RIVALS.values()
    }
