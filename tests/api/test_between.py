"""Advice, practice and one-to-ones by the API: who reads them, and what is answered."""

from typing import Any

import pytest

from accounts.models import (
    AuditEvent,
    Membership,
    Role,
    TeamMember,
    TeamPart,
    Workspace,
)
from coaching.models import CoachingNote, Prompt
from tests.api.conftest import Api
from tests.factories import create_membership, create_team, create_user

pytestmark = pytest.mark.django_db

PAPERS = ["practice-answers", "commitments", "coaching-notes", "help-requests"]


@pytest.fixture
def coach(ours: Workspace, alice: Membership) -> Api:
    """Carol, attached to Alice's team as coach."""
    user = create_user(email="carol@example.com", name="Carol")
    carol = create_membership(workspace=ours, user=user, roles=(Role.COACH,))
    team = create_team(name="North")
    TeamMember.objects.filter(membership=alice, part=TeamPart.MEMBER).delete()
    TeamMember.objects.create(team=team, membership=alice, part=TeamPart.MEMBER)
    TeamMember.objects.create(team=team, membership=carol, part=TeamPart.COACH)
    return Api(carol)


@pytest.mark.parametrize("name", PAPERS)
def test_a_coach_reads_what_an_administrator_does_not(
    deal: Any, coach: Api, ours: Workspace, name: str
):
    user = create_user(email="dana@example.com", name="Dana")
    roles = (Role.ADMIN, Role.MANAGER)
    dana = Api(create_membership(workspace=ours, user=user, roles=roles))

    assert len(coach.get(name).json()["results"]) == 1
    assert dana.get(name).json()["results"] == []


def test_a_coach_writes_for_whom_they_coach_and_for_nobody_else(
    deal: Any, coach: Api, alice: Membership, bob: Membership
):
    about = {"member": str(alice.pk)}
    other = {"member": str(bob.pk)}
    audited = AuditEvent.objects.count()

    answers = [
        coach.post("coaching-notes", about | {"text": "Listen longer."}),
        coach.post("coaching-notes", other | {"text": "Listen longer."}),
        coach.post("commitments", about | {"text": "Call", "due_on": "2099-01-01"}),
        coach.post("commitments", about | {"text": "Call", "due_on": "1999-01-01"}),
        coach.post("commitments", other | {"text": "Call", "due_on": "2099-01-01"}),
    ]

    assert [answer.status_code for answer in answers] == [201, 422, 201, 409, 422]
    assert answers[2].json()["state"] == "open"
    # What is between two people is not told to whoever reads the trail.
    assert AuditEvent.objects.count() == audited


def test_a_note_is_taken_back_by_who_wrote_it(deal: Any, coach: Api, api: Api):
    note = api.get("coaching-notes").json()["results"][0]
    path = f"coaching-notes/{note['id']}/retract"

    theirs, own = coach.post(path), api.post(path)

    assert (theirs.status_code, own.status_code) == (409, 204)
    assert CoachingNote.objects.filter(retracted_at__isnull=False).count() == 1
    assert api.get("coaching-notes").json()["results"] == []


def test_a_commitment_is_kept_once(deal: Any, api: Api):
    row = api.get("commitments").json()["results"][0]

    first, second = (api.post(f"commitments/{row['id']}/keep") for _time in range(2))

    assert first.json()["kept_at"] == second.json()["kept_at"] is not None
    assert first.json()["state"] == "late"


def test_a_question_is_answered_by_who_coaches_the_asker(
    deal: Any, coach: Api, api: Api
):
    asked = api.post("help-requests", {"opportunity": str(deal.pk), "question": "Who?"})
    path = f"help-requests/{asked.json()['id']}/answer"

    own = api.post(path, {"answer": "I know."})
    answered, again = (coach.post(path, {"answer": "Ask Ruth."}) for _time in range(2))

    assert asked.status_code == 201
    assert (own.status_code, again.status_code) == (409, 409)
    assert answered.json()["answer"] == "Ask Ruth."


def test_a_prompt_is_answered_with_a_reason_or_a_day(deal: Any, api: Api):
    row = api.get("prompts").json()["results"][0]
    path = f"prompts/{row['id']}/answer"

    answers = [
        api.post(path, {"answer": "dismissed"}),
        api.post(path, {"answer": "snoozed", "returns_on": "1999-01-01"}),
        api.post(path, {"answer": "later"}),
        api.post(path, {"answer": "snoozed", "returns_on": "2099-01-01"}),
        api.post(path, {"answer": "dismissed", "reason": "She has left."}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 422, 200, 200]
    assert answers[3].json()["returns_on"] == "2099-01-01"
    assert answers[4].json()["reason"] == "She has left."
    assert AuditEvent.objects.filter(verb="prompt.answered").count() == 2


def test_a_prompt_that_is_over_is_not_answered(deal: Any, api: Api):
    row = api.get("prompts").json()["results"][0]
    Prompt.objects.update(closed_at=row["opened_at"])

    answer = api.post(f"prompts/{row['id']}/answer", {"answer": "accepted"})

    assert answer.status_code == 409


def test_a_symptom_says_what_it_rests_on(deal: Any, api: Api):
    [row] = api.get("symptoms", code="S1", is_open="true").json()["results"]

    assert [each["kind"] for each in row["rests_on"]] == ["date"]
    assert api.get("symptoms", is_open="false").json()["results"] == []
