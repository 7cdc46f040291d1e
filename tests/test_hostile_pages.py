"""What no browser sends to a page: each answers in words of its own, and none with a 500."""

from html.parser import HTMLParser
from typing import Any

import pytest

from accounts.models import Role, Workspace
from tests.test_permission_matrix import PAGES, address_of, sign_in

# Three minutes: with the long runs.
pytestmark = [pytest.mark.django_db, pytest.mark.proof]

# What pages read from the query string, whichever they are.
PARAMETERS = [
    *("about", "after", "as_of", "at", "before", "by", "cause", "company", "day"),
    *("deal", "from", "importance", "in", "interaction", "kind", "left", "logged"),
    *("member", "n", "next", "order", "outcome", "owner", "page", "period", "phase"),
    *("preset", "q", "role", "scope", "sheet", "since", "sort", "status", "talk"),
    *("team", "to", "until", "verb", "week", "whose", "who", "with", "year"),
]
FILLINGS = {"NUL": "\x00", "long": "9" * 5_000, "the last day": "9999-12-31"}
WANTED = {200, 204, 302, 303, 404, 405, 409, 422}
every_page = pytest.mark.parametrize("door", PAGES, ids=lambda door: door.name)


class Names(HTMLParser):
    """The names of the fields of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in {"input", "select", "textarea", "button"} and name:
            self.found.add(name)


@every_page
def test_a_page_answers_whatever_it_is_asked(client: Any, ours: Workspace, door: Any):
    sign_in(client, ours, *Role)
    address = address_of(door)
    plain = client.get(address)
    names = PARAMETERS + sorted(
        Names(plain.content).found
        if plain.status_code == 200 and is_html(plain)
        else []
    )

    answers = {
        f"{call.__name__} {word}": call(address, dict.fromkeys(names, filling))
        for word, filling in FILLINGS.items()
        for call in (client.get, client.post)
    }

    codes = {told: each.status_code for told, each in answers.items()}
    assert {told: code for told, code in codes.items() if code not in WANTED} == {}


def is_html(response: Any) -> bool:
    return str(response.headers["Content-Type"]).startswith("text/html")
