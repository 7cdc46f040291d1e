"""What is typed into the log is never lost: to a refusal, a second sending, an ended session."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from opportunities.actions import create_company
from opportunities.models import Opportunity, Outcome
from readiness.models import LogDraft
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import Interaction
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


def test_a_clock_may_be_some_minutes_ahead(as_bob: Client, deal: Opportunity):
    karel = seat(deal)
    soon = stamp(timezone.now() + timedelta(minutes=8))
    told = fields(as_bob, deal, occurred_at=soon) | signal(0, karel, "B03")
    assert as_bob.post(path(deal), told).status_code == 303


def test_a_closed_deal_says_so(as_bob: Client, bob: Membership, deal: Opportunity):
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=NOW.date(),
        today=NOW.date(),
        by=bob,
        now=NOW,
    )
    assert "This deal is closed." in as_bob.get(path(deal)).content.decode()


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
