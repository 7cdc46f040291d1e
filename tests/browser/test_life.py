"""A deal's life in a real browser: every form looked at, and walked from opening to end."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from opportunities.actions import create_company
from opportunities.models import Opportunity, Outcome
from stakeholders.actions.acts import create_task, finish_task, set_decision_date
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.models import DecisionDate, InfluenceLink, Stakeholder, Task
from tests.browser.conftest import assert_fine
from tests.factories import (
    DAY,
    NOW,
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import make, open_deal, say, seat

PARTS = "&parts=checklist&parts=business_case&parts=questions&parts=plan"


@pytest.fixture
def alice(transactional_db) -> Membership:
    """A rep with a deal of three people, tasks, and a deal that ended."""
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=(Role.ADMIN, Role.REP))
    told: dict[str, Any] = {"by": alice, "now": NOW}
    with tenancy.workspace(ours):
        give_defaults()
        company = create_company(name="Delta Metalworks", **told)
        deal = open_deal(owner=alice, company=company)
        karel = seat(deal, "Karel Maes", influence="high")
        ruth = seat(deal, "Ruth Claes", roles=("finance",))
        seat(deal, "Jan De Smet", roles=())
        say(karel, "B18", "B19")
        set_decision_date(opportunity=deal, decision_on=DAY, set_at=NOW, **told)
        for title, person, due, action in (
            ("Send the draft of the criteria", karel, DAY, "A04"),
            ("Show what others did", karel, DAY, "A02"),
            ("Ask what it costs her", ruth, None, "A01"),
        ):
            create_task(
                opportunity=deal,
                title=title,
                stakeholder=person,
                owner=alice,
                action=action,
                department="Finance" if due is None else "",
                due_on=due,
                **told,
            )
        done = create_task(
            opportunity=deal, title="Call", owner=alice, action="A03", **told
        )
        finish_task(task=done, **told)
        ended = open_deal(owner=alice, name="Ended")
        close_opportunity(
            opportunity=ended, outcome=Outcome.LOST, closed_on=DAY, today=DAY, **told
        )
        make(deal)
    return alice


def rows(alice: Membership) -> tuple[Opportunity, Stakeholder, Task, Opportunity]:
    with tenancy.workspace(alice.workspace):
        deal = Opportunity.objects.select_related("company").get(name="Planning")
        ruth = Stakeholder.objects.get(person__name="Ruth Claes")
        task = Task.objects.get(title__startswith="Send")
        return deal, ruth, task, Opportunity.objects.get(name="Ended")


def test_every_form_is_accessible_and_fits(alice, open_page):
    deal, ruth, task, ended = rows(alice)
    here = f"/w/ours/opportunities/{deal.pk}"
    page = open_page(user=alice.user)
    for name, address in {
        "life-deal-new": "/w/ours/opportunities/new",
        "life-deal-edit": f"{here}/edit",
        "life-hand-over": f"{here}/hand-over",
        "life-company-edit": f"/w/ours/companies/{deal.company_id}/edit",
        "life-person-edit": f"/w/ours/people/{ruth.person_id}/edit",
        "life-seat-new": f"{here}/people/new",
        "life-seat-edit": f"/w/ours/stakeholders/{ruth.pk}/edit",
        "life-date": f"{here}/decision-date",
        "life-quote": f"{here}/quote",
        "life-leave": f"/w/ours/stakeholders/{ruth.pk}/leave",
        "life-close": f"{here}/close",
        "life-closed": f"/w/ours/opportunities/{ended.pk}/close",
        "life-reopen": f"/w/ours/opportunities/{ended.pk}/reopen",
        "life-file": f"{here}/purchase-file",
        "life-material": f"{here}/material?title=Plan&language=fr&tasks={task.pk}{PARTS}",
        "life-time": f"{here}/time",
        "life-tasks": "/w/ours/tasks?done=on",
        "life-today": "/w/ours/",
        "life-deal": here,
        "life-queue": "/w/ours/coaching",
        "life-tasks-department": "/w/ours/tasks?by=department",
        "life-tasks-month": "/w/ours/tasks/calendar?month=2026-05&done=on",
        "life-task-new": f"{here}/tasks/new",
        "life-task-edit": f"/w/ours/tasks/{task.pk}/edit",
    }.items():
        page.goto(address)
        assert_fine(page, name)


def test_a_deal_is_opened_peopled_dated_and_closed(alice, open_page):
    page = open_page("/w/ours/opportunities/new", user=alice.user, listen=False)
    page.get_by_label("Name", exact=True).fill("Cranes")
    page.locator("#id_company_0").fill("Nova Cranes")
    page.get_by_role("button", name="Open it").click()
    assert_fine(page, "life-deal-refused")
    page.get_by_role("button", name="Open it").click()

    page.get_by_label("Person", exact=True).fill("Mia Nolf")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Make a new one").check()
    page.get_by_label("Then add another one").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Person", exact=True).fill("Karel Maes")
    page.get_by_label("Mia Nolf").select_option(label="a lot")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cranes")
    with tenancy.workspace(alice.workspace):
        assert InfluenceLink.objects.get().strength == "high"


def test_a_pushed_date_says_what_it_proposes_and_a_deal_is_closed(alice, open_page):
    deal, *_others = rows(alice)
    here = f"/w/ours/opportunities/{deal.pk}"
    page = open_page(f"{here}/decision-date", user=alice.user)
    page.get_by_label("They say they will decide on").fill("2026-12-31")
    page.get_by_label("Who named it").select_option(label="Ruth Claes")
    expect(page.locator("#proposal strong")).to_contain_text("Ruth Claes")
    assert_fine(page, "life-date-proposed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Planning")
    with tenancy.workspace(alice.workspace):
        assert DecisionDate.objects.filter(opportunity=deal).count() == 2

    page.goto(f"{here}/close")
    page.get_by_label("lost", exact=True).check()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("is closed.")).to_be_visible()


def test_a_task_is_done_in_one_click_and_undone_where_it_stands(alice, open_page):
    page = open_page("/w/ours/tasks", user=alice.user)
    title = "Send the draft of the criteria"
    page.get_by_role("button", name=f"Done {title}", exact=True).press("Enter")
    again = page.get_by_role("button", name=f"Not done {title}")
    expect(again).to_be_focused()
    again.press("Enter")
    expect(page.get_by_role("button", name=f"Done {title}", exact=True)).to_be_focused()


def test_a_planned_step_that_is_done_is_logged_from_its_row(alice, open_page):
    page = open_page("/w/ours/tasks", user=alice.user)
    title = "Send the draft of the criteria"
    page.get_by_role("button", name=f"Done {title}", exact=True).click()
    page.get_by_role("link", name=f"Log how it went {title}").click()

    expect(page.get_by_label("Karel Maes")).to_be_checked()
    expect(page.get_by_label("Business-case or criteria workshop")).to_be_checked()
    assert_fine(page, "life-step-logged")
