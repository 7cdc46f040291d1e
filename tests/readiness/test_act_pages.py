"""A date moves, a quote goes out, somebody is replaced, a deal ends: what the pages answer."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from opportunities.models import Opportunity, Outcome
from readiness.models import Signal, SignalType
from stakeholders.actions.acts import send_quote, set_decision_date
from stakeholders.models import (
    DecisionDate,
    OutcomeReview,
    Quote,
    ReviewedPhase,
    Stakeholder,
)
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


def here(deal: Opportunity) -> str:
    return f"/w/ours/opportunities/{deal.pk}"


def name_date(deal: Opportunity, day: Any = DAY) -> DecisionDate:
    return set_decision_date(
        opportunity=deal, decision_on=day, set_at=NOW, by=deal.owner, now=NOW
    )


def quoted(deal: Opportunity, **fields: Any) -> Quote:
    values: dict[str, Any] = {
        "total": Decimal(90_000),
        "currency": "EUR",
        "sent_on": DAY,
    } | fields
    return send_quote(opportunity=deal, by=deal.owner, now=NOW, **values)


def codes() -> list[str]:
    return list(Signal.objects.values_list("code", flat=True))


def test_a_pushed_date_is_logged_with_its_signal(as_bob: Any, deal: Opportunity):
    name_date(deal)
    karel = seat(deal)

    response = as_bob.post(
        f"{here(deal)}/decision-date",
        {"decision_on": "2026-09-30", "moved_by": str(karel.pk), "as_signal": "on"},
    )

    assert (response.status_code, response.url) == (303, here(deal))
    assert DecisionDate.objects.count() == 2
    assert Signal.objects.get().stakeholder == karel
    assert codes() == ["B32"]


@pytest.mark.parametrize("moved_by", ["", "seller", "karel"])
def test_a_date_that_is_nobodys_signal_logs_none(
    as_bob: Any, deal: Opportunity, moved_by: str
):
    name_date(deal)
    karel = seat(deal)
    by, wanted = (str(karel.pk), "") if moved_by == "karel" else (moved_by, "on")

    as_bob.post(
        f"{here(deal)}/decision-date",
        {"decision_on": "2026-09-30", "moved_by": by, "as_signal": wanted},
    )

    last = DecisionDate.objects.order_by("-set_at")[0]
    assert codes() == []
    assert last.is_moved_by_seller == (moved_by == "seller")


def test_what_is_proposed_is_said_before_it_is_logged(as_bob: Any, deal: Opportunity):
    name_date(deal)
    karel = seat(deal)
    name = str(SignalType.objects.get(code="B34"))

    plain = as_bob.get(f"{here(deal)}/decision-date").content.decode()
    part = as_bob.get(
        f"{here(deal)}/decision-date",
        {
            "decision_on": "2026-09-30",
            "moved_by": str(karel.pk),
            "linked_event": "Their contract ends",
        },
        headers={"HX-Request": "true"},
    ).content.decode()

    assert name in plain
    assert f"As it stands: “{name}”, of Karel." in part
    assert "<html" not in part


@pytest.mark.parametrize("typed", ["", "yesterday", "0001-01-01"])
def test_a_day_that_is_none_is_refused_and_the_rest_kept(
    as_bob: Any, deal: Opportunity, typed: str
):
    response = as_bob.post(
        f"{here(deal)}/decision-date", {"decision_on": typed, "reason": "Budget"}
    )

    assert response.status_code == 422
    assert 'value="Budget"' in response.content.decode()
    assert not DecisionDate.objects.exists()


def test_a_model_without_the_signal_gets_the_act_alone(as_bob: Any, deal: Opportunity):
    karel = seat(deal)
    SignalType.objects.filter(code="B23").update(code="X23")

    response = as_bob.post(
        f"{here(deal)}/quote",
        {
            "total": "95000",
            "currency": "EUR",
            "sent_on": "2026-05-04",
            "change": "price",
            "addressed_to": str(karel.pk),
            "as_signal": "on",
        },
    )

    assert response.status_code == 303
    assert (Quote.objects.count(), codes()) == (1, [])


def test_a_quote_is_numbered_and_logged_with_its_signal(as_bob: Any, deal: Opportunity):
    quoted(deal)
    karel = seat(deal)

    as_bob.post(
        f"{here(deal)}/quote",
        {
            "total": "95000",
            "currency": "EUR",
            "sent_on": "2026-05-04",
            "change": "price",
            "addressed_to": str(karel.pk),
            "as_signal": "on",
        },
    )

    assert Quote.objects.get(number=2).total == 95_000
    assert codes() == ["B23"]


@pytest.mark.parametrize("total", ["", "-1", "1e99", "many"])
def test_a_total_that_is_none_is_refused(as_bob: Any, deal: Opportunity, total: str):
    response = as_bob.post(
        f"{here(deal)}/quote",
        {"total": total, "currency": "EUR", "sent_on": "2026-05-04", "change": "first"},
    )

    assert response.status_code == 422
    assert not Quote.objects.exists()


def test_a_date_and_a_quote_are_taken_back_once(as_bob: Any, deal: Opportunity):
    day, offer = name_date(deal), quoted(deal)
    addresses = [
        f"/w/ours/decision-dates/{day.pk}/retract",
        f"/w/ours/quotes/{offer.pk}/retract",
    ]

    for address in addresses * 2:
        assert as_bob.post(address).url == here(deal)

    assert not DecisionDate.objects.standing().exists()
    assert not Quote.objects.standing().exists()
    assert AuditEvent.objects.filter(verb__endswith=".retracted").count() == 2


def leave(client: Client, person: Stakeholder, **values: Any) -> Any:
    asked = {"left_on": "2026-05-04", "as_signal": "on", **values}
    return client.post(f"/w/ours/stakeholders/{person.pk}/leave", asked)


def test_a_seat_is_left_open(as_bob: Any, deal: Opportunity):
    karel = seat(deal)

    assert leave(as_bob, karel).url == f"{here(deal)}?left={karel.pk}"

    karel.refresh_from_db()
    assert (karel.left_on, karel.replaced_by, codes()) == (DAY, None, [])


def test_somebody_new_takes_over_the_roles_and_is_logged_as_the_successor(
    as_bob: Any, deal: Opportunity
):
    karel = seat(deal, influence="high")

    leave(as_bob, karel, newcomer_text="Mia", newcomer_id="new")

    karel.refresh_from_db()
    mia = Stakeholder.objects.get(person__name="Mia")
    assert karel.replaced_by == mia
    assert list(mia.roles_held.values_list("role", flat=True)) == ["champion"]
    assert Signal.objects.get().stakeholder == mia
    assert codes() == ["B45"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"left_on": "2026-01-01"}, "leave before"),
        ({"successor": "ruth", "newcomer_text": "Jan"}, "Choose one successor."),
        ({"newcomer_text": "Ruth"}, "has a seat in this deal already"),
    ],
)
def test_who_cannot_leave_like_that_stays(
    as_bob: Any, deal: Opportunity, values: dict[str, str], sentence: str
):
    karel, ruth = seat(deal), seat(deal, "Ruth")
    seat(open_deal(owner=deal.owner, name="Other"), "Jan")
    if "successor" in values:
        values = values | {"successor": str(ruth.pk)}

    response = leave(as_bob, karel, **values)

    karel.refresh_from_db()
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert (karel.left_on, codes()) == (None, [])


def close(client: Client, deal: Opportunity, **values: Any) -> Any:
    asked = {
        "outcome": "lost",
        "closed_on": "2026-05-04",
        "file_existed": "unknown",
        **values,
    }
    return client.post(f"{here(deal)}/close", asked)


@pytest.mark.claim(7)
def test_a_deal_is_closed_with_what_one_believes_of_everybody(
    as_bob: Any, deal: Opportunity
):
    karel, ruth = seat(deal), seat(deal, "Ruth")

    response = close(
        as_bob,
        deal,
        lost_to="Nobody",
        won_amount="148000",
        file_existed="no",
        stopped_by=str(ruth.pk),
        reason="No budget",
        **{f"phase_{karel.pk}": "criteria"},
    )

    deal.refresh_from_db()
    review = OutcomeReview.objects.get()
    assert (response.status_code, response.url) == (303, here(deal))
    assert (deal.outcome, deal.won_amount, deal.lost_to) == ("lost", None, "Nobody")
    assert (review.file_existed, review.stopped_by) == ("no", ruth)
    phase = ReviewedPhase.objects.get()
    assert (phase.stakeholder, phase.anchor, codes()) == (karel, "criteria", [])


def test_a_deal_is_won_for_the_amount_that_was_quoted_last(
    as_bob: Any, deal: Opportunity
):
    quoted(deal)
    quoted(
        deal, total=Decimal(70_000), currency="USD"
    )  # no amount of this deal's currency
    ruth = seat(deal, "Ruth")

    page = as_bob.get(f"{here(deal)}/close").content.decode()
    close(
        as_bob,
        deal,
        outcome="won",
        won_amount="91000",
        lost_to="Typed before",
        stopped_by=str(ruth.pk),
    )

    deal.refresh_from_db()
    assert 'value="90000"' in page
    assert (deal.won_amount, deal.lost_to) == (Decimal(91_000), "")
    assert OutcomeReview.objects.get().stopped_by is None


def test_the_reading_of_the_model_stands_beside_and_prefills_nothing(
    as_bob: Any, deal: Opportunity
):
    say(seat(deal), "B18")
    make(deal)

    page = as_bob.get(f"{here(deal)}/close").content.decode()

    assert "the model:" in page
    assert page.count('<option value="" selected>not said</option>') == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"outcome": ""}, "This field is required."),
        ({"closed_on": "2190-01-01"}, "That lies in the future."),
        ({"closed_on": "2025-01-01"}, "The closing day lies between"),
    ],
)
def test_an_end_that_cannot_be_is_refused_and_what_was_typed_kept(
    as_bob: Any, deal: Opportunity, values: dict[str, str], sentence: str
):
    response = close(as_bob, deal, reason="No budget", **values)

    page = response.content.decode()
    deal.refresh_from_db()
    assert response.status_code == 422
    assert sentence in page
    assert 'value="No budget"' in page
    assert not deal.is_closed


def test_nothing_more_happens_in_a_closed_deal(as_bob: Any, deal: Opportunity):
    karel = seat(deal)
    close(as_bob, deal)

    answers = [
        close(as_bob, deal, outcome="won"),
        leave(as_bob, karel),
        as_bob.post(f"{here(deal)}/decision-date", {"decision_on": "2026-09-30"}),
        as_bob.post(
            f"{here(deal)}/quote",
            {
                "total": "1",
                "currency": "EUR",
                "sent_on": "2026-05-04",
                "change": "first",
            },
        ),
    ]

    deal.refresh_from_db()
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("is closed" in answer.content.decode() for answer in answers)
    assert deal.outcome == Outcome.LOST
    assert not DecisionDate.objects.exists()
    assert not Quote.objects.exists()
    for name in ("close", "decision-date", "quote", "people/new", "tasks/new"):
        page = as_bob.get(f"{here(deal)}/{name}").content.decode()
        assert f"{here(deal)}/reopen" in page


def test_a_form_costs_the_same_with_one_row_and_with_three(
    as_bob: Any, deal: Opportunity, cost_of: Any
):
    karel = seat(deal)
    say(karel, "B18")
    make(deal, now=timezone.now())
    name_date(deal)
    quoted(deal)
    addresses = [f"{here(deal)}/{name}" for name in ("decision-date", "quote", "close")]
    once = [len(cost_of(as_bob, address)) for address in addresses]

    for name in ("Ruth", "Jan"):
        say(seat(deal, name), "B18")
        name_date(deal)
        quoted(deal)
    make(deal, now=timezone.now())

    assert [len(cost_of(as_bob, address)) for address in addresses] == once
    assert max(once) <= 13
