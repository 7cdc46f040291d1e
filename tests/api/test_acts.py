"""What is done to rows besides: who may, to which rows, and what it answers."""

from typing import Any

import pytest

from accounts.models import Membership, Role, Workspace
from accounts.permissions import PERMISSIONS
from buyreadiness.api import RESOURCES
from opportunities.models import Opportunity
from tests.api.conftest import ROOT, Api
from tests.api.test_lists import by_key, first_of, without_request
from tests.api.test_schema import refuse_other_shapes
from tests.factories import create_membership, create_user

pytestmark = pytest.mark.django_db

ACTS = [(resource, act) for resource in RESOURCES for act in resource.row_acts]
MISSING = "00000000-0000-7000-8000-000000000000"
UNREADABLE = {"no such field": 1}


def names(acts: Any) -> list[str]:
    return [f"{resource.name}/{act.name}" for resource, act in acts]


def test_the_acts_there_are():
    assert names(ACTS) == [
        *("companies/merge", "companies/tell-apart"),
        *("people/merge", "people/tell-apart", "tasks/done", "tasks/undo"),
        *("phase-models/set-numbers", "phase-models/activate"),
        *("phase-models/roll-back", "phases/split", "phases/merge"),
        *("stakeholders/set-roles", "stakeholders/leave", "stakeholders/come-back"),
        *("opportunities/close", "opportunities/reopen", "opportunities/hand-over"),
        *("prompts/answer", "commitments/keep", "coaching-notes/retract"),
        *("help-requests/answer", "imports/check", "imports/commit"),
        *("imports/preview-undo", "imports/undo", "imports/discard"),
        *("webhooks/test", "webhooks/rotate-secret", "webhooks/switch-on"),
        *("webhooks/switch-off", "webhook-deliveries/replay"),
        *("members/suspend", "members/reinstate", "members/remove"),
        *("teams/place", "teams/attach-coach", "teams/take-out", "api-keys/revoke"),
    ]


@pytest.mark.parametrize("role", Role)
def test_an_act_is_for_who_has_its_permission(
    api: Api, deal: Any, ours: Workspace, role: Role
):
    user = create_user(email="dana@example.com", name="Dana")
    dana = Api(create_membership(workspace=ours, user=user, roles=(role,)))

    for resource, act in ACTS:
        answer = dana.post(f"{resource.name}/{MISSING}/{act.name}", UNREADABLE)

        may = role in PERMISSIONS[act.permission]
        assert answer.status_code == (404 if may else 403), (
            f"{resource.name} {act.name}"
        )


@pytest.mark.parametrize(("resource", "act"), ACTS, ids=names(ACTS))
def test_an_act_wants_a_key_that_writes(
    api: Api, deal: Any, alice: Membership, resource: Any, act: Any
):
    address = f"{ROOT}{resource.name}/{first_of(api, resource)}/{act.name}"
    body = {"content_type": "application/json"}
    reading = by_key(alice, [resource.scope("read")])
    writing = by_key(alice, [resource.scope("write")])

    assert reading.post(address, UNREADABLE, **body).status_code == 403
    assert writing.post(address, UNREADABLE, **body).status_code == 422


def test_a_foreign_row_is_missing_for_an_act(api: Api, deal: Any, charlie: Membership):
    charlie.roles = list(Role)
    charlie.save(update_fields=["roles"])
    theirs = Api(charlie)

    for resource, act in ACTS:
        own = first_of(api, resource)
        answers = [
            theirs.post(f"{resource.name}/{id}/{act.name}", UNREADABLE)
            for id in (own, MISSING)
        ]

        assert [each.status_code for each in answers] == [404, 404], resource.name
        assert without_request(answers[0]) == without_request(answers[1])


def test_every_act_answers_as_described(api: Api, deal: Any):
    for resource, act in ACTS:
        path = f"{resource.name}/{first_of(api, resource)}/{act.name}"
        shape = f"{resource.name}/{{id}}/{act.name}"

        for answer in (api.post(path, UNREADABLE), api.post(path, {})):
            assert answer.status_code in {200, 204, 409, 422}, path
            if answer.status_code != 204:
                refuse_other_shapes(shape, answer, method="post")


def test_an_act_honours_a_version_and_needs_none(api: Api, deal: Any):
    address = f"{ROOT}opportunities/{deal.pk}/close"
    told = {"outcome": "no_decision"}

    stale = post(api, address, told, if_match='"v9"')
    empty = post(api, address, told, if_match="")
    done = post(api, address, told, if_match='"v1"')

    assert (stale.status_code, empty.status_code, done.status_code) == (412, 412, 200)
    assert done.headers["ETag"] == '"v2"'


def post(api: Api, address: str, body: Any, *, if_match: str) -> Any:
    headers = api.headers | {"If-Match": if_match}
    return api.client.post(
        address, body, content_type="application/json", headers=headers
    )


def test_an_act_sent_again_is_done_once(api: Api, deal: Any):
    headers = api.headers | {"Idempotency-Key": "close-1"}
    told = {"outcome": "lost", "lost_to": "Acme"}

    answers = [
        api.client.post(
            f"{ROOT}opportunities/{deal.pk}/close",
            told,
            content_type="application/json",
            headers=headers,
        )
        for _time in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert deal.outcome_events.filter(outcome="lost").count() == 1


def test_what_one_gives_away_and_sees_no_longer_is_answered_without_a_body(
    deal: Any, alice: Membership, bob: Membership, ours: Workspace
):
    ours.rep_visibility = "own"
    ours.save(update_fields=["rep_visibility"])
    Opportunity.objects.filter(pk=deal.pk).update(owner=bob)

    answer = Api(bob).post(
        f"opportunities/{deal.pk}/hand-over", {"owner": str(alice.pk)}
    )

    assert answer.status_code == 204
    assert not answer.content
    assert Opportunity.objects.get(pk=deal.pk).owner == alice
