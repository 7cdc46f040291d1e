"""What cannot be is refused in one sentence, and nothing is written."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.apps import apps

from accounts.models import Membership
from accounts.models.base import StaleVersion
from opportunities.actions import AmountWithoutCurrency
from opportunities.models import Outcome
from stakeholders.actions import acts, outcomes, people
from stakeholders.models import (
    Anchor,
    FileExisted,
    OutcomeEvent,
    OutcomeReview,
    Stakeholder,
)
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import open_deal, seat

SAID: dict[str, Any] = {"by": None, "now": NOW}


class Cast:
    """A deal with Karel and Ruth, one of whose colleagues left, and a deal elsewhere."""

    def __init__(self, owner: Membership) -> None:
        give_defaults()
        self.deal = open_deal(owner=owner)
        self.closed = open_deal(owner=owner, name="Done")
        outcomes.close_opportunity(
            opportunity=self.closed,
            outcome=Outcome.LOST,
            closed_on=date(2026, 4, 1),
            today=DAY,
            **SAID,
        )
        self.bare = open_deal(owner=owner, amount=None, currency="")
        self.karel, self.ruth = seat(self.deal), seat(self.deal, "Ruth")
        self.gone = seat(self.deal, "Jan")
        people.leave(stakeholder=self.gone, left_on=date(2026, 4, 1), **SAID)
        self.stranger = seat(open_deal(owner=owner, name="Other"), "Sofie")
        self.task = acts.create_task(opportunity=self.deal, title="Call", **SAID)
        acts.finish_task(task=self.task, **SAID)


def close(c: Cast, **other: Any) -> None:
    values: dict[str, Any] = {
        "opportunity": c.deal,
        "outcome": Outcome.WON,
        "closed_on": DAY,
        "today": DAY,
    }
    outcomes.close_opportunity(**values | SAID | other)


def leave_to(c: Cast, who: str) -> None:
    people.leave(stakeholder=c.karel, left_on=DAY, successor=getattr(c, who), **SAID)


def influence(c: Cast, who: str) -> None:
    people.link_influence(giver=c.karel, taker=getattr(c, who), strength="low", **SAID)


def review(c: Cast, **other: Any) -> None:
    outcomes.record_review(
        opportunity=c.deal, review=outcomes.Review(**other), reviewed_on=DAY, **SAID
    )


REFUSED: dict[str, tuple[Callable[[Cast], Any], type[Exception], str]] = {
    "closing twice": (
        lambda c: close(c, opportunity=c.closed),
        outcomes.AlreadyClosed,
        "“Done” is closed already: lost.",
    ),
    "closing as open": (
        lambda c: close(c, outcome=Outcome.OPEN),
        outcomes.StillOpen,
        "Choose how it ended.",
    ),
    "closing tomorrow": (
        lambda c: close(c, closed_on=DAY + timedelta(days=1)),
        outcomes.BadClosingDay,
        "The closing day lies between 2026-01-12 and today.",
    ),
    "closing before it was opened": (
        lambda c: close(c, closed_on=date(2026, 1, 11)),
        outcomes.BadClosingDay,
        "The closing day lies between 2026-01-12 and today.",
    ),
    "winning an amount of nothing": (
        lambda c: close(c, opportunity=c.bare, won_amount=Decimal(5)),
        AmountWithoutCurrency,
        "An amount needs a currency.",
    ),
    "closing with a review of another deal": (
        lambda c: close(c, review=outcomes.Review(stopped_by=c.stranger)),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "reopening an open deal": (
        lambda c: outcomes.reopen_opportunity(
            opportunity=c.deal, reopened_on=DAY, **SAID
        ),
        outcomes.StillOpen,
        "“Planning” is open.",
    ),
    "reopening before the end": (
        lambda c: outcomes.reopen_opportunity(
            opportunity=c.closed, reopened_on=date(2026, 3, 31), **SAID
        ),
        outcomes.BadClosingDay,
        "It is reopened between 2026-04-01, when it ended, and today.",
    ),
    "reopening in the future": (
        lambda c: outcomes.reopen_opportunity(
            opportunity=c.closed, reopened_on=DAY + timedelta(days=2), **SAID
        ),
        outcomes.BadClosingDay,
        "It is reopened between 2026-04-01, when it ended, and today.",
    ),
    "reviewing somebody of another deal": (
        lambda c: review(c, phases={c.stranger: "resolve"}),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "reviewing a phase that is none": (
        lambda c: review(c, phases={c.karel: "hope"}),
        acts.UnknownPhase,
        "There is no phase “hope”.",
    ),
    "two seats for one person": (
        lambda c: people.add_stakeholder(
            opportunity=c.deal, person=c.karel.person, joined_on=DAY, **SAID
        ),
        people.SeatTaken,
        "Karel has a seat in this deal already.",
    ),
    "a role that is none": (
        lambda c: people.add_stakeholder(
            opportunity=c.deal,
            person=c.stranger.person,
            joined_on=DAY,
            roles=["champion", "king"],
            **SAID,
        ),
        people.UnknownRole,
        "“king” is not a role.",
    ),
    "the role of an unmapped seat": (
        lambda c: people.set_roles(
            stakeholder=c.karel, roles=["unmapped"], from_on=DAY, **SAID
        ),
        people.UnknownRole,
        "“unmapped” is not a role.",
    ),
    "leaving twice": (
        lambda c: people.leave(stakeholder=c.gone, left_on=DAY, **SAID),
        people.AlreadyLeft,
        "Jan left on 2026-04-01.",
    ),
    "leaving before joining": (
        lambda c: people.leave(stakeholder=c.karel, left_on=date(2026, 1, 14), **SAID),
        people.LeftBeforeJoining,
        "Karel joined on 2026-01-15 and can't leave before.",
    ),
    **{
        f"a successor who is {who}": (
            partial(leave_to, who=who),
            people.BadSuccessor,
            "The successor must be another person who is active in this deal.",
        )
        for who in ("karel", "gone", "stranger")
    },
    **{
        f"influence on {who}": (
            partial(influence, who=who),
            people.NotOneDeal,
            "Influence links two different people of one deal.",
        )
        for who in ("karel", "stranger")
    },
    "a change of what somebody else changed": (
        lambda c: people.change_stakeholder(
            stakeholder=c.karel, values={"goals": "x"}, version=9, **SAID
        ),
        StaleVersion,
        "Somebody else changed this meanwhile. Look again, then save.",
    ),
    "a date moved by a stranger": (
        lambda c: acts.set_decision_date(
            opportunity=c.deal,
            decision_on=DAY,
            set_at=NOW,
            moved_by=c.stranger,
            **SAID,
        ),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "a date set later than now": (
        lambda c: acts.set_decision_date(
            opportunity=c.deal,
            decision_on=DAY,
            set_at=NOW + timedelta(seconds=1),
            **SAID,
        ),
        acts.InTheFuture,
        "That lies in the future.",
    ),
    "a quote without a currency": (
        lambda c: acts.send_quote(
            opportunity=c.deal, total=Decimal(1), currency="", sent_on=DAY, **SAID
        ),
        AmountWithoutCurrency,
        "An amount needs a currency.",
    ),
    "a quote to a stranger": (
        lambda c: acts.send_quote(
            opportunity=c.deal,
            total=Decimal(1),
            currency="EUR",
            sent_on=DAY,
            addressed_to=c.stranger,
            **SAID,
        ),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "a ninth item": (
        lambda c: acts.set_file_item(
            opportunity=c.deal, item=9, state="claimed", seen_on=DAY, **SAID
        ),
        acts.NoSuchFileItem,
        "The purchase file has items 1 to 8, not 9.",
    ),
    "a task about a stranger": (
        lambda c: acts.create_task(
            opportunity=c.deal, title="Call", stakeholder=c.stranger, **SAID
        ),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "a task done twice": (
        lambda c: acts.finish_task(task=c.task, **SAID),
        acts.AlreadyDone,
        "“Call” was done before.",
    ),
}


def everything() -> dict[str, list[Any]]:
    """Every row of the floors below, as values."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for app in ("opportunities", "stakeholders")
        for model in apps.get_app_config(app).get_models()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("what", list(REFUSED))
def test_it_is_refused_in_a_sentence_and_nothing_is_written(
    alice: Membership, what: str
):
    act, kind, sentence = REFUSED[what]
    cast = Cast(alice)
    before = everything()

    with pytest.raises(kind) as refusal:
        act(cast)

    assert str(refusal.value) == sentence
    assert everything() == before


@pytest.mark.django_db
def test_a_closing_keeps_its_review_and_a_reopening_its_event(alice: Membership):
    cast = Cast(alice)

    close(
        cast,
        won_amount=Decimal("9"),
        review=outcomes.Review(
            file_existed=FileExisted.YES, phases={cast.karel: Anchor.COMMITMENT}
        ),
    )
    deal = outcomes.reopen_opportunity(opportunity=cast.deal, reopened_on=DAY, **SAID)

    assert (deal.outcome, deal.closed_on, deal.won_amount) == ("open", None, None)
    events = OutcomeEvent.objects.filter(opportunity=deal).order_by("pk")
    assert [event.outcome for event in events] == ["won", "open"]
    assert OutcomeReview.objects.get().phases.get().anchor == "commitment"


@pytest.mark.django_db
def test_a_reopened_deal_does_not_end_before_it_began_again(alice: Membership):
    cast = Cast(alice)
    outcomes.reopen_opportunity(opportunity=cast.closed, reopened_on=DAY, **SAID)

    with pytest.raises(outcomes.BadClosingDay, match=f"between {DAY} and today"):
        close(cast, opportunity=cast.closed, closed_on=DAY - timedelta(days=1))


@pytest.mark.django_db
def test_a_successor_may_be_named_afterwards(alice: Membership):
    cast = Cast(alice)

    people.leave(stakeholder=cast.gone, left_on=DAY, successor=cast.ruth, **SAID)

    gone = Stakeholder.objects.get(pk=cast.gone.pk)
    assert (gone.left_on, gone.replaced_by_id) == (date(2026, 4, 1), cast.ruth.pk)
