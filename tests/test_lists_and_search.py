"""People, companies and search: by name, page by page, and only the deals one may see."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Visibility
from accounts.tenancy import inside
from opportunities.actions import create_company
from opportunities.models import Outcome
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import (
    add_stakeholder,
    change_person,
    create_person,
)
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import JOINED, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
LISTS = ["readiness:people", "forecasting:companies"]


@pytest.fixture(autouse=True)
def world(ours, time_machine):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def own_deals_only(ours):
    ours.rep_visibility = Visibility.OWN
    ours.save()


def at(name: str, **kwargs) -> str:
    return reverse(name, kwargs={"slug": "ours"} | kwargs)


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def rows_of(response) -> list[str]:
    """The first link of each row of the table."""
    body = text_of(response).partition("<tbody>")[2].partition("</tbody>")[0]
    links = re.findall(r"<tr>.*?<a [^>]*>(.*?)</a>.*?</tr>", body, re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", link).strip() for link in links]


def next_of(response) -> str:
    found = re.search(r'href="(\?[^"]*after=[^"]*)"', response.content.decode())
    return unescape(found[1]) if found else ""


def person(name: str, **fields):
    return create_person(name=name, by=None, now=NOW, **fields)


def company(name: str, **fields):
    return create_company(name=name, by=None, now=NOW, **fields)


def close(deal: Any, *, by: Any) -> None:
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=by,
        now=NOW,
    )


def made(name: str, *names: str) -> None:
    for each in names:
        (person if name == "readiness:people" else company)(each)


# --- Both lists ------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_list_is_by_name(as_bob, name):
    made(name, "Delta", "Alfa", "Charlie")

    assert rows_of(as_bob.get(at(name))) == ["Alfa", "Charlie", "Delta"]


@pytest.mark.parametrize("name", LISTS)
def test_every_row_is_on_one_page(as_bob, name):
    names = [f"Row {number:03}" for number in range(102)]
    made(name, *reversed(names))

    seen, query, pages = [], "", 0
    while pages == 0 or query:
        answer = as_bob.get(at(name) + query)
        seen += rows_of(answer)
        query, pages = next_of(answer), pages + 1

    assert (seen, pages) == (names, 3)


@pytest.mark.parametrize("name", LISTS)
def test_forged_cursor_shows_the_first_page(as_bob, name):
    made(name, "Alfa", "Bravo")

    assert rows_of(as_bob.get(at(name), {"after": "forged"})) == ["Alfa", "Bravo"]


@pytest.mark.parametrize("name", LISTS)
def test_next_page_keeps_what_was_asked(as_bob, name):
    made(name, *(f"Wanted {number:02}" for number in range(51)), "Other")

    first = as_bob.get(at(name), {"q": "wan"})
    then = as_bob.get(at(name) + next_of(first))

    assert "q=wan" in next_of(first)
    assert rows_of(then) == ["Wanted 50"]
    assert not next_of(then)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mae", ["An Maes", "Jan Maesen"]),
        ("MAES", ["An Maes", "Jan Maesen"]),
        ("mae an", ["An Maes"]),
        ("ja mae", ["Jan Maesen"]),
        ("aes", []),
        ("mae zo", []),
        ("o'n", ["Pat O'Neil"]),
        ("%", []),
        ("   ", ["An Maes", "Jan Maesen", "Pat O'Neil"]),
        ("\x00", []),
    ],
)
def test_list_is_searched_by_the_start_of_any_word(as_bob, name, asked, found):
    made(name, "Pat O'Neil", "Jan Maesen", "An Maes")

    assert rows_of(as_bob.get(at(name), {"q": asked})) == found


def test_people_are_found_by_their_address(as_bob):
    person("Karel", email="k.peeters@delta.example")

    assert rows_of(as_bob.get(at("readiness:people"), {"q": "peet"})) == ["Karel"]


@pytest.mark.parametrize("name", LISTS)
def test_htmx_gets_the_rows_alone(as_bob, name):
    made(name, "Alfa", "Bravo")

    part = as_bob.get(at(name), {"q": "alf"}, headers=HTMX)

    assert rows_of(part) == ["Alfa"]
    assert text_of(part).strip().startswith('<div id="rows"')
    assert "<form" not in text_of(part)
    assert "<h1" in text_of(as_bob.get(at(name)))


@pytest.mark.parametrize("name", LISTS)
def test_rows_of_another_workspace_are_never_listed(as_bob, charlie, name):
    with inside(connection, charlie.workspace_id):
        made(name, "Theirs")
    made(name, "Ours")

    assert rows_of(as_bob.get(at(name))) == ["Ours"]
    assert rows_of(as_bob.get(at(name), {"q": "theirs"})) == []


# --- People ----------------------------------------------------------------------------


def test_person_is_shown_with_the_deals_one_may_see(as_bob, alice, bob, own_deals_only):
    mine, hers = open_deal(owner=bob, name="Mine"), open_deal(owner=alice, name="Hers")
    karel = seat(mine, "Karel").person
    add_stakeholder(
        opportunity=hers, person=karel, joined_on=JOINED, roles=[], by=alice, now=NOW
    )

    for page in (at("readiness:people"), at("readiness:person", id=karel.pk)):
        text = text_of(as_bob.get(page))
        assert "Mine" in text
        assert "Hers" not in text


def test_person_of_a_hidden_deal_is_known_without_it(as_bob, alice, own_deals_only):
    karel = seat(open_deal(owner=alice, name="Hers"), "Karel").person

    assert "In no deal that you see." in text_of(
        as_bob.get(at("readiness:person", id=karel.pk))
    )


def test_person_page_shows_conversations_of_visible_deals_only(
    as_bob, alice, bob, own_deals_only
):
    mine, hers = open_deal(owner=bob, name="Mine"), open_deal(owner=alice, name="Hers")
    here = seat(mine, "Karel")
    there = add_stakeholder(
        opportunity=hers,
        person=here.person,
        joined_on=JOINED,
        roles=[],
        by=alice,
        now=NOW,
    )
    say(here, "B03", summary="Spoke of our plan")
    say(there, "B03", summary="Spoke of her plan")

    text = text_of(as_bob.get(at("readiness:person", id=here.person_id)))

    assert "Spoke of our plan" in text
    assert "Spoke of her plan" not in text


def test_when_somebody_was_last_heard_is_of_visible_deals_only(
    as_bob, alice, own_deals_only
):
    say(seat(open_deal(owner=alice), "Karel"), "B03")

    assert "never" in text_of(as_bob.get(at("readiness:people")))


def test_administrator_sees_the_deals_of_everybody(as_alice, bob, own_deals_only):
    karel = seat(open_deal(owner=bob, name="Bobs"), "Karel").person

    assert "Bobs" in text_of(as_alice.get(at("readiness:person", id=karel.pk)))


def test_people_in_an_open_deal_that_one_sees_are_filtered(
    as_bob, alice, bob, own_deals_only
):
    seat(open_deal(owner=bob, name="Mine"), "Here")
    seat(open_deal(owner=alice, name="Hers"), "Hidden")
    gone = seat(open_deal(owner=bob, name="Left"), "Gone")
    type(gone).objects.filter(pk=gone.pk).update(left_on=DAY)
    over = open_deal(owner=bob, name="Over")
    seat(over, "Late")
    close(over, by=bob)
    person("Nowhere")

    assert rows_of(as_bob.get(at("readiness:people"), {"in": "open"})) == ["Here"]
    assert len(rows_of(as_bob.get(at("readiness:people"), {"in": "else"}))) == 5


def test_people_of_a_company_are_filtered_on_every_page(as_bob):
    delta = company("Delta")
    made("readiness:people", "Elsewhere")
    for number in range(51):
        person(f"Row {number:02}", company=delta)

    first = as_bob.get(at("readiness:people"), {"company": str(delta.pk)})

    assert len(rows_of(first)) == 50
    assert "At Delta" in text_of(first)
    assert rows_of(as_bob.get(at("readiness:people") + next_of(first))) == ["Row 50"]
    page = text_of(as_bob.get(at("forecasting:company", id=delta.pk)))
    assert f"{at('readiness:people')}?company={delta.pk}" in page


@pytest.mark.parametrize("given", ["nonsense", "\x00", "", "0" * 32])
def test_what_is_no_company_filters_nothing(as_bob, given):
    person("Alfa")

    assert rows_of(as_bob.get(at("readiness:people"), {"company": given})) == ["Alfa"]


def test_company_of_another_workspace_filters_nothing(as_bob, charlie):
    with inside(connection, charlie.workspace_id):
        theirs = company("Theirs")
    person("Alfa")

    page = as_bob.get(at("readiness:people"), {"company": str(theirs.pk)})

    assert rows_of(page) == ["Alfa"]
    assert "Theirs" not in text_of(page)


def test_deals_that_have_no_room_are_counted(as_bob, bob):
    here = seat(open_deal(owner=bob, name="Deal 0"), "Karel").person
    for number in range(1, 5):
        add_stakeholder(
            opportunity=open_deal(owner=bob, name=f"Deal {number}"),
            person=here,
            joined_on=JOINED,
            roles=[],
            by=bob,
            now=NOW,
        )

    assert "and 2 more" in text_of(as_bob.get(at("readiness:people")))


def test_who_was_heard_in_a_deal_that_closed_is_not_called_unheard(as_bob, bob):
    deal = open_deal(owner=bob, name="Over")
    karel = seat(deal, "Karel")
    say(karel, "B03")
    close(deal, by=bob)

    for page in (
        at("readiness:people"),
        at("readiness:person", id=karel.person_id),
    ):
        text = text_of(as_bob.get(page))
        assert "4 May 2026" in text
        assert "never" not in text
        assert "nothing heard" not in text


# --- Companies -------------------------------------------------------------------------


def test_company_is_shown_with_the_deals_one_may_see(
    as_bob, alice, bob, own_deals_only
):
    delta = company("Delta")
    open_deal(owner=bob, name="Mine", company=delta)
    open_deal(owner=alice, name="Hers", company=delta)

    for page in (
        at("forecasting:companies"),
        at("forecasting:company", id=delta.pk),
    ):
        text = text_of(as_bob.get(page))
        assert "Mine" in text
        assert "Hers" not in text


def test_company_page_lists_its_people_by_name(as_bob):
    delta, echo = company("Delta"), company("Echo")
    person("Zoë", company=delta)
    person("An", company=delta)
    person("Elsewhere", company=echo)

    text = text_of(as_bob.get(at("forecasting:company", id=delta.pk)))

    assert text.index("An</a>") < text.index("Zoë</a>")
    assert "Elsewhere" not in text


# --- Search ----------------------------------------------------------------------------


def suggested(client, **asked) -> list[tuple[str, str]]:
    results = client.get(at("stakeholders:suggest"), asked).json()["results"]
    return [(hit["kind"], hit["label"]) for hit in results]


def test_search_finds_all_kinds_by_the_start_of_any_word(as_bob, bob):
    delta = company("Metal Delta")
    person("Karel Delvaux", title="Head of IT", company=delta)
    open_deal(owner=bob, name="Plan for Delta", company=delta)
    person("Adel")

    assert suggested(as_bob, q="del") == [
        ("person", "Karel Delvaux"),
        ("company", "Metal Delta"),
        ("opportunity", "Plan for Delta"),
    ]
    text = text_of(as_bob.get(at("stakeholders:search"), {"q": "del"}))
    assert all(name in text for name in ("Karel Delvaux", "Metal Delta", "Plan for"))
    assert "Head of IT, Metal Delta" in text
    assert "Adel" not in text


def test_every_hit_leads_to_its_page(as_bob, bob):
    delta = company("Delta")
    person("Delvaux")
    open_deal(owner=bob, name="Deltaplan", company=delta)
    hits = as_bob.get(at("stakeholders:suggest"), {"q": "del"}).json()["results"]

    assert len(hits) == 3
    for hit in hits:
        assert hit["label"] in text_of(as_bob.get(hit["href"]))


def test_suggestions_are_of_the_kinds_asked(as_bob):
    company("Delta")
    person("Delvaux")

    assert suggested(as_bob, q="del", kind="company") == [("company", "Delta")]
    assert len(suggested(as_bob, q="del", kind="nonsense")) == 2
    assert len(suggested(as_bob, q="del", kind=["person", "company"])) == 2


@pytest.mark.parametrize("asked", ["", "  ", "!?", "\x00", "zzz", "d" * 500])
def test_nothing_asked_or_known_is_nothing_found(as_bob, asked):
    person("Delvaux")

    assert suggested(as_bob, q=asked) == []
    assert "Delvaux" not in text_of(as_bob.get(at("stakeholders:search"), {"q": asked}))


def test_search_finds_no_deal_one_may_not_see(as_bob, alice, own_deals_only):
    open_deal(owner=alice, name="Delta of Alice")

    assert suggested(as_bob, q="delta") == []
    assert "Delta of Alice" not in text_of(
        as_bob.get(at("stakeholders:search"), {"q": "delta"})
    )


def test_search_finds_nothing_of_another_workspace(as_bob, charlie):
    with inside(connection, charlie.workspace_id):
        company("Delta Theirs")
        person("Delvaux Theirs")
        give_defaults()
        open_deal(owner=charlie, name="Deltaplan Theirs")

    for asked in ("del", "del theirs", "theirs"):
        assert suggested(as_bob, q=asked) == []


def test_search_shows_some_of_each_kind(as_bob):
    for number in range(30):
        person(f"Delvaux {number:02}")
    company("Delta")

    assert len(suggested(as_bob, q="del")) == 7
    text = text_of(as_bob.get(at("stakeholders:search"), {"q": "del"}))
    assert text.count("Delvaux") == 25
    assert text.count("These are the first 25.") == 1
    assert "Delta" in text


def test_htmx_gets_the_hits_alone(as_bob):
    person("Delvaux")

    part = text_of(
        as_bob.get(at("stakeholders:search"), {"q": "del"}, headers=HTMX)
    ).strip()

    assert part.startswith('<div id="rows"')
    assert "Delvaux" in part
    assert "<form" not in part


def test_word_of_an_old_name_finds_nobody(as_bob, bob):
    karel = person("Karel Oud")
    change_person(
        person=karel,
        values={"name": "Karel Nieuw"},
        version=karel.version,
        by=bob,
        now=NOW,
    )

    assert suggested(as_bob, q="oud") == []
    assert suggested(as_bob, q="nieuw") == [("person", "Karel Nieuw")]


# --- Cost ------------------------------------------------------------------------------


def busy(owner, number: int) -> tuple[Any, Any]:
    """A company with a deal, in which a person said something and was read."""
    delta = company(f"Delta {number}")
    deal = open_deal(owner=owner, name=f"Delta plan {number}", company=delta)
    here = seat(deal, f"Delvaux {number}")
    say(here, "B03")
    make(deal)
    return delta, here.person


PAGES = {
    "readiness:people": 10,
    "readiness:people?q=del": 10,
    "forecasting:companies": 8,
    "forecasting:companies?q=del": 8,
    "stakeholders:search?q=del": 8,
    "stakeholders:suggest?q=del": 7,
}


@pytest.mark.parametrize(("door", "statements"), PAGES.items())
def test_list_costs_the_same_with_one_and_with_three_rows(
    as_bob, bob, cost_of, door, statements
):
    name, _, query = door.partition("?")
    costs = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            busy(bob, number)
        costs.append(len(cost_of(as_bob, f"{at(name)}?{query}")))

    assert costs == [statements, statements]


@pytest.mark.parametrize(
    ("name", "statements"), [("readiness:person", 11), ("forecasting:company", 9)]
)
def test_page_costs_the_same_with_one_and_with_three_deals(
    as_bob, bob, cost_of, name, statements
):
    delta, karel = busy(bob, 1)
    path = at(name, id=(karel if name == "readiness:person" else delta).pk)
    costs = [len(cost_of(as_bob, path))]
    for number in (2, 3):
        deal = open_deal(owner=bob, name=f"More {number}", company=delta)
        again = add_stakeholder(
            opportunity=deal,
            person=karel,
            joined_on=JOINED,
            roles=["champion"],
            by=bob,
            now=NOW,
        )
        person(f"Colleague {number}", company=delta)
        say(again, "B03")
        make(deal)
    costs.append(len(cost_of(as_bob, path)))

    assert costs == [statements, statements]
