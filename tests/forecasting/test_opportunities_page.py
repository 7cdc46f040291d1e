"""The list of deals: what it shows, to whom, narrowed, sorted, in pages and in totals."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership, TeamMember, TeamPart
from forecasting.models import Outlook
from forecasting.views import opportunities as views
from opportunities import actions
from opportunities.models import Company, Opportunity
from tests.factories import DAY, NOW, create_opportunity, create_team, give_defaults

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:opportunities", kwargs={"slug": "ours"})


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def kept(owner: Membership, name: str = "Plan", **fields) -> Opportunity:
    """A deal with what the cache says of it."""
    own = {k: fields.pop(k) for k in ("company", "currency") if k in fields}
    deal = create_opportunity(owner=owner, name=name, **own)
    told = {
        "refreshed_at": NOW,
        "computed_at": NOW,
        "target_on": DAY + timedelta(days=50),
        "target_basis": "period",
        "won_by_target_probability": 0.34,
        "constraint_kind": "quorum",
        "amount": Decimal(1000),
        "amount_sort": 1000.0,
        "currency": "EUR",
    }
    Outlook.objects.create(opportunity=deal, **told | fields)
    return deal


def names(client, **asked) -> list[str]:
    response = client.get(HERE, asked)
    assert response.status_code == 200
    return [row.name for row in response.context["rows"]]


def test_a_deal_stands_there_with_chance_limit_and_money(as_alice, alice):
    kept(alice, name="Planning", company=Company.objects.create(name="Delta"))

    page = as_alice.get(HERE).content.decode()

    for words in ("Planning", "Delta", "34 %", "Not enough support yet", "€1,000"):
        assert words in page


def test_a_deal_that_was_never_computed_stands_there_too(as_alice, alice):
    create_opportunity(owner=alice, name="Fresh")

    page = as_alice.get(HERE).content.decode()

    assert "Fresh" in page
    assert "not computed yet" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["A", "B", "C"]),
        ({"sort": "chance"}, ["B", "A", "C"]),
        ({"sort": "name"}, ["A", "B", "C"]),
        ({"sort": "-name"}, ["C", "B", "A"]),
        ({"sort": "amount"}, ["A", "B", "C"]),
        ({"limited": "veto"}, ["B"]),
        ({"limited": "none"}, ["C"]),
        ({"phase": "criteria"}, ["B"]),
        ({"coverage": "high"}, ["A"]),
        ({"coverage": "low"}, ["B"]),
        ({"coverage": "none"}, ["C"]),
        ({"heard": "fresh"}, ["A"]),
        ({"heard": "stale"}, ["B"]),
        ({"heard": "never"}, ["C"]),
        ({"least": "500"}, ["B"]),
        ({"most": "500"}, ["A"]),
        ({"bare": "on"}, ["C"]),
    ],
)
def test_the_list_is_narrowed_and_sorted(as_alice, alice, asked, found):
    kept(
        alice,
        name="A",
        amount=Decimal(100),
        amount_sort=100.0,
        last_heard_at=NOW - timedelta(days=3),
        won_by_target_probability=0.9,
        coverage=0.5,
    )
    kept(
        alice,
        name="B",
        won_by_target_probability=0.2,
        constraint_kind="veto",
        constraint_anchor="criteria",
        coverage=0.2,
        last_heard_at=NOW - timedelta(days=60),
    )
    create_opportunity(owner=alice, name="C")

    assert names(as_alice, **asked) == found


def test_a_filter_that_makes_no_sense_shows_nothing(as_alice, alice):
    kept(alice)

    response = as_alice.get(HERE, {"sort": "stage", "owner": "x"})

    assert response.status_code == 422
    assert response.context["rows"] == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=all", "status: There is no such parameter here."),
        ("owner=&owner=", "Owner: Give this parameter once."),
        ("limited=price", "Limited by: Select a valid choice."),
        ("team=north", "team: Enter a valid UUID."),
        ("q=a%00b", "Deal or company: Null characters are not allowed."),
        ("least=-1", "Amount from: Ensure this value is greater than or equal to 0."),
        ("group=constraint&state=won", "Only open deals are limited by something."),
    ],
)
def test_what_is_not_known_is_answered_with_a_sentence(
    as_alice, alice, query, sentence
):
    kept(alice)

    page = as_alice.get(f"{HERE}?{query}")
    part = as_alice.get(f"{HERE}?{query}", headers={"HX-Request": "true"})

    assert (page.status_code, part.status_code) == (422, 422)
    assert sentence in page.content.decode()
    assert sentence in part.content.decode()


@pytest.mark.parametrize("sort", ["name", "-chance", "heard", "amount"])
def test_pages_follow_each_other_without_gap_or_repeat(
    as_alice, alice, monkeypatch, sort
):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for number in range(3):
        kept(
            alice,
            name=f"N{number}, x",
            won_by_target_probability=0.1,
            last_heard_at=NOW - timedelta(days=number),
        )
    for number in range(2):
        create_opportunity(owner=alice, name=f"Z{number}")

    seen, address = [], f"?sort={sort}"
    while address:
        context = as_alice.get(f"{HERE}{address}").context
        seen += [row.name for row in context["rows"]]
        address = context["next"]

    assert sorted(seen) == ["N0, x", "N1, x", "N2, x", "Z0", "Z1"]
    assert len(seen) == 5


def test_a_broken_link_to_a_page_starts_at_the_first(as_alice, alice):
    kept(alice)

    assert names(as_alice, after="x,y") == ["Plan"]
    assert names(as_alice, after="much,0190a6d4-0000-7000-8000-000000000000") == [
        "Plan"
    ]


def test_totals_are_over_all_that_match_and_name_what_has_no_amount(
    as_alice, alice, monkeypatch
):
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    for _each in range(2):
        kept(alice)
    kept(alice, amount=None, amount_sort=None, currency="")
    kept(alice, currency="USD", amount_sort=None)

    totals = as_alice.get(HERE).context["totals"]

    assert (totals.count, totals.without_amount, totals.without_rate) == (4, 1, 1)
    assert [(each.amount, each.currency) for each in totals.sums] == [(2000, "EUR")]


def test_closed_deals_add_up_in_their_own_money(as_alice, alice):
    for amount, currency in ((10, "EUR"), (20, "EUR"), (5, "USD")):
        create_opportunity(
            owner=alice,
            outcome="won",
            closed_on=DAY,
            won_amount=Decimal(amount),
            currency=currency,
        )
    create_opportunity(owner=alice, outcome="lost", closed_on=DAY)

    totals = as_alice.get(HERE, {"state": "closed"}).context["totals"]
    june = as_alice.get(HERE, {"state": "won", "since": "2026-06-01"}).context["totals"]

    assert totals.count == 4
    assert {each.currency: each.amount for each in totals.sums} == {
        "EUR": 30,
        "USD": 5,
    }
    assert june.count == 0


def test_a_rep_sees_their_own_and_the_totals_say_so(as_bob, alice, bob):
    kept(alice, name="Hers")
    kept(bob, name="His")

    response = as_bob.get(HERE)

    assert [row.name for row in response.context["rows"]] == ["His"]
    assert response.context["totals"].count == 1
    assert "of those you may see" in response.content.decode()


def test_a_team_means_those_below_it_too(as_alice, alice, bob):
    top = create_team(name="Benelux")
    low = create_team(name="Ghent", parent=top)
    TeamMember.objects.create(team=low, membership=bob, part=TeamPart.MEMBER)
    kept(alice, name="Hers")
    kept(bob, name="His")

    assert names(as_alice, team=top.pk) == ["His"]
    missing = as_alice.get(HERE, {"team": alice.pk})
    assert missing.status_code == 404


def test_words_find_the_deal_or_its_company(as_alice, alice):
    told = {"by": alice, "now": NOW}
    company = actions.create_company(name="Delta Metalworks", **told)
    for name, where in (("X", company), ("Planning", None)):
        actions.create_opportunity(
            name=name, owner=alice, opened_on=DAY, company=where, **told
        )

    assert names(as_alice, q="metal") == ["X"]
    assert names(as_alice, q="plan") == ["Planning"]


def test_htmx_gets_the_rows_alone(as_alice, alice):
    kept(alice)

    page = as_alice.get(HERE, headers={"HX-Request": "true"}).content.decode()

    assert page.lstrip().startswith('<div id="rows">')


def test_the_list_costs_the_same_with_one_deal_and_with_three(as_alice, alice, cost_of):
    kept(alice)
    one = cost_of(as_alice, HERE)
    kept(alice)
    kept(alice, company=Company.objects.create(name="Delta"))

    three = cost_of(as_alice, HERE)
    door = cost_of(as_alice, reverse("coaching:queue", kwargs={"slug": "ours"}))

    assert len(one) == len(three)
    assert len(three) <= 5 + len(door), three
