"""The log form: by keys alone, without a script, kept as a draft, looked at."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Response, expect

from accounts import tenancy
from readiness.models import LogDraft, Signal
from stakeholders.models import Interaction, Participation
from tests.browser.conftest import assert_fine
from tests.browser.deals import World, build
from tests.factories import PASSWORD
from tests.signin.conftest import confirmed

SECONDS_A_KEY, SECONDS_A_DECISION = 0.2, 1.35

# What is typed for each, and what has to be decided before: whom, or what it was.
TYPED = {
    "the person: Karel": "ka",
    "what he did: explains the decision path": "expl",
    "what he said: a preference for us": "pref us",
    "the person: Ruth": "ru",
    "what she said: not a priority": "not a",
    "what she said: no purchase file": "cann",
    "the person: Jan": "ja",
    "what he said: states the decision": "stat",
}
SAID = {
    ("Karel Maes", "B14"),
    ("Karel Maes", "B27"),
    ("Ruth Claes", "B06"),
    ("Ruth Claes", "B10"),
    ("Jan De Smet", "B08"),
}


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def last_logged(world: World) -> Interaction:
    return Interaction.objects.standing().order_by("-logged_at", "-pk")[0]


@pytest.mark.claim(39)
def test_three_people_and_five_signals_by_keys_alone(world, open_page):
    page = open_page(f"/w/ours/opportunities/{world.deal.pk}", user=world.alice.user)
    began, keys, decisions = timezone.now(), 0, 0

    page.keyboard.press("l")
    expect(page.locator("#log-entry")).to_be_focused()
    keys += 1
    for letters in TYPED.values():
        page.keyboard.type(letters)
        page.keyboard.press("Enter")
        keys += len(letters) + 1
        decisions += 1
    page.keyboard.press("Control+Enter")
    keys += 2
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()

    with tenancy.workspace(world.place):
        logged = last_logged(world)
        took = Participation.objects.filter(interaction=logged).count()
        said = {
            (str(row.stakeholder), row.code)
            for row in Signal.objects.filter(interaction=logged).select_related(
                "stakeholder__person"
            )
        }
    assert said == SAID
    assert took == 3
    assert logged.form_opened_at is not None
    assert began <= logged.form_opened_at <= logged.logged_at
    seconds = SECONDS_A_KEY * keys + SECONDS_A_DECISION * decisions
    assert seconds <= 20, f"{keys} keys and {decisions} decisions: {seconds:.1f} s"


def test_the_same_without_a_script(world, open_page):
    page = open_page(
        f"/w/ours/opportunities/{world.deal.pk}/log",
        user=world.alice.user,
        script=False,
    )

    page.locator("[name=signals-0-who]").select_option(label="Karel Maes")
    page.locator("[name=signals-0-code]").select_option("B14")
    page.locator("[name=signals-0-quotation]").fill("Finance signs above fifty.")
    page.get_by_label("Jan De Smet", exact=True).check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    with tenancy.workspace(world.place):
        logged = last_logged(world)
        assert Participation.objects.filter(interaction=logged).count() == 2
        (signal,) = Signal.objects.filter(interaction=logged)
    assert signal.quotation == "Finance signs above fifty."


def keeps(word: str) -> Callable[[Response], bool]:
    """Of several savings of a draft, the one that has the word."""
    return lambda answer: (
        "/log/draft" in answer.url and word in (answer.request.post_data or "")
    )


def test_a_draft_survives_a_closed_tab_and_a_refusal(world, open_page):
    address = f"/w/ours/opportunities/{world.deal.pk}/log"
    page = open_page(address, user=world.alice.user, listen=False)
    with page.expect_response(keeps("decide")):
        page.keyboard.type("kar")
        page.keyboard.press("Enter")
        page.keyboard.type("explains")
        page.keyboard.press("Enter")
        page.locator("[name=signals-0-quotation]").fill("Two of us decide.")
    page.context.close()

    page = open_page(address, user=world.alice.user, listen=False)
    quotation = page.locator("[name=signals-0-quotation]")
    expect(quotation).to_have_value("Two of us decide.")
    expect(page.get_by_label("Karel Maes", exact=True)).to_be_checked()
    page.locator("[name=occurred_at]").fill("2199-01-01T10:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("before it took place")).to_be_visible()
    expect(quotation).to_have_value("Two of us decide.")
    assert_fine(page, "log-refused")

    page.goto(address)
    page.get_by_role("button", name="Discard").click()
    expect(quotation).to_have_value("")
    with tenancy.workspace(world.place):
        assert not LogDraft.objects.exists()


@pytest.mark.parametrize("script", [True, False])
def test_a_save_after_the_session_ended_is_there_after_signing_in(
    world, open_page, script
):
    user = confirmed(world.alice.user)
    address = f"/w/ours/opportunities/{world.deal.pk}/log"
    page = open_page(address, user=user, listen=False, script=script)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    if script:
        page.keyboard.type("kar")
        page.keyboard.press("Enter")
        page.keyboard.type("explains")
        page.keyboard.press("Enter")
    else:
        page.locator("[name=signals-0-who]").select_option(label="Karel Maes")
        page.locator("[name=signals-0-code]").select_option("B14")
    page.locator("[name=signals-0-quotation]").fill("Two of us decide.")
    page.get_by_role("button", name="Save").click()

    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[name=signals-0-quotation]")).to_have_value(
        "Two of us decide."
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()


def test_the_form_is_accessible_and_fits(world, open_page):
    page = open_page(
        f"/w/ours/opportunities/{world.deal.pk}/log", user=world.alice.user
    )
    assert_fine(page, "log")
    page.keyboard.type("kar")
    assert_fine(page, "log-typing")
    page.keyboard.press("Enter")
    page.keyboard.type("explains")
    page.keyboard.press("Enter")
    page.get_by_text("What did they say?").click()
    page.get_by_text("A decision date or a quote").click()
    assert_fine(page, "log-filled")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert_fine(page, "log-saved")
    page.goto(f"/w/ours/interactions/{_first(world).pk}/edit")
    assert_fine(page, "interaction-edit")
    page.get_by_role("link", name="Take it back").click()
    assert_fine(page, "take-back")
    page.get_by_role("link", name="Only this one").first.click()
    expect(page.get_by_role("heading", name="Take back this signal?")).to_be_visible()
    page.goto("/w/ours/log")
    assert_fine(page, "log-anywhere")


def _first(world: World) -> Interaction:
    with tenancy.workspace(world.place):
        return Interaction.objects.standing().order_by("occurred_at")[0]
