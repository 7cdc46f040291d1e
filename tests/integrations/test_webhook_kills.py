"""A receiver that fails, a worker that is killed: everything arrives, signed, under its id."""

import random
import time
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from accounts.tenancy import workspace
from integrations.actions.webhooks import add_endpoint
from integrations.models import (
    DeliveryState,
    OutboxEntry,
    WebhookDelivery,
    WebhookEndpoint,
)
from opportunities.actions import create_opportunity
from opportunities.models import RecomputeRequest
from tests.factories import DAY, NOW, create_membership
from tests.integrations.receiver import Receiver, receiving
from tests.recompute import test_kills
from tests.recompute.test_kills import Workers

workers = test_kills.workers  # a fixture
SLOW = 900.0  # of the whole, on a busy machine


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Before the workers start: they read their environment once."""
    monkeypatch.setenv("WEBHOOK_LOOPBACK", "on")
    settings.WEBHOOK_LOOPBACK = True


def failing(share: float, *, seed: int) -> Any:
    """Refuse so many of the requests, but nothing for ever."""
    dice = random.Random(seed)
    return lambda _id, tries: 503 if tries < 5 and dice.random() < share else 200


def tell(ours: Workspace, receiver: Receiver, count: int) -> WebhookEndpoint:
    """So many facts of which the receiver is told, each in its own transaction."""
    with workspace(ours):
        owner = create_membership()
        endpoint, receiver.secret = add_endpoint(
            url=receiver.url, events=["opportunity.created"], by=owner, now=NOW
        )
    for number in range(count):
        with workspace(ours):
            create_opportunity(
                name=f"Deal {number}", owner=owner, opened_on=DAY, by=owner, now=NOW
            )
    RecomputeRequest.objects.all().delete()  # the workers' other work, not asked here
    return endpoint


def time_passes(ours: Workspace, *, is_dead: bool) -> None:
    """Back-offs are over; so is the lease of a worker that is dead."""
    now = timezone.now()
    with workspace(ours):
        # The endpoint first, as workers do.
        changed: dict[str, Any] = {"wakes_at": None}
        if is_dead:
            changed["hold_ends_at"] = None
        WebhookEndpoint.objects.update(**changed)
        pending = WebhookDelivery.objects.filter(state=DeliveryState.PENDING)
        pending.update(due_at=now)
    OutboxEntry.objects.update(due_at=now, claimed_at=None)


def kill_while_sending(
    ours: Workspace, workers: Workers, receiver: Receiver, *, kills: int, seed: int
) -> int:
    """Kill the worker so often; return how many times deliveries were out with it."""
    dice, caught = random.Random(seed), 0
    for _turn in range(kills):
        before = sum(receiver.tries.values())
        time_passes(ours, is_dead=True)
        workers.start()
        end = time.monotonic() + 10
        while sum(receiver.tries.values()) == before and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.25))
        workers.kill()
        time.sleep(0.1)
        with workspace(ours):
            held = WebhookEndpoint.objects.filter(hold_ends_at__isnull=False)
            caught += held.exists()
    return caught


def finish(ours: Workspace, workers: Workers, receiver: Receiver, count: int) -> None:
    time_passes(ours, is_dead=True)
    workers.start()
    end, seen = time.monotonic() + SLOW, -1
    while len(receiver.taken) < count and time.monotonic() < end:
        time.sleep(0.5)
        if len(receiver.taken) == seen:  # nothing is due: let time pass
            time_passes(ours, is_dead=False)
            workers.ring()
        seen = len(receiver.taken)
    time.sleep(0.3)  # the worker notes down what it has just sent
    workers.kill()


def assert_all_arrived(ours: Workspace, receiver: Receiver, count: int) -> None:
    assert receiver.faults == []
    with workspace(ours):
        deliveries = list(WebhookDelivery.objects.all())
    assert len(deliveries) == count
    assert {f"msg_{each.message_id}" for each in deliveries} == set(receiver.taken)
    told = {each["data"]["opportunity"] for each in receiver.taken.values()}
    assert told == {each.payload["opportunity"] for each in deliveries}


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_twice_and_a_failing_receiver_lose_nothing(
    committed: Workspace,
    loopback: None,
    workers: Workers,
):
    with receiving(failing(0.3, seed=1)) as receiver:
        tell(committed, receiver, 30)
        kill_while_sending(committed, workers, receiver, kills=2, seed=1)

        finish(committed, workers, receiver, 30)

        assert_all_arrived(committed, receiver, 30)


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_ten_times_loses_none_of_two_thousand_events(
    committed: Workspace,
    loopback: None,
    workers: Workers,
):
    with receiving(failing(0.3, seed=10)) as receiver:
        tell(committed, receiver, 2_000)
        caught = kill_while_sending(committed, workers, receiver, kills=10, seed=10)

        finish(committed, workers, receiver, 2_000)

        assert_all_arrived(committed, receiver, 2_000)
        assert caught >= 5
        twice = sum(receiver.tries.values()) - 2_000
        assert twice >= 500  # it did fail, and was tried again
