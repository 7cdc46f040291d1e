"""The queue of truth: coalesced, leased, tried three times, settled by who is right."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from accounts.models import Membership
from accounts.tenancy import NoWorkspace, inside
from buyreadiness.recompute import answer_request, claim_requests
from buyreadiness.tasks import recompute_opportunity
from opportunities.actions import request_recompute
from opportunities.models import Opportunity, RecomputeRequest
from opportunities.models.recompute import LEASE
from opportunities.signals import recompute_requested
from tests.factories import NOW, create_opportunity

SECOND = timedelta(seconds=1)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    return create_opportunity(owner=alice)


def answer(request: RecomputeRequest, *, now: Any = NOW) -> bool:
    return answer_request(
        opportunity_id=request.opportunity_id, asking_id=request.asking_id, now=now
    )


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
def test_a_claimed_request_is_dropped_when_its_lease_is_over(deal: Opportunity):
    request_recompute(opportunity=deal, now=NOW)
    claim_requests(now=NOW)

    still_leased = claim_requests(now=NOW + LEASE)
    dropped = claim_requests(now=NOW + LEASE + SECOND)

    assert still_leased == []
    assert [request.opportunity_id for request in dropped] == [deal.pk]


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
