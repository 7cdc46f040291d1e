"""Asking for a report, and reading one, in a real browser."""

from itertools import repeat

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from forecasting.actions.accuracy import spend_on_accuracy
from forecasting.models import AccuracyReport
from forecasting.queries.accuracy import drift, told
from forecasting.queries.backtest import scored
from forecasting.queries.frozen import frozen_scores
from opportunities.models import Job, ScheduleSlot
from tests.browser.conftest import assert_fine
from tests.factories import (
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.forecasting.test_backtest import rows_of, some_wins


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        give_defaults()
    return alice


def report_over_many_deals(alice: Membership) -> None:
    now, ours = timezone.now(), alice.workspace
    rows = rows_of(some_wins(200), lambda won: 0.7 if won else 0.1, seller=0.3)
    AccuracyReport.objects.create(
        asked_at=now,
        computed_at=now,
        horizon_days=30,
        every_days=30,
        model_version="default-1",
        map_version="map-1",
        body={
            "replay": told(scored(rows, horizon=30)),
            "drift": drift(rows, horizon=30),
            "frozen": frozen_scores(ours, today=ours.today(now)),
        },
    )


def test_a_report_is_asked_for_and_read(alice, open_page):
    page = open_page("/w/ours/forecast/accuracy", user=alice.user)
    page.get_by_role("button", name="Score the forecasts").click()
    expect(page.get_by_text("waiting for the worker")).to_be_visible()
    assert_fine(page, "accuracy-asked")

    with tenancy.workspace(alice.workspace):
        slot = ScheduleSlot.objects.get(job=Job.ACCURACY)
        spend_on_accuracy(slot_id=slot.pk, now=timezone.now(), clock=repeat(0.0))
        report_over_many_deals(alice)
    page.get_by_role("link", name="Show it").click()

    expect(
        page.get_by_role("heading", name="Better than the base rate")
    ).to_be_visible()
    expect(page.locator("#reliability canvas")).to_have_count(1)
    page.get_by_text("The same as a table").click()
    assert_fine(page, "accuracy")
