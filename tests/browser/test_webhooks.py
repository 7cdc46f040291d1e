"""An address is added, tried, and its log read."""

from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from integrations.models import WebhookEndpoint
from integrations.webhooks.sending import post
from integrations.webhooks.working import deliver
from tests.browser.conftest import assert_fine
from tests.factories import create_membership, create_user, create_workspace
from tests.integrations.receiver import receiving


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    return create_membership(workspace=ours, user=user, roles=tuple(Role))


def work(ours) -> None:
    """As a worker would."""

    @contextmanager
    def door():
        with tenancy.workspace(ours, through="task"):
            yield

    with door():
        id = WebhookEndpoint.objects.get().pk
    deliver(endpoint_id=id, door=door, now=timezone.now, post=post)


def test_from_an_address_to_an_answer_in_the_log(alice, open_page, settings):
    settings.WEBHOOK_LOOPBACK = True
    with receiving() as receiver:
        page = open_page("/w/ours/settings/webhooks", user=alice.user)
        page.get_by_label("Address", exact=True).fill(receiver.url)
        page.get_by_role("button", name="Add the webhook").click()
        secret = page.get_by_label("The secret", exact=True)
        expect(secret).to_be_visible()
        receiver.secret = secret.input_value()
        page.locator("details summary").filter(has_text="interaction.logged").click()
        assert_fine(page, "webhooks")

        page.get_by_role("link", name=receiver.url).click()
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("A test is on its way")).to_be_visible()
        work(alice.workspace)
        page.reload()

        expect(page.get_by_text("answered 200")).to_be_visible()
        assert_fine(page, "webhook")
        assert receiver.faults == []
