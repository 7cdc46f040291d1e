"""What the founding article claims, measured: the pages in every look, in every language."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role, User, Workspace
from forecasting.engine.effort import Contact
from forecasting.engine.phase_ahead import FEWEST
from forecasting.models import AccuracyReport
from forecasting.queries.backtest import Replayed
from forecasting.queries.effort import Spent, Won, effort_told, first_day
from forecasting.queries.insights import Course, insights_of
from forecasting.queries.lives import Life
from forecasting.queries.phase_ahead import Stood
from forecasting.queries.phase_came import Came
from readiness.queries.models import active_model
from tests.browser.conftest import assert_fine
from tests.coaching.test_winning import keep
from tests.factories import (
    create_membership,
    create_opportunity,
    create_user,
    create_workspace,
    give_defaults,
)

SPREAD = (0.1, 0.6, 0.3, 0.0, 0.0, 0.0, 0.0)
LATER = (0.1, 0.3, 0.6, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        give_defaults()
    return alice


def report(alice: Membership) -> None:
    """A report over thirty deals whose people went on, with two hours spent on each."""
    now = timezone.now()
    today = alice.workspace.today(now)
    on = today - timedelta(days=95)
    deals = [create_opportunity(owner=alice, name=f"D{n}").pk for n in range(FEWEST)]
    rows = [
        Replayed(
            opportunity_id=deal,
            on=on,
            ours=0.2,
            is_won=False,
            is_closed=False,
            stage="",
            seller=None,
            interactions=1,
            is_heard=True,
            mix=SPREAD,
            curve=((0.0, *[0.3] * 8), (0.0, *[0.2] * 8), (0.0, *[0.1] * 8)),
            people=(Stood(str(deal), SPREAD, LATER),),
        )
        for deal in deals
    ]
    spent = [Spent(today, Contact(120, SPREAD, has_file=False))]
    lives = {
        deal: Life(alice.pk, came={(str(deal), on): Came(2, "words")}, spent=spent)
        for deal in deals
    }
    AccuracyReport.objects.create(
        asked_at=now,
        computed_at=now,
        horizon_days=90,
        every_days=30,
        model_version="default-1",
        map_version="expert-map-1",
        body={
            "replay": None,
            "drift": [],
            "insights": insights_of(
                rows,
                courses={deal: Course(alice.pk, "open", None) for deal in deals},
                lives=lives,
                horizon=90,
                model=active_model(),
            ),
            "effort": effort_told(
                [*(each for life in lives.values() for each in life.spent)],
                won=[Won(alice.pk, today, 90_000.0), Won(alice.pk, today, None)],
                deals=FEWEST,
                is_all=True,
                since=first_day(today),
                today=today,
            ),
            "teams": [],
        },
    )


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_insights_and_readings_are_fine_in_every_look(alice, open_page, language):
    User.objects.update(language=language)
    Workspace.objects.update(cost_per_hour=Decimal("82.50"))
    with tenancy.workspace(alice.workspace):
        report(alice)
        keep(0.2)
    page = open_page("/w/ours/insights", user=alice.user)

    expect(page.locator("#ahead")).to_be_visible()
    expect(page.locator(".verdict-line")).to_contain_text("30")
    # Sixty hours at 82.50, of 90,000 won.
    expect(page.locator("[aria-labelledby=effort] .figures")).to_contain_text("055")
    assert_fine(page, f"insights-{language}")

    page.goto(page.url.replace("/insights", "/coaching/readings"))
    expect(page.locator("#winning")).to_be_visible()
    assert_fine(page, f"winning-{language}")

    page.goto(page.url.replace("/coaching/readings", "/settings"))
    expect(page.locator("[name=cost_per_hour]")).to_have_value("82.50")
    assert_fine(page, f"settings-{language}")
