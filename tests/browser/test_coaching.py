"""Practice and a one-to-one, in a real browser."""

import re

from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Role, TeamMember, TeamPart
from tests.browser.conftest import LOOKS, assert_fine
from tests.browser.deals import build
from tests.factories import create_membership, create_team, create_user


def test_a_case_is_read_with_keys_and_a_coach_and_a_rep_meet(
    transactional_db, open_page
):
    world = build()
    alice, place = world.alice, world.place
    with tenancy.workspace(place):
        user = create_user(email="cora@example.com", name="Cora")
        cora = create_membership(workspace=place, user=user, roles=(Role.COACH,))
        team = create_team()
        for member, part in ((alice, TeamPart.MEMBER), (cora, TeamPart.COACH)):
            TeamMember.objects.create(team=team, membership=member, part=part)

    page = open_page("/w/ours/coaching/practice", user=alice.user)
    assert_fine(page, "practice")
    page.get_by_role("link", name="Version three").click()
    page.get_by_label("4. Criteria").fill("60")
    page.get_by_label("5. Comparison").fill("20")
    expect(page.locator("[data-sum]")).to_have_text("80")
    assert_fine(page, "practice-case")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the key: Criteria")).to_be_visible()
    assert_fine(page, "practice-scored")

    page.goto(f"/w/ours/coaching/help?deal={world.deal.pk}")
    page.get_by_label("Your question").fill("How do I go on?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Not answered yet.")).to_be_visible()

    page = open_page(f"/w/ours/coaching/one-to-ones/{alice.pk}", user=user)
    assert_fine(page, "meeting")
    page.get_by_label("Answer Alice Adams").fill("Ask what it costs.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Ask what it costs.")).to_be_visible()

    people = "&".join(f"who={person.pk}" for person in world.people.values())
    for look in LOOKS:
        for name, address in (
            ("brief", f"/w/ours/opportunities/{world.deal.pk}/brief?{people}"),
            ("team", "/w/ours/coaching/team"),
        ):
            page = open_page(address, user=alice.user, look=look)
            expect(page.locator("h1")).to_have_text(re.compile("."))
            assert_fine(page, f"coaching-{name}-{look}")
