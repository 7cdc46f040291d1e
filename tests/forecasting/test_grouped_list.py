"""The list of deals by what limits them."""

from decimal import Decimal

import pytest

from forecasting.views import opportunities as views
from tests.factories import create_opportunity
from tests.forecasting.test_opportunities_page import HERE, kept, now

__all__ = ["now"]  # the fixture that stops the clock

pytestmark = pytest.mark.django_db

GROUPED = {"group": "constraint"}


def by_group(context) -> list[tuple[str, list[str]]]:
    return [
        (band.group.kind, [row.name for row in band.rows]) for band in context["bands"]
    ]


def test_deals_stand_below_what_limits_them(as_alice, alice):
    kept(alice, name="File", constraint_kind="purchase_file")
    kept(alice, name="Low", constraint_kind="approval", won_by_target_probability=0.1)
    kept(alice, name="High", constraint_kind="approval")
    kept(alice, name="Free", constraint_kind="")
    create_opportunity(owner=alice, name="Fresh")

    response = as_alice.get(HERE, GROUPED)

    assert by_group(response.context) == [
        ("approval", ["High", "Low"]),
        ("purchase_file", ["File"]),
        ("none", ["Free", "Fresh"]),
    ]
    page = response.content.decode()
    for words in ("Approval <small>2 deals · €2,000", "No limit known <small>2 deals"):
        assert words in page


@pytest.mark.parametrize("sort", ["name", "-chance", "heard", "amount"])
def test_grouped_pages_follow_each_other_without_gap_or_repeat(
    as_alice, alice, monkeypatch, sort
):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for number in range(3):
        kept(alice, name=f"Q{number}, x", constraint_kind="quorum")
        kept(alice, name=f"V{number}, x", constraint_kind="veto")
        create_opportunity(owner=alice, name=f"Z{number}")

    seen, continued, address = [], [], f"?sort={sort}&group=constraint"
    while address:
        context = as_alice.get(f"{HERE}{address}").context
        seen += [row.name[0] for row in context["rows"]]
        continued += [band.goes_on for band in context["bands"]]
        counts = [band.group.totals.count for band in context["bands"]]
        assert set(counts) == {3}, "over all that match, not the page"
        address = context["next"]

    assert "".join(seen) == "VVVQQQZZZ"
    assert continued == [False, True, False, True, False, True]


def test_groups_add_up_to_the_totals_and_say_what_has_no_amount(as_alice, alice):
    kept(alice)
    kept(alice, amount=None, amount_sort=None, currency="")
    kept(alice, constraint_kind="veto", currency="USD", amount_sort=None)
    kept(alice, constraint_kind="veto", amount=Decimal(5), amount_sort=5.0)

    context = as_alice.get(HERE, GROUPED).context

    totals = context["totals"]
    assert totals == as_alice.get(HERE).context["totals"]
    assert (totals.count, totals.without_amount, totals.without_rate) == (4, 1, 1)
    veto, quorum = (band.group.totals for band in context["bands"])
    assert [each.amount for each in (*veto.sums, *quorum.sums)] == [5, 1000]
    assert (veto.without_rate, quorum.without_amount) == (1, 1)


def test_groups_hold_what_one_may_see_and_asked_for(as_bob, alice, bob):
    kept(alice, constraint_kind="veto")
    kept(bob, name="Mine", constraint_kind="quorum")
    kept(bob, name="Other", constraint_kind="quorum")

    context = as_bob.get(HERE, GROUPED | {"limited": "quorum"}).context

    assert by_group(context) == [("quorum", ["Mine", "Other"])]
    assert context["totals"].count == 2


@pytest.mark.parametrize("after", ["price,x,y", "veto,x,y", "x", "veto,0.5"])
def test_a_broken_link_to_a_grouped_page_starts_at_the_first(as_alice, alice, after):
    kept(alice, constraint_kind="veto")
    kept(alice)

    assert len(as_alice.get(HERE, GROUPED | {"after": after}).context["rows"]) == 2


def test_a_grouped_list_costs_what_the_list_costs(as_alice, alice, cost_of):
    kept(alice)
    plain = cost_of(as_alice, HERE)
    kept(alice, constraint_kind="veto")
    create_opportunity(owner=alice)

    assert len(cost_of(as_alice, f"{HERE}?group=constraint")) == len(plain)
