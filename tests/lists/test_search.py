"""Search: all kinds by the start of any word, and only what one may see."""

import pytest
from django.db import connection

from accounts.tenancy import inside
from stakeholders.actions.people import (
    change_person,
)
from tests.factories import NOW, give_defaults
from tests.lists.build import HTMX, at, company, person, text_of
from tests.recompute.build import open_deal

pytestmark = pytest.mark.django_db


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
