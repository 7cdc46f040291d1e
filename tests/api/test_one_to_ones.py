"""Whom one sits down with, and what to speak about: for the two of them alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, TeamMember, TeamPart, Workspace
from stakeholders.models import Task
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import by_key
from tests.api.test_schema import refuse_other_shapes
from tests.api.world import create_deal_with_everything
from tests.factories import create_membership, create_team, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(ours: Workspace, alice: Membership, deal: Any) -> Api:
    """Carol, attached to Alice's team as coach."""
    user = create_user(email="carol@example.com", name="Carol")
    carol = create_membership(workspace=ours, user=user, roles=(Role.COACH,))
    team = create_team(name="North")
    TeamMember.objects.filter(membership=alice, part=TeamPart.MEMBER).delete()
    TeamMember.objects.create(team=team, membership=alice, part=TeamPart.MEMBER)
    TeamMember.objects.create(team=team, membership=carol, part=TeamPart.COACH)
    return Api(carol)


def agenda_of(api: Api, member: Membership) -> Any:
    return api.get(f"one-to-ones/{member.pk}/agenda")


def test_a_coach_sees_whom_they_coach_with_what_is_open(coach: Api, alice: Membership):
    rows = coach.get("one-to-ones").json()["results"]

    told = {row["name"]: row for row in rows}
    assert set(told) == {"Alice", "Carol"}
    assert told["Carol"]["is_own"]
    assert told["Alice"] == {
        "id": str(alice.pk),
        "name": "Alice",
        "is_own": False,
        "due": 0,
        "missed": 1,
        "questions": 1,
    }


def test_the_agenda_says_what_stands_in_their_deals(
    coach: Api, alice: Membership, deal: Any
):
    today = timezone.now().date()
    Task.objects.filter(opportunity=deal).update(due_on=today - timedelta(days=3))

    answer = agenda_of(coach, alice)

    told = answer.json()
    named = {"id": str(deal.pk), "name": deal.name}
    assert told["member"] == {"id": str(alice.pk), "name": "Alice"}
    assert [each["title"] for each in told["overdue"]] == ["Send the draft"]
    assert [each["opportunity"] for each in told["symptoms"]] == [named]
    assert told["queue"][0]["opportunity"] == named
    assert told["queue"][0]["stakeholder"]["name"] == "Ruth Claes 1"
    refuse_other_shapes("one-to-ones/{id}/agenda", answer)
    # The rep reads the same of themselves.
    assert agenda_of(Api(alice), alice).json()["overdue"] == told["overdue"]


def test_nobody_else_reads_it_whatever_their_role(
    coach: Api, ours: Workspace, alice: Membership, bob: Membership
):
    user = create_user(email="dana@example.com", name="Dana")
    roles = (Role.ADMIN, Role.MANAGER)
    dana = Api(create_membership(workspace=ours, user=user, roles=roles))

    assert_problem(agenda_of(dana, alice), 404)
    assert_problem(agenda_of(coach, bob), 404)
    assert [row["name"] for row in dana.get("one-to-ones").json()["results"]] == [
        "Dana"
    ]


def test_a_key_reads_it_within_its_scope(alice: Membership, deal: Any):
    address = f"{ROOT}one-to-ones/{alice.pk}/agenda"
    keys = [by_key(alice, [f"{name}:read"]) for name in ("one_to_ones", "commitments")]

    assert [key.get(address).status_code for key in keys] == [200, 403]


def test_an_agenda_knows_no_parameters(api: Api, alice: Membership):
    assert_problem(api.get(f"one-to-ones/{alice.pk}/agenda", limit="1"), 400)


def test_an_agenda_costs_the_same_for_one_deal_and_for_three(
    api: Api, alice: Membership, deal: Any, cost_of: Any
):
    api.client.defaults["HTTP_X_WORKSPACE"] = "ours"
    address = f"{ROOT}one-to-ones/{alice.pk}/agenda"
    one = len(cost_of(api.client, address))
    for number in (2, 3):
        create_deal_with_everything(alice, number=number)

    assert len(cost_of(api.client, address)) == one <= 32
