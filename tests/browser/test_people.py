"""The pages about people in a real browser: looked at, read aloud, used by keys alone."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from accounts.actions.invitations import hash_of, invite
from accounts.actions.members import add_seat, suspend
from accounts.actions.teams import attach_coach, create_team, place_member
from accounts.models import Invitation, Membership, Role, Team
from tests.browser.conftest import assert_fine
from tests.factories import (
    NOW,
    create_membership,
    create_opportunity,
    create_user,
    create_workspace,
)


@pytest.fixture
def alice(transactional_db) -> Membership:
    """Administrator of a small workspace with a bit of everything, and of another."""
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    sandbox = create_workspace(slug="sandbox")
    create_membership(workspace=sandbox, user=user, roles=tuple(Role))
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    told: dict[str, Any] = {"by": alice, "now": NOW}
    with tenancy.workspace(ours):
        bob = create_membership(user=create_user(email="bob@x.example", name="Bob"))
        dora = add_seat(workspace=ours, name="Dora", roles=["rep"], **told)
        yan = add_seat(workspace=ours, name="Yan", roles=["rep"], **told)
        suspend(membership=yan, **told)
        invite(membership=dora, email="dora@x.example", origin="http://x", **told)
        top = create_team(name="Benelux", parent=None, **told)
        low = create_team(name="Flanders", parent=top, **told)
        place_member(team=low, membership=bob, **told)
        attach_coach(team=low, membership=alice, **told)
        create_opportunity(owner=bob)
    return alice


def test_every_page_is_accessible_and_fits(alice, open_page):
    with tenancy.workspace(alice.workspace):
        bob, dora, yan = (
            Membership.objects.get(name=name) for name in ("Bob", "Dora", "Yan")
        )
        low = Team.objects.get(name="Flanders")
    page = open_page(user=alice.user)
    assert_fine(page, "chooser")
    for name, address in {
        "today": "/w/ours/",
        "members": "/w/ours/members",
        "members-none": "/w/ours/members?q=zzz",
        "member": f"/w/ours/members/{bob.pk}",
        "member-self": f"/w/ours/members/{alice.pk}",
        "member-invited": f"/w/ours/members/{dora.pk}",
        "member-suspended": f"/w/ours/members/{yan.pk}",
        "member-remove": f"/w/ours/members/{bob.pk}/remove",
        "leave": "/w/ours/leave",
        "teams": "/w/ours/teams",
        "team": f"/w/ours/teams/{low.pk}",
        "settings": "/w/ours/settings",
        "audit": "/w/ours/audit",
        "audit-none": "/w/ours/audit?kind=api_key",
        "profile": "/profile",
        "workspace-new": "/workspaces/new",
    }.items():
        page.goto(address)
        assert_fine(page, name)


def test_refused_forms_are_accessible(alice, open_page):
    page = open_page("/w/ours/members", user=alice.user, listen=False)
    page.get_by_label("Name", exact=True).fill("Eve")
    page.get_by_role("button", name="Add and invite").click()
    expect(page.get_by_text("An invitation needs an e-mail address.")).to_be_visible()
    assert_fine(page, "members-refused")

    page.goto("/w/ours/settings")
    page.evaluate("document.querySelector('[name=version]').value = '7'")
    page.get_by_label("Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save what I typed")).to_be_visible()
    assert_fine(page, "settings-stale")


def test_signed_out_and_homeless_pages_are_accessible(alice, open_page):
    Invitation.objects.update(token_hash=hash_of("secret"), expires_at="2200-01-01T00Z")
    homeless = create_user(email="h@example.com", name="Hanna Homeless")

    page = open_page(user=homeless)
    assert_fine(page, "home")
    page.goto("/join/secret")
    assert_fine(page, "joining-other")
    page.context.clear_cookies()
    page.goto("/join/secret")
    assert_fine(page, "joining")
    page = open_page("/join/nothing", listen=False)
    assert_fine(page, "joining-over")


def test_members_are_found_while_typing(alice, open_page):
    page = open_page("/w/ours/members", user=alice.user)

    page.get_by_label("Name or e-mail address").press_sequentially("dor")

    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Dora")
    expect(page.get_by_label("Name or e-mail address")).to_be_focused()
    assert "q=dor" in page.url


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_workspace_is_set_up_with_and_without_scripts(alice, open_page, script):
    page = open_page("/w/ours/members", user=alice.user, script=script)

    page.get_by_label("Name", exact=True).fill("Eve")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Eve is added.")).to_be_visible()

    page.get_by_role("link", name="Eve").click()
    page.get_by_label("coach").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Eve is saved.")).to_be_visible()

    page.goto("/w/ours/teams")
    page.get_by_label("Name").fill("Ghent")
    page.get_by_label("Part of").select_option(label="\N{EM SPACE}Flanders")
    page.get_by_role("button", name="Make the team").click()
    page.get_by_role("link", name="Ghent").click()
    page.get_by_label("Coach", exact=True).select_option(label="Eve")
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_text("Eve coaches “Ghent” now.")).to_be_visible()
    page.get_by_label("Person", exact=True).select_option(label="Bob (now in Flanders)")
    page.get_by_role("button", name="Place in this team").click()
    expect(page.get_by_role("button", name="Take Bob out")).to_be_visible()
    page.get_by_text("Delete this team…").click()
    page.get_by_role("button", name="Delete the team").click()
    expect(page.get_by_text("The team “Ghent” is deleted.")).to_be_visible()


def test_member_is_removed_by_keys_alone(alice, open_page):
    page = open_page("/w/ours/members", user=alice.user)

    page.get_by_role("link", name="Bob").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/members/*-*")
    page.get_by_role("link", name="Remove…").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/remove")
    page.get_by_label("New owner").focus()
    page.keyboard.type("Dora")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Bob is removed.")).to_be_visible()


def test_theme_shows_before_it_is_saved_and_stays(alice, open_page):
    page = open_page("/profile", user=alice.user)

    page.get_by_label("dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
