"""The queue of truth: coalesced, leased, tried three times, settled by who is right."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.models import Membership, Workspace
from accounts.tenancy import NoWorkspace, inside, workspace
from buyreadiness.recompute import answer_request, claim_requests
from buyreadiness.tasks import recompute_opportunity, sweep
from opportunities.actions import request_recompute
from opportunities.models import Opportunity, RecomputeRequest
from opportunities.models.recompute import LEASE, MAX_ATTEMPTS
from opportunities.signals import recompute_requested
from tests.factories import NOW, create_membership, create_opportunity

SECOND = timedelta(seconds=1)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    return create_opportunity(owner=alice)


def answer(request: RecomputeRequest, *, now: Any = NOW) -> bool:
    return answer_request(
        opportunity_id=request.opportunity_id, asking_id=request.asking_id, now=now
    )


@pytest.mark.django_db
def test_a_hundred_askings_are_one_request(deal: Opportunity):
    for second in range(100):
        request_recompute(opportunity=deal, now=NOW + second * SECOND)

    request = RecomputeRequest.objects.get()

    assert request.opportunity_id == deal.pk
    assert request.requested_at == NOW + 99 * SECOND


@pytest.mark.django_db
def test_each_asking_is_told(deal: Opportunity):
    told: list[dict[str, Any]] = []

    def listen(**kwargs: Any) -> None:
        told.append(kwargs)

    recompute_requested.connect(listen)

    request_recompute(opportunity=deal, now=NOW)

    recompute_requested.disconnect(listen)
    assert [(t["workspace_id"], t["opportunity_id"]) for t in told] == [
        (deal.workspace_id, deal.pk)
    ]


@pytest.mark.django_db
def test_a_request_is_claimed_once(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)

    first, second = claim_requests(now=NOW), claim_requests(now=NOW)

    assert [request.opportunity_id for request in first] == [deal.pk]
    assert second == []


@pytest.mark.django_db
def test_an_answered_request_is_gone(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    (claimed,) = claim_requests(now=NOW)

    settled = answer(claimed)

    assert settled
    assert RecomputeRequest.objects.count() == 0


@pytest.mark.django_db
def test_a_newer_asking_is_not_answered_by_an_older_one(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    (claimed,) = claim_requests(now=NOW)
    request_recompute(opportunity=deal, now=NOW + SECOND)

    settled = answer(claimed)

    assert not settled
    (again,) = claim_requests(now=NOW + SECOND)
    assert again.asking_id != claimed.asking_id


@pytest.mark.django_db
def test_answering_twice_does_no_harm(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    (claimed,) = claim_requests(now=NOW)

    answers = [answer(claimed), answer(claimed)]

    assert answers == [True, False]


@pytest.mark.django_db
def test_a_claimed_request_is_dropped_when_its_lease_is_over(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    claim_requests(now=NOW)

    still_leased = claim_requests(now=NOW + LEASE)
    dropped = claim_requests(now=NOW + LEASE + SECOND)

    assert still_leased == []
    assert [request.opportunity_id for request in dropped] == [deal.pk]


@pytest.mark.django_db
def test_after_three_attempts_it_is_parked_and_said_so(
    deal: Opportunity, caplog: pytest.LogCaptureFixture
):
    request_recompute(opportunity=deal, now=NOW)
    later = [NOW + turn * (LEASE + SECOND) for turn in range(MAX_ATTEMPTS + 2)]

    with caplog.at_level(logging.ERROR, "buyreadiness.recompute"):
        claims = [len(claim_requests(now=now)) for now in later]

    assert claims == [1, 1, 1, 0, 0]
    assert RecomputeRequest.objects.parked().count() == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.django_db
def test_a_parked_request_gets_a_new_chance_when_asked_again(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    RecomputeRequest.objects.update(attempts=3, parked_at=NOW)

    request_recompute(opportunity=deal, now=NOW)

    assert len(claim_requests(now=NOW)) == 1


@pytest.mark.django_db
def test_the_oldest_is_claimed_first(alice: Membership):
    deals = [create_opportunity(owner=alice, name=name) for name in "abc"]
    for deal, seconds in zip(deals, [3, 1, 2], strict=True):
        request_recompute(opportunity=deal, now=NOW + seconds * SECOND)

    claimed = RecomputeRequest.objects.claim(now=NOW + 9 * SECOND, limit=2)

    assert [request.opportunity_id for request in claimed] == [deals[1].pk, deals[2].pk]


@pytest.mark.django_db
def test_the_sweep_opens_no_workspace(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)

    with inside(connection, None):
        claimed = claim_requests(now=NOW)

    assert [request.workspace_id for request in claimed] == [deal.workspace_id]


@pytest.mark.django_db
def test_a_workspace_task_is_not_sent_without_a_workspace():
    ids = {"opportunity_id": str(uuid7()), "asking_id": str(uuid7())}

    with pytest.raises(NoWorkspace, match="sent with workspace="):
        recompute_opportunity.delay(**ids)
    with pytest.raises(NoWorkspace, match="sent with workspace="):
        recompute_opportunity.apply_async(kwargs={**ids, "workspace": ""})


@pytest.mark.django_db
def test_a_workspace_task_does_not_run_without_a_workspace():
    with pytest.raises(NoWorkspace, match="without a workspace"):
        recompute_opportunity(opportunity_id=str(uuid7()), asking_id=str(uuid7()))


@pytest.mark.django_db(transaction=True)
def test_a_workspace_task_runs_inside_its_workspace(committed: Workspace):
    with workspace(committed):
        deal = create_opportunity(owner=create_membership())
        request_recompute(opportunity=deal, now=NOW)
    (claimed,) = claim_requests(now=NOW)

    recompute_opportunity(
        workspace=str(committed.pk),
        opportunity_id=str(claimed.opportunity_id),
        asking_id=str(claimed.asking_id),
    )

    assert RecomputeRequest.objects.count() == 0
    assert tenancy.current_id() is None


@pytest.mark.django_db(transaction=True)
def test_a_failed_recompute_leaves_its_request(
    committed: Workspace, monkeypatch: pytest.MonkeyPatch
):
    with workspace(committed):
        deal = create_opportunity(owner=create_membership())
        request_recompute(opportunity=deal, now=NOW)
    (claimed,) = claim_requests(now=NOW)

    def fail() -> None:
        with workspace(committed):
            answer(claimed)
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    request = RecomputeRequest.objects.get()
    assert (request.attempts, request.claimed_at) == (1, NOW)


def test_the_sweep_is_in_the_schedule(settings: Any):
    assert [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()] == [
        sweep.name
    ]
