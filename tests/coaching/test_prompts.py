"""A prompt is opened once for its evidence, and closes by itself when that goes."""

import pytest

from accounts.models import Membership
from coaching.models import Prompt
from coaching.models.prompt import PromptAnswer
from opportunities.models import Opportunity, Outcome
from readiness.actions.interactions import retract_interaction
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    days_ago,
    make,
    open_deal,
    say,
    seat,
)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    deal = open_deal(owner=alice)
    say(seat(deal), "B05", at=days_ago(3))
    make(deal)
    return deal


def open_codes(deal: Opportunity) -> set[str]:
    rows = Prompt.objects.filter(opportunity=deal, closed_at=None)
    return {
        code
        for code in rows.values_list("play__code", flat=True)
        if not code.startswith("constraint")
    }


@pytest.mark.django_db
def test_new_evidence_closes_the_old_prompt_and_opens_a_new_one(deal: Opportunity):
    before = open_codes(deal)

    say(deal.stakeholders.get(), "B13", "B14", at=days_ago(1))
    make(deal)

    assert before == {"recognition_heard"}
    assert open_codes(deal) == {"criteria_heard"}


@pytest.mark.django_db
def test_an_answered_prompt_is_not_opened_again_for_its_evidence(deal: Opportunity):
    Prompt.objects.update(answer=PromptAnswer.DISMISSED, answered_at=NOW, closed_at=NOW)
    talk = say(deal.stakeholders.get(), "B13", "B14", at=days_ago(1))
    make(deal)
    retract_interaction(interaction=talk, by=None, now=NOW)

    make(deal)

    assert open_codes(deal) == set()


@pytest.mark.django_db
def test_an_unanswered_prompt_opens_again_when_its_evidence_comes_back(
    deal: Opportunity,
):
    talk = say(deal.stakeholders.get(), "B13", "B14", at=days_ago(1))
    make(deal)
    retract_interaction(interaction=talk, by=None, now=NOW)

    make(deal)

    assert open_codes(deal) == {"recognition_heard"}


@pytest.mark.django_db
def test_a_closed_deal_has_no_open_prompt(deal: Opportunity):
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=None,
        now=NOW,
    )

    make(deal)

    assert not Prompt.objects.filter(closed_at=None).exists()
