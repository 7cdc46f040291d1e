"""What changed in a period: per deal and cause, to the cent, from what nights froze."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership, TeamMember, TeamPart
from forecasting.actions.periods import refresh_periods
from forecasting.actions.snapshots import freeze_deals
from forecasting.engine.changes import Part
from forecasting.models import PeriodOutlook, Snapshot
from forecasting.queries.as_of import curves_in
from forecasting.queries.changes import movement, summary
from forecasting.queries.deal import days_until
from forecasting.queries.moments import Look, Moment, nearest_night
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import chance_by
from opportunities.models import Opportunity, Outcome
from readiness.queries.models import active_model
from stakeholders.actions.outcomes import close_opportunity, reopen_opportunity
from tests.factories import DAY, NOW, create_team, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

QUARTER = Span(date(2026, 4, 1), date(2026, 6, 30))
WEEK_AGO = NOW - timedelta(days=7)


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, *, at: datetime = WEEK_AGO, **fields):
    deal = open_deal(owner=owner, **fields)
    say(seat(deal), "B27", at=at - timedelta(days=2), now=at)
    make(deal, now=at)
    return deal


def freeze(ours, at: datetime = WEEK_AGO) -> None:
    deals = list(Opportunity.objects.still_open().order_by("pk"))
    freeze_deals(deals, model=active_model(), workspace=ours, now=at)


def moved(ours, *, until: date | None = None):
    since = Moment.of(ours, night=ours.today(WEEK_AGO), now=NOW)
    later = Moment.of(ours, night=until, now=NOW)
    return movement(QUARTER, since=since, until=later, workspace=ours)


def test_a_curve_is_read_in_the_database_as_in_memory(alice, ours):
    computed(alice)
    freeze(ours)
    row = Snapshot.objects.get()
    look = Look.from_moment(QUARTER, Moment.of(ours, night=row.taken_on, now=NOW))

    points = look.points()
    read = Snapshot.objects.annotate(**points).values(*points).get()

    days = days_until(QUARTER.ends_on, workspace=ours, now=row.starts_at)
    assert read["by_end"] == pytest.approx(chance_by(curves_in(row), days), abs=1e-12)
    assert (read["by_eve"], read["in_all"]) == (row.won[0], row.won[-1])


def test_time_alone_is_told_apart_when_nothing_new_was_heard(alice, ours):
    computed(alice)
    freeze(ours)
    freeze(ours, at=NOW)

    found = summary(moved(ours), owners=None)

    assert set(found.parts) == {Part.TIME}
    assert found.start + found.parts[Part.TIME] == found.end


def test_what_was_heard_since_is_readiness_or_a_push(alice, ours):
    deal = computed(alice)
    freeze(ours)
    say(seat(deal, "Ruth", roles=("economic_buyer",)), "B38", "B40", at=NOW)
    make(deal)

    found = summary(moved(ours), owners=None)

    assert set(found.parts) <= {
        *(Part.READINESS_UP, Part.READINESS_DOWN, Part.PULLED_IN, Part.PUSHED_OUT),
    }
    assert found.parts[Part.READINESS_UP] > 0


def close(deal: Opportunity, outcome: str, **fields) -> None:
    close_opportunity(
        opportunity=deal,
        outcome=Outcome(outcome),
        closed_on=DAY,
        today=DAY,
        by=deal.owner,
        now=NOW,
        **fields,
    )


def test_a_deal_closed_and_open_again_is_reopened(alice, ours):
    deal, other = computed(alice), computed(alice, name="Other")
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY - timedelta(days=8),
        today=DAY - timedelta(days=8),
        by=alice,
        now=WEEK_AGO,
    )
    freeze(ours)
    reopen_opportunity(opportunity=deal, reopened_on=DAY, by=alice, now=NOW)
    make(deal)
    freeze(ours, at=NOW)

    found = moved(ours)

    causes = {each.opportunity_id: set(each.parts) for each in found.deals}
    assert causes == {deal.pk: {Part.REOPENED}, other.pk: {Part.TIME}}


def test_every_cause_stands_with_its_deal_and_all_sum_to_the_page(alice, bob, ours):
    won, lost, _same = (computed(alice, name=name) for name in ("Won", "Lost", "Same"))
    dearer = computed(bob, name="Dearer")
    freeze(ours)
    close(won, "won", won_amount=Decimal("150000.01"))
    close(lost, "lost")
    Opportunity.objects.filter(pk=dearer.pk).update(amount=Decimal("200000.03"))
    make(dearer)
    new = computed(bob, at=NOW, name="New")
    freeze(ours, at=NOW)
    refresh_periods(workspace=ours, now=NOW)

    found = moved(ours)

    causes = {
        each.opportunity_id: set(each.parts) - {Part.TIME} for each in found.deals
    }
    assert causes[won.pk] == {Part.WON, Part.AMOUNT}
    assert causes[lost.pk] == {Part.LOST}
    assert causes[dearer.pk] == {Part.AMOUNT}
    assert causes[new.pk] == {Part.NEW}
    for owner in (None, alice, bob):
        row = PeriodOutlook.objects.get(
            team=None, owner=owner, starts_on=QUARTER.starts_on
        )
        told = summary(found, owners=frozenset({owner.pk}) if owner else None)
        assert told.end == row.mean
        assert told.change == sum(deal.total for deal in told.deals)
        assert told.change == sum(told.parts.values())
    assert found.unfrozen == {new.pk}


def test_a_deal_won_after_the_later_night_was_open_in_both(alice, ours):
    deal = computed(alice)
    freeze(ours)
    before = NOW - timedelta(days=3)
    freeze(ours, at=before)
    close(deal, "won", won_amount=Decimal(500))

    found = summary(moved(ours, until=ours.today(before)), owners=None)

    assert set(found.parts) == {Part.TIME}
    assert found.start > 500


def test_between_two_nights_nothing_that_came_later_is_seen(alice, ours):
    deal = computed(alice)
    freeze(ours)
    before = NOW - timedelta(days=3)
    freeze(ours, at=before)
    first = moved(ours, until=ours.today(before))

    close(deal, "lost")
    computed(alice, at=NOW, name="New")

    assert moved(ours, until=ours.today(before)) == first
    assert first.until == ours.today(before)


def test_the_nearest_night_is_the_last_before_or_the_first_after(alice, ours):
    assert nearest_night(DAY) is None

    computed(alice)
    freeze(ours)

    night = ours.today(WEEK_AGO)
    assert nearest_night(DAY) == night
    assert nearest_night(night - timedelta(days=30)) == night


HERE = reverse("forecasting:changes", kwargs={"slug": "ours"})
SHEET = reverse("forecasting:changes-sheet", kwargs={"slug": "ours"})


def test_the_page_says_when_no_night_is_kept(as_alice, alice, ours):
    computed(alice, at=NOW)
    refresh_periods(workspace=ours, now=NOW)

    assert "No night is kept yet" in as_alice.get(HERE).content.decode()


def test_the_page_stands_on_the_nearest_night_and_says_so(as_alice, alice, ours):
    computed(alice)
    freeze(ours)
    computed(alice, at=NOW, name="New")
    refresh_periods(workspace=ours, now=NOW)

    page = as_alice.get(HERE, {"since": "2026-04-29"})

    assert page.context["night"] == ours.today(WEEK_AGO)
    assert "the nearest night that was is 27 Apr 2026" in page.content.decode()
    causes = {cause.part: cause.amount for cause in page.context["causes"]}
    whole = page.context["whole"]
    assert causes[Part.NEW] == whole.end - whole.start
    assert [row.name for row in page.context["rows"]] == ["New"]
    assert as_alice.get(HERE, {"cause": "lost"}).context["rows"] == []


def test_the_sheet_has_a_column_for_each_cause(as_alice, alice, ours):
    computed(alice)
    freeze(ours)
    computed(alice, at=NOW, name="=New")
    refresh_periods(workspace=ours, now=NOW)

    head, line = as_alice.get(SHEET).content.decode("utf-8-sig").splitlines()

    assert head == "deal,company,owner,currency,change,New"
    assert line.startswith("'=New,,Alice,EUR,")


def test_a_rep_is_told_of_the_deals_they_may_see(as_bob, alice, bob, ours):
    team = create_team(name="Ghent")
    TeamMember.objects.create(team=team, membership=bob, part=TeamPart.MEMBER)
    computed(alice, name="Hers")
    computed(bob, name="His")
    freeze(ours)
    for owner in (alice, bob):
        computed(owner, at=NOW, name=f"New of {owner.name}")
    refresh_periods(workspace=ours, now=NOW)

    page = as_bob.get(HERE)

    assert [row.name for row in page.context["rows"]] == ["New of Bob"]
    assert "Only deals that you may see are counted." in page.content.decode()


def test_it_costs_the_same_with_one_deal_and_with_three(as_alice, alice, ours, cost_of):
    computed(alice)
    freeze(ours)
    computed(alice, name="New")
    freeze(ours, at=NOW)
    refresh_periods(workspace=ours, now=NOW)
    one = cost_of(as_alice, HERE)
    for name in ("Second", "Third"):
        computed(alice, name=name)
    refresh_periods(workspace=ours, now=NOW)

    three = cost_of(as_alice, HERE)
    assert (len(three), len(three) <= 26) == (len(one), True)
