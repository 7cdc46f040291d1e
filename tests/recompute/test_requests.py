"""The database is the queue of truth: asked once, claimed once, answered or asked again."""

import logging
from datetime import timedelta

import pytest

from accounts.models import Membership, Workspace
from accounts.tenancy import NoWorkspace, workspace
from buyreadiness.recompute import answer_request, begin_attempt, claim_requests
from buyreadiness.tasks import recompute_opportunity
from forecasting.models import Forecast
from opportunities.actions import request_recompute
from opportunities.models import RecomputeRequest
from opportunities.models.recompute import LEASE, MAX_ATTEMPTS
from tests.factories import NOW, create_membership, give_defaults
from tests.recompute.build import open_deal, say, seat

SECOND = timedelta(seconds=1)


def begin(deal, now=NOW):
    return begin_attempt(opportunity_id=deal.pk, now=now)


@pytest.mark.django_db
def test_a_hundred_signals_make_one_request(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    karel = seat(deal)

    for _each in range(100):
        say(karel, "B03")

    assert RecomputeRequest.objects.count() == 1


@pytest.mark.django_db
def test_what_waits_behind_a_killed_worker_loses_no_attempt(alice: Membership):
    give_defaults()
    first, second = open_deal(owner=alice), open_deal(owner=alice)
    for turn in range(MAX_ATTEMPTS + 2):
        now = NOW + turn * (LEASE + SECOND)
        claim_requests(now=now)
        begin(first, now)  # and the worker is killed

    attempts = dict(RecomputeRequest.objects.values_list("opportunity_id", "attempts"))

    assert attempts[second.pk] == 0
    assert RecomputeRequest.objects.parked().get().opportunity_id == first.pk


@pytest.mark.django_db
def test_after_three_attempts_it_is_parked_and_said_so(
    alice: Membership, caplog: pytest.LogCaptureFixture
):
    give_defaults()
    deal = open_deal(owner=alice)
    claims = []
    with caplog.at_level(logging.ERROR, "buyreadiness.recompute"):
        for turn in range(MAX_ATTEMPTS + 2):
            now = NOW + turn * (LEASE + SECOND)
            claims.append(len(claim_requests(now=now)))
            begin(deal, now)

    assert claims == [1, 1, 1, 0, 0]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.django_db
def test_a_parked_request_gets_a_new_chance_when_asked_again(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    RecomputeRequest.objects.update(attempts=3, parked_at=NOW)

    request_recompute(opportunity=deal, now=NOW)

    assert len(claim_requests(now=NOW)) == 1


@pytest.mark.django_db
def test_a_newer_asking_is_not_answered_by_an_older_one(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    claim_requests(now=NOW)
    asking = begin(deal)
    request_recompute(opportunity=deal, now=NOW + SECOND)

    settled = answer_request(opportunity_id=deal.pk, asking_id=asking, now=NOW)

    assert not settled
    assert len(claim_requests(now=NOW + SECOND)) == 1


@pytest.mark.django_db
def test_an_answered_request_is_begun_by_nobody(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    asking = begin(deal)

    assert answer_request(opportunity_id=deal.pk, asking_id=asking, now=NOW)
    assert begin(deal) is None


@pytest.mark.django_db
def test_a_request_for_a_deal_that_is_gone_is_settled(alice: Membership):
    give_defaults()
    deal = open_deal(owner=alice)
    RecomputeRequest.objects.update(opportunity_id=alice.pk)
    asking = begin_attempt(opportunity_id=alice.pk, now=NOW)
    assert asking

    answer_request(opportunity_id=alice.pk, asking_id=asking, now=NOW)

    assert not RecomputeRequest.objects.exists()
    assert not Forecast.objects.filter(opportunity=deal).exists()


@pytest.mark.django_db
def test_the_task_is_not_sent_without_a_workspace(alice: Membership):
    with pytest.raises(NoWorkspace, match="sent with workspace="):
        recompute_opportunity.delay(opportunity_id=str(alice.pk))
    with pytest.raises(NoWorkspace, match="without a workspace"):
        recompute_opportunity(opportunity_id=str(alice.pk))


@pytest.mark.django_db(transaction=True)
def test_the_task_answers_and_a_failed_one_leaves_its_request_counted(
    committed: Workspace, monkeypatch: pytest.MonkeyPatch
):
    with workspace(committed):
        give_defaults()
        deal = open_deal(owner=create_membership())
    ids = {"workspace": str(committed.pk), "opportunity_id": str(deal.pk)}

    with monkeypatch.context() as broken:
        broken.setattr("buyreadiness.recompute.recompute", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            recompute_opportunity(**ids)
    attempts = list(RecomputeRequest.objects.values_list("attempts", flat=True))
    recompute_opportunity(**ids)

    assert attempts == [1]
    assert not RecomputeRequest.objects.exists()
