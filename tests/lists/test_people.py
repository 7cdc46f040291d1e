"""People and companies, with the deals one may see and no others."""

import pytest
from django.db import connection

from accounts.tenancy import inside
from stakeholders.actions.people import (
    add_stakeholder,
)
from tests.factories import DAY, NOW
from tests.lists.build import (
    at,
    close,
    company,
    made,
    next_of,
    person,
    rows_of,
    text_of,
)
from tests.recompute.build import JOINED, open_deal, say, seat

pytestmark = pytest.mark.django_db


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
