"""What a buyer can take along: nothing of ours is on it but what was ticked."""

import re
from typing import Any

import pytest

from accounts.models import Membership
from opportunities.models import Opportunity
from stakeholders.actions.acts import create_task, finish_task, set_decision_date
from stakeholders.models import Task
from tests.factories import DAY, NOW, create_membership, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

ALL = {"parts": ["checklist", "business_case", "questions", "plan"]}
WHOLE = {"title": "New planning", "language": "en"} | ALL


@pytest.fixture
def deal(bob: Membership, time_machine: Any) -> Opportunity:
    """A deal of which much is noted and believed."""
    time_machine.move_to(NOW, tick=False)
    give_defaults()
    deal = open_deal(owner=bob, name="Upsell before they notice", amount=91_357)
    karel = seat(deal, "Karel Maes", roles=("blocker",), influence="high")
    say(karel, "B01", "B43", summary="Over my dead body")
    for title in ("Send the criteria", "Find out who is against us"):
        create_task(
            opportunity=deal,
            title=title,
            stakeholder=karel,
            due_on=DAY.replace(day=20),
            by=bob,
            now=NOW,
        )
    set_decision_date(
        opportunity=deal,
        decision_on=DAY.replace(day=30),
        reason="Stalling",
        set_at=NOW,
        by=bob,
        now=NOW,
    )
    make(deal)
    return deal


def address(deal: Opportunity) -> str:
    return f"/w/ours/opportunities/{deal.pk}/material"


def sheet_of(answer: Any) -> str:
    """The words on the page that the buyer gets."""
    found = re.search(r"<article.*?</article>", answer.content.decode(), re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


@pytest.mark.claim(24)
def test_nothing_that_is_noted_or_believed_is_on_it(as_bob: Any, deal: Opportunity):
    told = sheet_of(as_bob.get(address(deal), WHOLE))

    assert "New planning" in told
    assert "Somebody who stands up for the spending" in told
    for ours in (
        *("Upsell", "Karel", "Maes", "lock", "dead body", "91", "%", "hance"),
        *("criteria_heard", "Stalling", "against us", "Send the criteria", "30 May"),
        *("tatus quo", "eadiness", "phase", "ignal", "Find out"),
    ):
        assert ours not in told


@pytest.mark.claim(24)
def test_a_step_and_the_day_of_the_decision_are_shared_by_a_tick(
    as_bob: Any, deal: Opportunity
):
    task = Task.objects.get(title="Send the criteria")
    given = WHOLE | {"tasks": [str(task.pk)], "decision": "on"}

    told = sheet_of(as_bob.get(address(deal), given))

    plan = told[told.index("Shared plan") :]
    assert "Send the criteria Karel Maes 20 May 2026" in plan
    assert "The decision, as you foresee it 30 May 2026" in plan
    assert "against us" not in told


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("nl", "Wat een beslissing gewoonlijk nodig heeft", "4 mei 2026"),
        ("fr", "Ce qu&#x27;une décision demande d&#x27;habitude", "4 mai 2026"),
    ],
)
def test_it_is_in_the_language_of_the_buyer(
    as_bob: Any, deal: Opportunity, language: str, words: str, day: str
):
    page = as_bob.get(address(deal), WHOLE | {"language": language})

    assert words in sheet_of(page)
    assert day in sheet_of(page)
    assert f'lang="{language}"' in page.content.decode()
    assert "Print" in page.content.decode()  # ours stays in the reader's own


@pytest.mark.parametrize("part", ALL["parts"])
def test_it_holds_what_was_chosen(as_bob: Any, deal: Opportunity, part: str):
    titles = {
        "checklist": "What a decision usually needs",
        "business_case": "Outline of a business case",
        "questions": "Questions for colleagues",
        "plan": "Shared plan",
    }

    told = sheet_of(as_bob.get(address(deal), WHOLE | {"parts": [part]}))

    assert [name for name, title in titles.items() if title in told] == [part]


def test_at_first_there_is_only_the_choice(as_bob: Any, deal: Opportunity):
    page = as_bob.get(address(deal)).content.decode()

    assert "<article" not in page
    assert "Find out who is against us" in page  # to be ticked or not


@pytest.mark.parametrize(
    "given",
    [{"title": ""}, {"language": "de"}, {"parts": []}, {"tasks": ["x"]}],
    ids=range(4),
)
def test_what_can_not_be_shown_is_said_beside_its_field(
    as_bob: Any, deal: Opportunity, given: dict[str, Any]
):
    page = as_bob.get(address(deal), WHOLE | given)

    assert page.status_code == 422
    assert "<article" not in page.content.decode()
    assert 'class="errorlist"' in page.content.decode()


def test_a_task_of_another_deal_or_a_done_one_is_none_to_share(
    as_bob: Any, deal: Opportunity
):
    other = create_task(
        opportunity=open_deal(owner=deal.owner, name="Other"),
        title="Elsewhere",
        by=deal.owner,
        now=NOW,
    )
    done = Task.objects.get(title="Send the criteria")
    finish_task(task=done, by=deal.owner, now=NOW)

    for task in (other, done):
        answer = as_bob.get(address(deal), WHOLE | {"tasks": [str(task.pk)]})
        assert answer.status_code == 422


def test_of_a_deal_one_may_not_see_there_is_none(as_bob: Any, deal: Opportunity):
    hidden = open_deal(owner=create_membership(), name="Hers")

    assert as_bob.get(address(hidden), WHOLE).status_code == 404


def test_it_costs_the_same_whatever_is_planned(
    as_bob: Any, deal: Opportunity, cost_of: Any
):
    some = len(cost_of(as_bob, f"{address(deal)}?title=x&language=en&parts=plan"))
    for number in range(3):
        create_task(opportunity=deal, title=f"Call {number}", by=deal.owner, now=NOW)

    many = cost_of(as_bob, f"{address(deal)}?title=x&language=en&parts=plan")

    assert len(many) == some == 9
