"""What if: an answer beside the original, and not a row written."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Membership
from forecasting.actions.periods import refresh_periods
from forecasting.models import PeriodOutlook
from tests.factories import NOW, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:what-if", kwargs={"slug": "ours"})


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, name: str = "Planning"):
    deal = open_deal(owner=owner, name=name)
    person = seat(deal, f"Karel {name}", roles=("economic_buyer",))
    say(person, "B27", at=NOW - timedelta(days=2))
    make(deal)
    return deal, person


def ask(client, deal, **told):
    return client.get(HERE, {"deal": str(deal.pk), **told})


def rows() -> int:
    """Every row of every table the connection can count."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)",
            [[name for name in tables if "session" not in name]],
        )
        return int(cursor.fetchone()[0] or 0)


def test_without_a_deal_one_is_chosen(as_alice, alice, ours):
    deal, _person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)

    assert [row.pk for row in as_alice.get(HERE).context["offered"]] == [deal.pk]


def test_with_nothing_supposed_both_sides_are_what_the_forecast_says(
    as_alice, alice, ours
):
    deal, _person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)

    found = ask(as_alice, deal).context["found"]

    whole = PeriodOutlook.objects.order_by("starts_on").get(
        team=None, owner=None, starts_on="2026-04-01"
    )
    assert found.before == found.after
    assert found.before.mean == pytest.approx(whole.mean, rel=Decimal("0.001"))
    assert found.draws == 10_000


def test_somebody_further_on_raises_it_and_writes_nothing(as_alice, alice, ours):
    deal, person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)
    before = rows()

    page = ask(
        as_alice,
        deal,
        **{
            f"phase-{person.pk}": "commitment",
            f"days-{person.pk}": "10",
            f"stance-{person.pk}": "for",
        },
    )

    assert page.context["found"].change > 0
    assert page.context["is_supposing"]
    assert "a supposition: nothing is written" in page.content.decode()
    assert rows() == before


def test_a_reps_sum_is_supposed_of_their_deals_alone(as_alice, alice, bob, ours):
    deal, _person = computed(alice)
    computed(bob, name="His")
    refresh_periods(workspace=ours, now=NOW)

    found = ask(as_alice, deal, scope=f"owner:{alice.pk}").context["found"]

    hers = PeriodOutlook.objects.get(owner=alice, starts_on="2026-04-01")
    assert found.before.mean == pytest.approx(hers.mean, rel=Decimal("0.001"))


def test_somebody_against_lowers_it(as_alice, alice, ours):
    deal, person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)

    page = ask(as_alice, deal, **{f"stance-{person.pk}": "against"})

    assert page.context["found"].change < 0


def test_what_makes_no_sense_is_said(as_alice, alice, ours):
    deal, person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)

    page = ask(as_alice, deal, **{f"days-{person.pk}": "9999"})

    assert page.status_code == 422
    assert page.context["found"].change == 0


def test_deals_that_one_may_not_see_are_not_supposed(as_bob, alice, bob, ours):
    hers, _person = computed(alice)
    computed(bob, name="His")
    refresh_periods(workspace=ours, now=NOW)

    page = ask(as_bob, hers)

    assert "deals" not in page.context
    assert [row.name for row in page.context["offered"]] == ["His"]


def test_it_costs_the_same_with_one_person_and_with_three(
    as_alice, alice, ours, cost_of
):
    deal, _person = computed(alice)
    refresh_periods(workspace=ours, now=NOW)
    one = cost_of(as_alice, f"{HERE}?deal={deal.pk}")
    for name in ("Ruth", "Sofie"):
        say(seat(deal, name), "B27", at=NOW)
    make(deal)

    three = cost_of(as_alice, f"{HERE}?deal={deal.pk}")
    assert (len(three), len(three) <= 32) == (len(one), True)
