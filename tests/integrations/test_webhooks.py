"""What is told, to whom, when it is tried again, and when no more."""

import json
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.models import AuditEvent, Membership
from accounts.tenancy import inside
from integrations.actions.outbox import claim_entries
from integrations.actions.webhooks import (
    NotEnded,
    SwitchedOff,
    add_endpoint,
    forget_deliveries,
    replay,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from integrations.models import (
    DeliveryState,
    OutboxEntry,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.webhooks.events import EVENTS
from integrations.webhooks.examples import examples
from integrations.webhooks.schedule import WAITS, WHOLE, due_again, wakes
from integrations.webhooks.sending import post
from integrations.webhooks.working import deliver
from opportunities.models import Outcome
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, give_defaults
from tests.integrations.receiver import Receiver, receiving
from tests.recompute.build import ZONE, make, open_deal, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def loopback(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True


def listen(by: Membership, receiver: Receiver, *events: str) -> WebhookEndpoint:
    endpoint, receiver.secret = add_endpoint(
        url=receiver.url, events=events or list(EVENTS), by=by, now=NOW
    )
    return endpoint


def work(endpoint: WebhookEndpoint, now: datetime | None = None) -> None:
    """A worker's turn, in the workspace that is open; the clock of the receiver is real."""
    moment = now or datetime.now(NOW.tzinfo)
    deliver(endpoint_id=endpoint.pk, door=nullcontext, now=lambda: moment, post=post)
    endpoint.refresh_from_db()


def test_every_event_of_a_deals_life_arrives_signed(alice: Membership, loopback: None):
    give_defaults()
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        deal = open_deal(owner=alice)
        person = seat(deal)
        contact = Contact(
            occurred_at=NOW,
            channel="call",
            parts=[Took(person, [Said("B03", "we lose hours")])],
        )
        log_interaction(opportunity=deal, contact=contact, zone=ZONE, by=alice, now=NOW)
        make(deal)
        close_opportunity(
            opportunity=deal,
            outcome=Outcome.LOST,
            closed_on=DAY,
            today=DAY,
            by=alice,
            now=NOW,
        )

        work(endpoint)

    kinds = {told["type"] for told in receiver.taken.values()}
    assert receiver.faults == []
    assert kinds >= {
        *("opportunity.created", "interaction.logged", "reading.changed"),
        *("forecast.changed", "prompt.opened", "opportunity.closed"),
    }
    assert "we lose hours" not in json.dumps(list(receiver.taken.values()))
    assert person.person.name not in json.dumps(list(receiver.taken.values()))
    assert not OutboxEntry.objects.exists()
    for told in receiver.taken.values():
        assert set(told["data"]) == set(EVENTS[told["type"]].schema["properties"])


def test_who_ticked_nothing_of_it_is_told_nothing(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver, "import.finished")
        open_deal(owner=alice)

        work(endpoint)

    assert receiver.taken == {}
    assert not WebhookDelivery.objects.exists()


def test_the_examples_are_of_every_kind_and_of_its_shape(db: None):
    shown = {event.name: json.loads(body) for event, body in examples()}

    assert set(shown) == {*EVENTS, "webhook.test"}
    for name, event in EVENTS.items():
        assert shown[name]["type"] == name
        assert set(shown[name]["data"]) == set(event.schema["properties"])


def test_a_refused_message_comes_again_under_its_id(alice: Membership, loopback: None):
    with receiving(lambda _id, tries: 200 if tries > 1 else 503) as receiver:
        endpoint = listen(alice, receiver)
        open_deal(owner=alice)

        work(endpoint)
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempt_count) == ("pending", 1)
        assert OutboxEntry.objects.get().due_at == delivery.due_at
        work(endpoint, delivery.due_at)

    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED
    assert receiver.tries == {f"msg_{delivery.message_id}": 2}
    endings = list(delivery.attempts.order_by("pk").values_list("status", "fault"))
    assert endings == [(503, ""), (200, "")]
    assert endpoint.failed_first_at is None


def test_while_a_secret_is_replaced_both_sign(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        earlier = receiver.secret
        now = datetime.now(NOW.tzinfo)
        _endpoint, newer = rotate_secret(endpoint=endpoint, by=alice, now=now)
        for secret in (earlier, newer):
            receiver.secret = secret
            send_test(endpoint=endpoint, by=alice, now=NOW)
            work(endpoint)
        both = len(receiver.taken)
        receiver.secret = earlier
        later = now + timedelta(hours=24, seconds=1)
        WebhookEndpoint.objects.update(earlier_ends_at=now)
        send_test(endpoint=endpoint, by=alice, now=later)
        work(endpoint)

    assert both == 2
    assert earlier != newer
    assert len(receiver.taken) == 2
    assert not WebhookEndpoint.objects.filter(secret__contains=newer).exists()


def test_gone_is_gone_and_the_administrators_get_a_letter(
    alice: Membership, loopback: None, django_capture_on_commit_callbacks: Any
):
    with receiving(lambda _id, _tries: 410) as receiver:
        endpoint = listen(alice, receiver)
        send_test(endpoint=endpoint, by=alice, now=NOW)
        with django_capture_on_commit_callbacks(execute=True):
            work(endpoint)

        assert endpoint.off_reason == "gone"
        assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]
        assert receiver.url in mail.outbox[0].body
        assert AuditEvent.objects.filter(verb="webhook.switched_off").exists()
        with pytest.raises(SwitchedOff):
            send_test(endpoint=endpoint, by=alice, now=NOW)
        open_deal(owner=alice)
        assert WebhookDelivery.objects.count() == 1

        receiver.answer = lambda _id, _tries: 200
        switch_on(endpoint=endpoint, by=alice, now=NOW)
        work(endpoint)

    assert len(receiver.taken) == 1


def test_nothing_for_75_hours_switches_off(alice: Membership, loopback: None):
    with receiving(lambda _id, _tries: 500) as receiver:
        endpoint = listen(alice, receiver)
        send_test(endpoint=endpoint, by=alice, now=NOW)
        now = datetime.now(NOW.tzinfo)
        work(endpoint, now)
        assert endpoint.is_on
        WebhookEndpoint.objects.update(failed_first_at=now - WHOLE)
        WebhookDelivery.objects.update(due_at=now)
        work(endpoint, now)

    assert endpoint.off_reason == "failing"
    assert WebhookDelivery.objects.get().state == DeliveryState.PENDING


def test_who_fails_again_and_again_is_asked_by_one_message_at_a_time(
    alice: Membership, loopback: None
):
    with receiving(lambda _id, _tries: 500) as receiver:
        endpoint = listen(alice, receiver)
        for _each in range(12):
            send_test(endpoint=endpoint, by=alice, now=NOW)
        now = datetime.now(NOW.tzinfo)
        work(endpoint, now)
        asked = sum(receiver.tries.values())
        work(endpoint, now + timedelta(seconds=1))
        assert sum(receiver.tries.values()) == asked
        assert endpoint.wakes_at is not None
        entry = OutboxEntry.objects.get()
        assert entry.due_at >= endpoint.wakes_at
        work(endpoint, entry.due_at)

    assert asked == 12
    assert sum(receiver.tries.values()) == 13


def test_another_worker_at_it_is_not_disturbed(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        send_test(endpoint=endpoint, by=alice, now=NOW)
        now = datetime.now(NOW.tzinfo)
        WebhookEndpoint.objects.update(hold_ends_at=now + timedelta(seconds=9))
        work(endpoint, now)
        assert receiver.taken == {}
        work(endpoint, now + timedelta(seconds=10))

    assert len(receiver.taken) == 1


def test_a_redirection_is_not_followed(alice: Membership, loopback: None):
    with receiving() as inner, receiving(lambda _id, _tries: 302) as receiver:
        receiver.headers = {"Location": inner.url}
        endpoint = listen(alice, receiver)
        send_test(endpoint=endpoint, by=alice, now=NOW)
        work(endpoint)

    assert inner.seen == []
    assert WebhookDelivery.objects.get().state == DeliveryState.PENDING


def test_what_has_ended_is_sent_again_under_its_id(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        delivery = send_test(endpoint=endpoint, by=alice, now=NOW)
        with pytest.raises(NotEnded):
            replay(delivery=delivery, by=alice, now=NOW)
        work(endpoint)
        replay(delivery=delivery, by=alice, now=NOW)
        work(endpoint)

    assert receiver.tries == {f"msg_{delivery.message_id}": 2}
    switch_off(endpoint=endpoint, by=alice, now=NOW)
    delivery.refresh_from_db()
    with pytest.raises(SwitchedOff):
        replay(delivery=delivery, by=alice, now=NOW)
    forget_deliveries(now=NOW + timedelta(days=31))
    assert not WebhookDelivery.objects.exists()


def test_a_fact_that_is_rolled_back_was_never_told(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            open_deal(owner=alice)
            raise ZeroDivisionError
        work(endpoint)

    assert receiver.seen == []
    assert not OutboxEntry.objects.exists()


def test_a_sweep_takes_one_entry_for_each_endpoint(alice: Membership, loopback: None):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        for _each in range(3):
            send_test(endpoint=endpoint, by=alice, now=NOW)

    first, second = claim_entries(now=NOW), claim_entries(now=NOW)

    assert [entry.object_id for entry in first] == [endpoint.pk]
    assert second == []
    assert len(claim_entries(now=NOW + timedelta(seconds=61))) == 1


def test_another_workspaces_news_stay_there(
    alice: Membership, charlie: Membership, loopback: None
):
    with receiving() as receiver:
        endpoint = listen(alice, receiver)
        with inside(connection, charlie.workspace_id):
            open_deal(owner=charlie)
        work(endpoint)

    assert receiver.seen == []


def test_the_waits_are_ten_attempts_over_75_hours():
    id = uuid7()
    waits, moment = [], NOW
    for attempts in range(1, 11):
        due = due_again(delivery_id=id, attempts=attempts, now=moment)
        if due is None:
            break
        waits.append(due - moment)
        moment = due

    assert len(waits) == 9
    assert timedelta(hours=75) < moment - NOW < timedelta(hours=84)
    assert all(
        wait.total_seconds() >= least for wait, least in zip(waits, WAITS, strict=True)
    )
    asked = timedelta(minutes=2)
    later = due_again(delivery_id=id, attempts=1, now=NOW, asked=asked)
    assert later == NOW + asked
    assert wakes(failures=4, now=NOW) is None
    assert wakes(failures=500, now=NOW) == NOW + timedelta(minutes=5)
