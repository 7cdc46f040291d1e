"""Lists of people and of companies: by name, page by page, by the start of any word."""

import pytest
from django.db import connection

from accounts.tenancy import inside
from tests.lists.build import HTMX, LISTS, at, made, next_of, person, rows_of, text_of

pytestmark = pytest.mark.django_db


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
