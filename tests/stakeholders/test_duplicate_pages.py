"""Possible duplicates, and the page on which two are looked at side by side."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AuditEvent, Membership, Workspace
from accounts.tenancy import inside
from opportunities.actions import create_company
from opportunities.models import Company
from stakeholders.actions.people import create_person, link_influence
from stakeholders.models import DistinctPair, Person, Stakeholder
from stakeholders.queries.duplicates import alike, likenesses
from tests.factories import NOW, give_defaults
from tests.recompute.build import open_deal
from tests.stakeholders.test_merging import sit

pytestmark = pytest.mark.django_db

LIST = "/w/ours/people/duplicates"


def note(by: Membership, name: str = "Karel Maes", **fields: Any) -> Person:
    return create_person(name=name, by=by, now=NOW, **fields)


def pairs(model: Any = Person) -> set[tuple[str, str, tuple[str, ...]]]:
    rows = list(alike(model).order_by("pk"))
    return {
        (str(each.twin), str(each.row), each.reasons)
        for each in likenesses(model, rows)
    }


def address(kept: Any, gone: Any, word: str = "people") -> str:
    return f"/w/ours/{word}/{kept.pk}/merge?with={gone.pk}"


def test_people_are_alike_by_address_or_by_name_and_company(alice: Membership):
    delta = create_company(name="Delta", by=alice, now=NOW)
    echo = create_company(name="Echo", by=alice, now=NOW)
    note(alice, "Karel Maes", company=delta, email="k@delta.be")
    note(alice, "MAES, Karel", company=delta)
    note(alice, "Karel Maes", company=echo)
    note(alice, "K.", email="K@delta.be")
    note(alice, "Mia Nolf")
    note(alice, "Mia Nolf")

    assert pairs() == {
        ("Karel Maes", "MAES, Karel", ("name_and_company",)),
        ("Karel Maes", "K.", ("email",)),
    }


def test_companies_are_alike_by_domain_or_by_name(alice: Membership):
    for name, domain in (
        ("Delta", "delta.be"),
        ("Delta N.V.", ""),
        ("DM", "https://www.delta.be/"),
        ("NV", ""),
        ("SA", ""),
        ("Echo", ""),
    ):
        create_company(name=name, domain=domain, by=alice, now=NOW)

    assert pairs(Company) == {
        ("Delta", "Delta N.V.", ("name",)),
        ("Delta", "DM", ("domain",)),
    }


def test_of_three_each_later_one_is_shown_beside_the_first(alice: Membership):
    for name in "abc":
        note(alice, name, email="k@delta.be")

    assert pairs() == {("a", "b", ("email",)), ("a", "c", ("email",))}


def test_one_of_another_workspace_is_like_nobody_here(
    alice: Membership, charlie: Membership
):
    with inside(connection, charlie.workspace_id):
        note(charlie, email="k@delta.be")
    note(alice, email="k@delta.be")

    assert pairs() == set()


def test_not_the_same_is_said_once(as_bob: Client, bob: Membership):
    first, second = (note(bob, name, email="k@delta.be") for name in ("Karel", "Mia"))
    assert "Mia" in as_bob.get(LIST).content.decode()

    response: Any = as_bob.post(address(first, second), {"answer": "apart"})
    as_bob.post(address(second, first), {"answer": "apart"})

    assert response.url == LIST
    assert DistinctPair.objects.count() == 1
    assert AuditEvent.objects.filter(verb="person.told_apart").count() == 1
    assert "No duplicates found" in as_bob.get(LIST).content.decode()
    assert Person.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("word", ["people", "companies"])
def test_the_list_costs_the_same_whatever_it_shows(
    as_bob: Client,
    bob: Membership,
    cost_of: Callable[..., list[str]],
    rows: int,
    word: str,
):
    for n in range(rows):
        for _time in range(2):
            note(bob, email=f"{n}@delta.be")
            create_company(name=f"Delta {n}", by=bob, now=NOW)

    assert (
        len(cost_of(as_bob, f"/w/ours/{word}/duplicates"))
        == {"people": 7, "companies": 7}[word]
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_comparison_costs_the_same_whatever_moves(
    as_bob: Client, bob: Membership, cost_of: Callable[..., list[str]], rows: int
):
    give_defaults()
    kept, gone = note(bob), note(bob)
    for n in range(rows):
        deal = open_deal(owner=bob, name=f"Deal {n}")
        sit(kept, deal)
        sit(gone, deal)

    assert len(cost_of(as_bob, address(kept, gone))) == 16


def test_the_comparison_says_what_moves_and_keeps_what_says_something(
    as_bob: Client, bob: Membership
):
    give_defaults()
    kept, gone = note(bob, phone=""), note(bob, "K. Maes", phone="+32 9 000 00 00")
    deal = open_deal(owner=bob)
    sit(kept, deal)
    sit(gone, deal)

    page = as_bob.get(address(kept, gone)).content.decode()

    assert "Both have a seat in it" in page
    assert 'name="phone" value="gone" checked' in page
    assert 'name="name" value="kept" checked' in page


def test_two_are_merged_with_the_fields_that_were_chosen(
    as_bob: Client, bob: Membership
):
    kept, gone = note(bob), note(bob, "K. Maes", title="Planner")
    form = {"kept_version": 1, "gone_version": 1, "name": "kept", "title": "gone"}

    response: Any = as_bob.post(address(kept, gone), form)

    assert response.status_code == 303
    assert response.url == f"/w/ours/people/{kept.pk}"
    (row,) = Person.objects.all()
    assert (row.pk, row.name, row.title) == (kept.pk, "Karel Maes", "Planner")
    old: Any = as_bob.get(f"/w/ours/people/{gone.pk}")
    assert (old.status_code, old.url) == (302, response.url)


def test_two_companies_are_merged(as_bob: Client, bob: Membership):
    kept, gone = (
        create_company(name=name, by=bob, now=NOW) for name in ("Delta", "Delta NV")
    )
    form = {"kept_version": 1, "gone_version": 1, "name": "gone"}

    response: Any = as_bob.post(address(kept, gone, "companies"), form)

    assert response.url == f"/w/ours/companies/{kept.pk}"
    assert [row.name for row in Company.objects.all()] == ["Delta NV"]


def test_what_was_changed_meanwhile_is_shown_again(as_bob: Client, bob: Membership):
    kept, gone = note(bob), note(bob)
    Person.objects.filter(pk=gone.pk).update(version=2, title="Planner")

    answer = as_bob.post(address(kept, gone), {"kept_version": 1, "gone_version": 1})

    assert answer.status_code == 422  # a field to choose that was not there before
    form = {"kept_version": 1, "gone_version": 1, "title": "gone"}
    assert as_bob.post(address(kept, gone), form).status_code == 412
    assert Person.objects.count() == 2


def test_what_speaks_against_it_is_said_at_once(as_bob: Client, bob: Membership):
    give_defaults()
    kept, gone = note(bob), note(bob)
    deal = open_deal(owner=bob)
    link_influence(
        giver=sit(kept, deal), taker=sit(gone, deal), strength="", by=bob, now=NOW
    )

    page = as_bob.get(address(kept, gone)).content.decode()
    answer = as_bob.post(address(kept, gone), {"kept_version": 1, "gone_version": 1})

    assert "one of them listens to the other" in page
    assert "Merge them" not in page
    assert answer.status_code == 422
    assert Stakeholder.objects.count() == 2


def test_the_other_is_picked_by_name(as_bob: Client, bob: Membership):
    kept, gone = note(bob), note(bob, "Mia Nolf")

    response: Any = as_bob.post(
        f"/w/ours/people/{kept.pk}/merge", {"other_text": "Mia", "other_id": ""}
    )

    assert response.url == address(kept, gone)


@pytest.mark.parametrize("given", ["x", "", "0193a7b0-0000-7000-8000-000000000000"])
def test_another_that_is_not_there_is_missing(
    as_bob: Client, bob: Membership, given: str
):
    kept = note(bob)

    answer = as_bob.get(f"/w/ours/people/{kept.pk}/merge?with={given}")

    assert answer.status_code == 404


def test_another_of_another_workspace_is_missing(
    as_bob: Client, bob: Membership, charlie: Membership
):
    kept = note(bob)
    with inside(connection, charlie.workspace_id):
        theirs = note(charlie)

    for method in (as_bob.get, as_bob.post):
        assert method(address(kept, theirs)).status_code == 404


def test_a_deal_one_does_not_see_is_counted_and_not_named(
    as_bob: Client, alice: Membership, bob: Membership, ours: Workspace
):
    give_defaults()
    kept, gone = note(bob), note(bob)
    sit(gone, open_deal(owner=alice, name="Secret plan"))
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    page = as_bob.get(address(kept, gone)).content.decode()

    assert "Secret plan" not in page
    assert "1 more deal, or one you do not see" in page
