"""The pages of webhooks: an address is added, ticked, tried, given a new secret, removed."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEvent, Membership
from integrations.actions.webhooks import add_endpoint
from integrations.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from integrations.webhooks.events import EVENTS
from integrations.webhooks.sealing import unseal
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PAGE = "/w/ours/settings/webhooks"
URL = "https://hooks.example.com/in?x=1"


def add(client: Any, **values: Any) -> Any:
    values = {"url": URL, "events": ["interaction.logged"]} | values
    return client.post(PAGE, values)


def make(by: Membership, *, url: str = URL, deliveries: int = 0) -> WebhookEndpoint:
    endpoint, _secret = add_endpoint(url=url, events=list(EVENTS), by=by, now=NOW)
    for number in range(deliveries):
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            event="interaction.logged",
            payload={"interaction": f"x{number}"},
            created_at=NOW,
            state="failed",
        )
        for fault in ("time", "private"):
            WebhookAttempt.objects.create(
                delivery=delivery, at=NOW, fault=fault, duration_ms=12
            )
    return endpoint


def secret_in(response: Any) -> str:
    found = re.findall(r'value="(whsec_[^"]+)"', response.content.decode())
    return html.unescape(found[0]) if found else ""


def test_a_secret_is_shown_once_and_kept_sealed(as_alice: Any):
    response = add(as_alice)

    secret = secret_in(response)
    endpoint = WebhookEndpoint.objects.get()
    assert unseal(endpoint.secret) == secret
    assert secret not in endpoint.secret
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in as_alice.get(PAGE).content.decode()
    assert AuditEvent.objects.filter(verb="webhook.created").exists()
    assert secret not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "values",
    [
        {"url": ""},
        {"url": "http://hooks.example.com/"},
        {"url": "https://10.0.0.1/"},
        {"url": "https://x.example.com/" + "a" * 500},
        {"url": "https://x.example.com/\x00"},
        {"events": []},
        {"events": ["user.deleted"]},
    ],
    ids=range(7),
)
def test_what_can_not_be_called_is_refused_and_kept_as_typed(
    as_alice: Any, values: dict[str, Any]
):
    response = add(as_alice, **values)

    assert response.status_code == 422
    assert not WebhookEndpoint.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_address_is_on_the_list_once(as_alice: Any):
    add(as_alice)
    response = add(as_alice)

    assert response.status_code == 422
    assert "on the list already" in response.content.decode()
    assert URL in html.unescape(response.content.decode())


def test_events_are_changed_unless_somebody_else_did(as_alice: Any, alice: Membership):
    endpoint = make(alice)
    one = f"{PAGE}/{endpoint.pk}"
    old = {"events": ["prompt.opened"], "version": "1"}

    assert as_alice.post(one, old).status_code == 303
    endpoint.refresh_from_db()
    assert endpoint.events == ["prompt.opened"]
    response = as_alice.post(one, old | {"events": ["symptom.detected"]})
    assert response.status_code == 412
    endpoint.refresh_from_db()
    assert endpoint.events == ["prompt.opened"]


def test_each_button_does_what_it_says(as_alice: Any, alice: Membership):
    endpoint = make(alice, deliveries=1)
    one, ended = f"{PAGE}/{endpoint.pk}", WebhookDelivery.objects.get()

    fresh = secret_in(as_alice.post(f"{one}/secret"))
    endpoint.refresh_from_db()
    assert unseal(endpoint.secret) == fresh
    assert as_alice.post(f"{one}/test").status_code == 303
    assert WebhookDelivery.objects.filter(event="webhook.test").count() == 1
    assert as_alice.post(f"{PAGE}/deliveries/{ended.pk}/replay").status_code == 303
    ended.refresh_from_db()
    assert ended.state == "pending"
    as_alice.post(f"{one}/switch", {"to": "off"})
    assert not WebhookEndpoint.objects.get().is_on
    as_alice.post(f"{one}/test")
    assert "is off" in as_alice.get(one).content.decode()
    as_alice.post(f"{one}/switch", {"to": "on"})
    assert WebhookEndpoint.objects.get().is_on
    assert as_alice.post(f"{one}/remove").status_code == 303
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_the_log_says_how_each_attempt_ended(as_alice: Any, alice: Membership):
    endpoint = make(alice, deliveries=1)

    page = as_alice.get(f"{PAGE}/{endpoint.pk}").content.decode()

    assert "no answer within ten seconds" in page
    assert "the name leads to a private address" in page
    assert "msg_" in page


def test_the_page_shows_every_event(as_alice: Any):
    page = as_alice.get(PAGE).content.decode()

    assert [name for name in EVENTS if name not in page] == []
    assert "webhook-signature" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    as_alice: Any, alice: Membership, rows: int, cost_of: Callable[..., list[str]]
):
    for number in range(rows):
        make(alice, url=f"https://{number}.example.com/")

    assert len(cost_of(as_alice, PAGE)) <= 6


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_the_same_for_any_number(
    as_alice: Any, alice: Membership, rows: int, cost_of: Callable[..., list[str]]
):
    endpoint = make(alice, deliveries=rows)

    assert len(cost_of(as_alice, f"{PAGE}/{endpoint.pk}")) <= 9
