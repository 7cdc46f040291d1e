"""Beside a planned step: whether it fits where that person stands now, as far as is known."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import Membership, Role, TeamMember, TeamPart
from buyreadiness.recompute import recompute
from coaching.models import Play, Prompt
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.models import PhaseReading
from readiness.queries.catalogue import ActionKindText
from readiness.queries.models import active_model
from readiness.queries.standing import last_readings, reading_at, stand_now
from readiness.queries.timing import timing_of
from stakeholders.actions.acts import create_task, finish_task
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import Stakeholder, Task
from tests.factories import DAY, NOW, create_team, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

PAGES = ["stakeholders:tasks", "stakeholders:task-calendar", "coaching:today"]
FITS, EARLY, LATE = "fits now", "too early", "too late"


@pytest.fixture(autouse=True)
def now(time_machine, ours):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    return open_deal(owner=alice)


@pytest.fixture
def anna(deal: Opportunity) -> Stakeholder:
    """At the status quo, by her own words."""
    anna = seat(deal, "Anna")
    say(anna, "B01", "B02", at=days_ago(3))
    return anna


@pytest.fixture
def ben(deal: Opportunity) -> Stakeholder:
    """Far: planning the roll-out."""
    ben = seat(deal, "Ben")
    say(ben, "B39", "B40", "B43", at=days_ago(3))
    return ben


def plan(who: Stakeholder | None, action: str, deal: Any = None, **fields: Any) -> Task:
    return create_task(
        opportunity=deal or who.opportunity,  # type: ignore[union-attr]
        title=f"Plan {action}",
        stakeholder=who,
        action=action,
        due_on=DAY,
        by=None,
        now=NOW,
        **fields,
    )


def settle(deal: Opportunity) -> None:
    make(deal)
    RecomputeRequest.objects.all().delete()


def addresses(deal: Opportunity) -> list[str]:
    lists = [reverse(name, args=["ours"]) for name in PAGES]
    return [*lists, reverse("coaching:opportunity", args=["ours", deal.pk])]


def said(client: Any, deal: Opportunity, path: str) -> list[str]:
    """What stands beside the tasks of a page."""
    page = " ".join(client.get(path, {"done": "on"}).content.decode().split())
    parts = page.split('<small class="planned">')[1:]
    return [_bare(part.split("</small>")[0]) for part in parts]


def _bare(html: str) -> str:
    for mark in html.split("<")[1:]:
        html = html.replace("<" + mark.split(">")[0] + ">", "")
    return " ".join(html.split())


# --- The word --------------------------------------------------------------------------


@pytest.mark.claim(21)
def test_a_planned_step_says_whether_it_fits_and_what_that_rests_on(
    as_alice, deal, anna, ben
):
    plan(anna, "A01")
    plan(anna, "A03")
    plan(ben, "A02")
    settle(deal)

    for path in addresses(deal):
        demo, ask, tell = (
            line.partition("(")[0] for line in said(as_alice, deal, path)
        )
        assert {demo, ask, tell} == {
            f"Diagnostic conversation {FITS} Anna is likeliest at Status quo ",
            f"Demo or product presentation {EARLY} Anna is likeliest at Status quo ",
            f"Insight or benchmark shared {LATE} Ben is likeliest at Commitment ",
        }


def test_of_whom_nothing_is_known_nothing_is_said(as_alice, deal, anna):
    cleo = seat(deal, "Cleo")
    plan(cleo, "A03")
    plan(None, "A03", deal)
    settle(deal)

    for path in addresses(deal):
        assert said(as_alice, deal, path) == ["Demo or product presentation"] * 2


def test_nothing_is_said_before_a_reading_of_the_model_of_now(
    as_alice, deal, anna, ours
):
    plan(anna, "A03")

    assert not PhaseReading.objects.filter(stakeholder=anna).exists()
    for path in addresses(deal):
        assert said(as_alice, deal, path) == ["Demo or product presentation"]


def test_a_step_that_is_done_or_of_somebody_who_left_is_not_judged(
    as_alice, alice, deal, anna, ben
):
    finish_task(task=plan(anna, "A03"), by=alice, now=NOW)
    plan(ben, "A01")
    leave(stakeholder=ben, left_on=DAY, by=alice, now=NOW)
    settle(deal)

    tasks = reverse("stakeholders:tasks", args=["ours"])
    assert sorted(said(as_alice, deal, tasks)) == [
        "Demo or product presentation",
        "Diagnostic conversation",
    ]


def test_nor_is_one_of_a_deal_that_ended(as_alice, alice, deal, anna):
    plan(anna, "A03")
    settle(deal)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=alice,
        now=NOW,
    )

    for path in (addresses(deal)[0], addresses(deal)[-1]):
        assert said(as_alice, deal, path) == ["Demo or product presentation"]


def test_a_code_that_no_model_knows_is_shown_as_it_is(as_alice, deal, anna):
    plan(anna, "A03")
    Task.objects.update(action="OLD<b>")
    settle(deal)

    for path in addresses(deal):
        assert said(as_alice, deal, path) == ["OLD&lt;b&gt;"]


def test_a_deal_without_people_names_the_step_too(as_alice, alice):
    deal = open_deal(owner=alice)
    plan(None, "A03", deal)

    for path in addresses(deal):
        assert said(as_alice, deal, path) == ["Demo or product presentation"]


def test_what_neither_fits_nor_harms_is_called_neutral(as_alice, deal, ben):
    plan(ben, "A04")  # 0 where they are likeliest
    settle(deal)

    for path in addresses(deal):
        (line,) = said(as_alice, deal, path)
        assert line.startswith("Business-case or criteria workshop neutral Ben is")


@pytest.mark.parametrize(
    ("fits", "standing", "early", "late"),
    [
        ((-2, 0, 2), (0.9, 0.1, 0), True, False),
        ((2, 0, -2), (0, 0.1, 0.9), False, True),
        ((-2, 2, -2), (0.5, 0.1, 0.4), True, False),
        ((-2, 2, -2), (0.4, 0.1, 0.5), False, True),
        ((-2, 2, -2), (0.1, 0.9, 0), False, False),  # fits
        ((-2, -1, -2), (0.9, 0.1, 0), False, False),  # fits nowhere
        ((0, 0, 0), (0.9, 0.1, 0), False, False),
        ((2, -2, 2), (0, 1, 0), False, False),  # between what it fits
    ],
)
def test_early_is_before_what_a_step_fits_and_late_is_past_it(
    fits, standing, early, late
):
    action = ActionKindText("X", {}, fits)
    timing = timing_of(action, name="Anna", standing=standing, labels=("a", "b", "c"))

    assert (timing.is_early, timing.is_late) == (early, late)


def test_where_people_stand_is_read_at_once_as_it_is_read_apart(deal, anna, ben):
    cleo = seat(deal, "Cleo")
    settle(deal)
    later = NOW + timedelta(days=9)
    model = active_model()

    found, standing = stand_now([anna.pk, ben.pk, cleo.pk], now=later)

    rows = last_readings([anna, ben])
    assert found is model
    assert standing == {
        pk: reading_at(row, later, model=model).probabilities
        for pk, row in rows.items()
    }


# --- From advice -----------------------------------------------------------------------


def proposed(client: Any, path: str) -> dict[str, list[str]] | None:
    page = client.get(path).content.decode().replace("&amp;", "&")
    hrefs = [part for part in page.split('"') if "/tasks/new?stakeholder=" in part]
    return parse_qs(urlsplit(hrefs[0]).query) if hrefs else None


@pytest.mark.claim(31)
def test_advice_is_planned_as_the_step_it_names_for_that_person(as_alice, deal, anna):
    settle(deal)
    advice = Prompt.objects.get(stakeholder=anna)

    for path in (reverse("coaching:queue", args=["ours"]), addresses(deal)[-1]):
        given = proposed(as_alice, path)
        assert given is not None
        assert given["stakeholder"] == [str(anna.pk)]
        assert given["action"] == ["A01"]
        assert given["title"][0].startswith("Ask: “What would you lose")
        assert given["next"] == [path]
    assert advice.play.code == "status_quo_heard"


def test_what_a_workspace_words_itself_names_no_step(as_alice, deal, anna):
    settle(deal)
    Play.objects.filter(prompts__stakeholder=anna).update(is_default=False)

    given = proposed(as_alice, addresses(deal)[-1])

    assert given is not None
    assert "action" not in given


def test_who_may_not_write_is_not_offered_to_plan(as_bob, alice, bob, deal, anna):
    settle(deal)
    team = create_team()
    for member, part in ((alice, TeamPart.MEMBER), (bob, TeamPart.COACH)):
        TeamMember.objects.create(team=team, membership=member, part=part)
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.COACH])

    for path in (reverse("coaching:queue", args=["ours"]), addresses(deal)[-1]):
        assert "What would you lose" in as_bob.get(path).content.decode()
        assert proposed(as_bob, path) is None


# --- What it costs ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_one_query_more_and_a_deal_none(
    as_alice, cost_of, deal, anna, count
):
    for number in range(count):
        who = seat(deal, f"Person {number}")
        say(who, "B01", "B02", at=days_ago(3))
        plan(who, "A03")
    recompute(opportunity=deal, now=NOW)
    RecomputeRequest.objects.all().delete()
    paths = addresses(deal)

    with_steps = [len(cost_of(as_alice, path)) for path in paths]
    Task.objects.update(action="")
    without = [len(cost_of(as_alice, path)) for path in paths]

    more = [a - b for a, b in zip(with_steps, without, strict=True)]
    assert more == [1, 1, 1, 0]
