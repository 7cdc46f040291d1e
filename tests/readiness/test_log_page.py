"""The log form: what it costs, refuses and keeps; it is saved once and never lost."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.http.tickets import Ticket
from accounts.models import Membership
from opportunities.actions import create_company
from opportunities.models import Opportunity
from readiness.actions.drafts import forget_drafts
from readiness.models import LogDraft, SellerAction, SellerActionTarget, Signal
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import DecisionDate, Interaction, Participation, Quote
from tests.conftest import DoorClient
from tests.factories import NOW, give_defaults
from tests.recompute.build import ZONE, days_ago, open_deal, say, seat

STAMP = "%Y-%m-%dT%H:%M"


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


def path(deal: Opportunity, more: str = "") -> str:
    return f"/w/ours/opportunities/{deal.pk}/log{more}"


def stamp(moment: datetime) -> str:
    return timezone.localtime(moment, ZONE).strftime(STAMP)


def fields(client: Client, deal: Opportunity, **other: Any) -> dict[str, Any]:
    """A form as it was opened, filled in with one talk."""
    opened = client.get(path(deal)).context["form"]
    return {
        "token": opened["token"].value(),
        "occurred_at": stamp(timezone.now()),
        "channel": "call",
        "signals-TOTAL_FORMS": "6",
        "signals-INITIAL_FORMS": "0",
    } | other


def signal(place: int, who: Any, code: str, quotation: str = "") -> dict[str, str]:
    start = f"signals-{place}"
    return {
        f"{start}-who": str(who.pk),
        f"{start}-code": code,
        f"{start}-quotation": quotation,
    }


def three_and_five(client: Client, deal: Opportunity) -> dict[str, Any]:
    karel, ruth, jan = (seat(deal, name) for name in ("Karel", "Ruth", "Jan"))
    return (
        fields(client, deal, did=["A01", "A05"], minutes="40", direction="inbound")
        | signal(0, karel, "B14", "Finance signs above fifty.")
        | signal(1, karel, "B27")
        | signal(2, ruth, "B06")
        | signal(3, ruth, "B10")
        | signal(4, jan, "B08")
    )


def test_a_talk_with_three_people_is_written_as_told(
    as_bob: Client, bob: Membership, deal: Opportunity
):
    answer = as_bob.post(path(deal), three_and_five(as_bob, deal))
    talk = Interaction.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/w/ours/opportunities/{deal.pk}?logged={talk.pk}"
    assert (talk.minutes, talk.direction, talk.logged_by) == (40, "inbound", bob)
    assert talk.form_opened_at is not None
    assert talk.form_opened_at <= talk.logged_at
    assert Participation.objects.filter(interaction=talk).count() == 3
    assert sorted(
        Signal.objects.values_list("stakeholder__person__name", "code", "quotation")
    ) == [
        ("Jan", "B08", ""),
        ("Karel", "B14", "Finance signs above fifty."),
        ("Karel", "B27", ""),
        ("Ruth", "B06", ""),
        ("Ruth", "B10", ""),
    ]
    assert SellerAction.objects.count() == 2
    assert SellerActionTarget.objects.count() == 6


def test_htmx_is_answered_with_what_asks_for_what_moved(
    as_bob: Client, deal: Opportunity
):
    answer = as_bob.post(
        path(deal), three_and_five(as_bob, deal), headers={"HX-Request": "true"}
    )
    talk = Interaction.objects.get()
    assert answer.status_code == 200
    there = f"/w/ours/opportunities/{deal.pk}/moved?interaction={talk.pk}"
    assert f'hx-get="{there}"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_form_costs_the_same_for_one_person_and_three(
    as_bob: Client, deal: Opportunity, cost_of: Callable[..., list[str]]
):
    seat(deal)
    one = cost_of(as_bob, path(deal))
    seat(deal, "Ruth")
    leave(stakeholder=seat(deal, "Jan"), left_on=NOW.date(), by=None, now=NOW)
    assert len(cost_of(as_bob, path(deal))) == len(one) <= 10


def test_choosing_a_deal_costs_the_same_for_one_and_three(
    as_bob: Client,
    bob: Membership,
    deal: Opportunity,
    cost_of: Callable[..., list[str]],
):
    one = cost_of(as_bob, "/w/ours/log")
    for name in ("Second", "Third"):
        open_deal(owner=bob, name=name)
    assert len(cost_of(as_bob, "/w/ours/log")) == len(one)


def test_saving_needs_ten_statements_beside_its_rows(as_bob: Client, deal: Opportunity):
    told = three_and_five(as_bob, deal)
    with CaptureQueriesContext(connection) as captured:
        assert as_bob.post(path(deal), told).status_code == 303
    sent = [
        query["sql"]
        for query in captured.captured_queries
        if not re.match("SET LOCAL|SAVEPOINT|RELEASE", query["sql"])
    ]
    rows = r'INSERT INTO "(stakeholders|readiness)_'
    inserts = [sql for sql in sent if re.match(rows, sql)]
    assert len(inserts) == 5, inserts
    assert len(sent) - len(inserts) <= 10, sent


def test_deals_logged_in_last_come_first_and_are_found_by_their_company(
    as_bob: Client, bob: Membership, deal: Opportunity
):
    say(seat(deal), "B03", at=days_ago(3))
    first = open_deal(
        owner=bob, name="Alpha", company=create_company(name="Delta", by=bob, now=NOW)
    )
    shown = as_bob.get("/w/ours/log").context["deals"]
    assert list(shown) == [deal, first]
    shown = as_bob.get("/w/ours/log?q=delt").context["deals"]
    assert list(shown) == [first]


@pytest.mark.parametrize(
    ("off", "sentence"),
    [
        (timedelta(minutes=15), "before it took place"),
        (-timedelta(days=1300), "more than 24 months before"),
        (timedelta(minutes=5), ""),
    ],
)
def test_when_it_can_have_been(
    as_bob: Client, deal: Opportunity, off: timedelta, sentence: str
):
    karel = seat(deal)
    told = fields(as_bob, deal, occurred_at=stamp(timezone.now() + off))
    answer = as_bob.post(path(deal), told | signal(0, karel, "B03", "We lost two."))
    assert answer.status_code == (422 if sentence else 303)
    assert Interaction.objects.exists() is not bool(sentence)
    if sentence:
        page = answer.content.decode()
        assert sentence in page
        assert "We lost two." in page
        assert answer.context["form"]["token"].value() == told["token"]


def test_who_left_is_refused_after_that_day_and_heard_before_it(
    as_bob: Client, deal: Opportunity
):
    gone = seat(deal, "Jan")
    leave(stakeholder=gone, left_on=NOW.date(), by=None, now=NOW)
    told = fields(as_bob, deal, summary="Kept.") | signal(0, gone, "B03")
    refused = as_bob.post(path(deal), told)
    assert refused.status_code == 422
    assert "Jan left on" in refused.content.decode()
    assert "Kept." in refused.content.decode()
    before = told | {"occurred_at": stamp(days_ago(20))}
    assert as_bob.post(path(deal), before).status_code == 303


def test_nobody_is_no_talk(as_bob: Client, deal: Opportunity):
    seat(deal)
    answer = as_bob.post(path(deal), fields(as_bob, deal))
    assert answer.status_code == 422
    assert "Say who took part." in answer.content.decode()


def test_a_closed_deal_says_so(as_bob: Client, bob: Membership, deal: Opportunity):
    close_opportunity(
        opportunity=deal,
        outcome="lost",
        closed_on=NOW.date(),
        today=NOW.date(),
        by=bob,
        now=NOW,
    )
    assert "This deal is closed." in as_bob.get(path(deal)).content.decode()


def test_the_same_form_twice_is_one_talk(as_bob: Client, deal: Opportunity):
    told = three_and_five(as_bob, deal)
    first, second = as_bob.post(path(deal), told), as_bob.post(path(deal), told)
    assert first["Location"] == second["Location"]
    assert Interaction.objects.count() == 1


def test_the_same_form_with_other_words_loses_neither(
    as_bob: Client, deal: Opportunity
):
    told = three_and_five(as_bob, deal)
    as_bob.post(path(deal), told)
    other = told | {"signals-0-quotation": "Legal signs too."}
    answer = as_bob.post(path(deal), other)
    assert answer.status_code == 422
    assert "saved before, with other words" in answer.content.decode()
    assert "Legal signs too." in answer.content.decode()
    again = other | {"token": answer.context["form"]["token"].value()}
    assert as_bob.post(path(deal), again).status_code == 303
    assert Interaction.objects.count() == 2


def test_a_ticket_of_somebody_else_chooses_no_id(
    as_bob: Client, alice: Membership, deal: Opportunity
):
    theirs = Ticket.new(deal.pk, by=alice, now=NOW)
    told = three_and_five(as_bob, deal) | {"token": str(theirs)}
    assert as_bob.post(path(deal), told).status_code == 303
    assert Interaction.objects.get().pk != theirs.pk


def test_acts_are_written_with_the_signals_they_propose(
    as_bob: Client, deal: Opportunity
):
    karel = seat(deal)
    first = fields(
        as_bob,
        deal,
        took=[str(karel.pk)],
        date_on="2026-09-01",
        date_by=str(karel.pk),
        date_signal="on",
        quote_total="12000",
        quote_change="first",
        quote_to=str(karel.pk),
        quote_signal="on",
    )
    assert as_bob.post(path(deal), first).status_code == 303
    later = fields(
        as_bob,
        deal,
        took=[str(karel.pk)],
        date_on="2026-12-01",
        date_by=str(karel.pk),
        date_signal="on",
    )
    for _time in range(2):
        assert as_bob.post(path(deal), later).status_code == 303
    assert DecisionDate.objects.count() == 2
    assert Quote.objects.count() == 1
    codes = Signal.objects.order_by("logged_at").values_list("code", flat=True)
    assert list(codes) == ["B21", "B32"]


def test_a_draft_comes_back_and_goes_when_saved(as_bob: Client, deal: Opportunity):
    told = three_and_five(as_bob, deal)
    assert as_bob.post(path(deal, "/draft"), told).status_code == 204
    back = as_bob.get(path(deal))
    assert "Finance signs above fifty." in back.content.decode()
    assert back.context["form"]["token"].value() == told["token"]
    assert not back.context["form"].errors
    as_bob.post(path(deal), told)
    assert not LogDraft.objects.exists()
    assert as_bob.post(path(deal, "/draft"), told).status_code == 204
    assert not LogDraft.objects.exists(), "what comes behind the saving is no draft"


def test_a_draft_that_came_behind_its_saving_is_not_shown(
    as_bob: Client, bob: Membership, deal: Opportunity
):
    told = three_and_five(as_bob, deal)
    as_bob.post(path(deal), told)
    LogDraft.objects.create(
        membership=bob,
        opportunity=deal,
        fields={name: [value] for name, value in told.items() if name != "did"},
        saved_at=timezone.now(),
    )
    assert "Finance signs" not in as_bob.get(path(deal)).content.decode()


def test_a_draft_is_ones_own_thrown_away_or_forgotten(
    as_bob: Client, bob: Membership, deal: Opportunity
):
    told = three_and_five(as_bob, deal)
    as_bob.post(path(deal, "/draft"), told)
    assert as_bob.post(path(deal, "/discard")).status_code == 303
    assert not LogDraft.objects.exists()
    as_bob.post(path(deal, "/draft"), told)
    now = timezone.now()
    forget_drafts(now=now + timedelta(days=13))
    assert LogDraft.objects.exists()
    forget_drafts(now=now + timedelta(days=15))
    assert not LogDraft.objects.exists()


def test_a_form_sent_after_the_session_ended_waits_for_whoever_signs_in(
    as_bob: Client, bob: Membership, deal: Opportunity
):
    told = three_and_five(as_bob, deal)
    as_bob.logout()
    away = as_bob.post(path(deal), told)
    assert away.status_code == 302
    assert not Interaction.objects.exists()
    login(as_bob, bob)
    back = as_bob.get(away["Location"].partition("next=")[2])
    assert "Finance signs above fifty." in back.content.decode()
    assert back.context["form"]["took"].value() == told.get("took", [])
    assert as_bob.post(path(deal), told).status_code == 303


def test_it_waits_for_nobody_else(as_bob: Client, alice: Membership, deal: Opportunity):
    told = three_and_five(as_bob, deal)
    as_bob.logout()
    as_bob.post(path(deal), told)
    login(as_bob, alice)
    assert "Finance signs" not in as_bob.get(path(deal)).content.decode()
    assert not LogDraft.objects.exists()


def test_nothing_without_a_ticket_waits(client: Client, deal: Opportunity):
    client.post(path(deal), {"token": "forged", "summary": "x"})
    assert not client.session.keys()


def test_a_form_refused_for_its_age_is_there_again(bob: Membership, deal: Opportunity):
    strict = DoorClient(enforce_csrf_checks=True)
    login(strict, bob)
    told = three_and_five(strict, deal)
    assert strict.post(path(deal), told).status_code == 403
    assert "Finance signs above fifty." in strict.get(path(deal)).content.decode()


def login(client: Client, member: Membership) -> None:
    """Sign in as the pages do: what waits in the session of a visitor stays."""
    assert member.user
    client.force_login(member.user)
