"""The pages of the rep's day in a real browser: full, empty, closed, looked at."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from stakeholders.actions.people import link_influence
from tests.browser.conftest import assert_fine
from tests.browser.deals import World, build


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def test_every_page_of_the_day_is_accessible_and_fits(world, open_page):
    karel, ruth, jan = (world.people[name] for name in ("karel", "ruth", "jan"))
    deal, base = world.deal.pk, "/w/ours"
    page = open_page(f"{base}/", user=world.alice.user)
    for name, address in {
        "today": f"{base}/?whose=all",
        "queue": f"{base}/coaching",
        "opportunities": f"{base}/opportunities?state=closed",
        "opportunities-none": f"{base}/opportunities?q=zzz",
        "opportunity": f"{base}/opportunities/{deal}",
        "opportunity-empty": f"{base}/opportunities/{world.empty.pk}",
        "opportunity-closed": f"{base}/opportunities/{world.closed.pk}",
        "stakeholder": f"{base}/stakeholders/{karel.pk}",
        "stakeholder-overridden": f"{base}/stakeholders/{ruth.pk}",
        "stakeholder-unheard": f"{base}/stakeholders/{jan.pk}",
        "people": f"{base}/people",
        "person": f"{base}/people/{karel.person_id}",
        "companies": f"{base}/companies",
        "company": f"{base}/companies/{world.deal.company_id}",
        "search": f"{base}/search?q=ka",
        "search-none": f"{base}/search?q=zzz",
        "log-anywhere": f"{base}/log",
    }.items():
        page.goto(address)
        assert_fine(page, name)


def test_forms_of_a_deals_life_are_accessible_and_fit(world, open_page):
    karel = world.people["karel"]
    deal, base = world.deal.pk, "/w/ours"
    page = open_page(f"{base}/opportunities/new", user=world.alice.user)
    for name, address in {
        "opportunity-new": f"{base}/opportunities/new",
        "opportunity-edit": f"{base}/opportunities/{deal}/edit",
        "hand-over": f"{base}/opportunities/{deal}/hand-over",
        "close": f"{base}/opportunities/{deal}/close",
        "reopen": f"{base}/opportunities/{world.closed.pk}/reopen",
        "seat-new": f"{base}/opportunities/{deal}/people/new",
        "seat-edit": f"{base}/stakeholders/{karel.pk}/edit",
        "leave": f"{base}/stakeholders/{karel.pk}/leave",
        "override": f"{base}/stakeholders/{karel.pk}/override",
        "confirm": f"{base}/stakeholders/{karel.pk}/confirm",
        "decision-date": f"{base}/opportunities/{deal}/decision-date",
        "quote": f"{base}/opportunities/{deal}/quote",
        "purchase-file": f"{base}/opportunities/{deal}/purchase-file",
        "tasks": f"{base}/tasks",
        "task-new": f"{base}/opportunities/{deal}/tasks/new",
        "company-new": f"{base}/companies/new",
        "person-new": f"{base}/people/new",
        "person-edit": f"{base}/people/{karel.person_id}/edit",
    }.items():
        page.goto(address)
        assert_fine(page, name)


def test_advice_is_turned_down_with_a_reason_and_goes(world, open_page):
    page = open_page("/w/ours/coaching", user=world.alice.user)
    before = page.locator(".queue > li").count()

    first = page.locator(".queue > li").first
    first.get_by_text("Not this").click()
    assert_fine(page, "answer")
    first.get_by_label("why not").fill("Agreed to wait until June.")
    first.get_by_role("button", name="Turn down").click()

    expect(page.locator(".queue > li")).to_have_count(before - 1)
    expect(page.get_by_text("Turned down, and noted why.")).to_be_visible()


def test_the_queue_is_narrowed_to_a_situation_and_keeps_it(world, open_page):
    page = open_page("/w/ours/coaching", user=world.alice.user)
    rows, play = page.locator(".queue > li"), page.get_by_label("Advice for")
    everybody = rows.count()
    options = play.locator("option").evaluate_all("all => all.map(one => one.value)")

    found = {}
    for code in filter(None, options):
        page.goto(f"/w/ours/coaching?play={code}")
        found[code] = rows.count()
    some = next(code for code in found if 0 < found[code] < everybody)
    page.goto("/w/ours/coaching")
    play.select_option(some)
    expect(rows).to_have_count(found[some])
    expect(page).to_have_url(re.compile(f"play={some}"))
    page.reload()

    assert sum(found.values()) == everybody
    expect(play).to_have_value(some)
    expect(rows).to_have_count(found[some])
    assert_fine(page, "queue-narrowed")


def test_the_map_of_influence_is_accessible_and_stays_in_its_box(world, open_page):
    karel, ruth, jan = (world.people[name] for name in ("karel", "ruth", "jan"))
    for giver, taker, strength in ((jan, ruth, "high"), (ruth, karel, "")):
        with tenancy.workspace(world.place):
            link_influence(
                giver=giver,
                taker=taker,
                strength=strength,
                by=world.alice,
                now=timezone.now(),
            )
    page = open_page(f"/w/ours/opportunities/{world.deal.pk}", user=world.alice.user)

    page.locator("summary", has_text="Map of influence").click()
    page.locator(".influence-part summary", has_text="The same as a table").click()

    assert_fine(page, "influence-map")
    links = page.locator(".influence-map a")
    order = links.evaluate_all("all => all.map(a => a.getAttribute('aria-label')[0])")
    assert order == ["1", "2", "3"]
