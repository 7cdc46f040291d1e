"""Home, a new workspace, settings, audit, profile, today."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.actions.audit import record
from accounts.actions.members import add_seat
from accounts.http.navigation import LAST_WORKSPACE
from accounts.models import (
    AuditEvent,
    Membership,
    SecurityEvent,
    Workspace,
)
from accounts.models.audit import SecurityKind
from tests.accounts.test_permissions import SETTINGS
from tests.accounts.urls import address
from tests.factories import NOW, create_team, create_user

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Acme",
    "base_currency": "EUR",
    "time_zone": "Europe/Brussels",
    "languages": ["en", "nl"],
    "fiscal_month": "1",
    "period": "quarter",
}


# --- Home ------------------------------------------------------------------------------


def test_home_leads_a_visitor_to_the_sign_in_page(client: Client):
    assert client.get("/")["Location"] == "/accounts/login/"


def test_home_leads_to_the_only_workspace(as_alice):
    assert as_alice.get("/")["Location"] == "/w/ours/"


def second_workspace(member: Membership) -> Workspace:
    other = Workspace.objects.create(name="Second", slug="second", created_at=NOW)
    Membership.objects.create(
        workspace=other,
        user=member.user,
        name=member.name,
        roles=["rep"],
        created_at=NOW,
    )
    return other


def test_home_lets_choose_and_remembers(as_alice, alice):
    second_workspace(alice)

    chooser = as_alice.get("/")
    as_alice.get("/w/second/")

    assert b"Where do you want to work?" in chooser.content
    assert as_alice.get("/")["Location"] == "/w/second/"


def test_home_forgets_a_workspace_one_was_removed_from(as_alice, alice):
    second = second_workspace(alice)
    as_alice.get("/w/second/")
    assert as_alice.session[LAST_WORKSPACE] == "second"

    Membership.objects.filter(workspace=second).delete()

    assert as_alice.get("/")["Location"] == "/w/ours/"


@pytest.mark.parametrize(
    ("registration", "sentence", "status"),
    [
        ("open", b"Create your first workspace", 200),
        ("invitation", b"You don't belong to a workspace yet.", 403),
    ],
)
def test_home_of_a_newcomer(client, settings, registration, sentence, status):
    settings.REGISTRATION = registration
    client.force_login(create_user(email="new@example.com", name="New"))

    assert sentence in client.get("/").content
    assert client.get("/workspaces/new").status_code == status
    offers = client.get("/profile").content.count(b'href="/workspaces/new"')
    assert (offers > 0) == (status == 200)


def test_closed_installation_makes_no_workspace(as_alice, settings):
    settings.REGISTRATION = "invitation"

    response = as_alice.post("/workspaces/new", NEW)

    assert response.status_code == 403
    assert b"workspaces are made by whoever runs it" in response.content
    assert not Workspace.objects.filter(name="Acme").exists()


# --- A new workspace -------------------------------------------------------------------


def test_workspace_is_made_and_opened(as_bob, bob):
    response = as_bob.post("/workspaces/new", NEW)

    made = Workspace.objects.get(name="Acme")
    assert (response.status_code, response["Location"]) == (303, "/w/acme/")
    assert made.languages == ["en", "nl"]
    assert as_bob.get("/w/acme/settings").status_code == 200


BAD_SETTINGS = [
    {"name": ""},
    {"name": "   "},
    {"name": "x" * 121},
    {"base_currency": "XXX"},
    {"base_currency": "eur"},
    {"base_currency": "DEM"},
    {"time_zone": "Europe/Atlantis"},
    {"time_zone": "../../etc/passwd"},
    {"languages": []},
    {"languages": ["en", "tlh"]},
    {"fiscal_month": "13"},
    {"fiscal_month": "x"},
    {"period": "week"},
]


@pytest.mark.parametrize("data", BAD_SETTINGS, ids=str)
def test_nonsense_makes_no_workspace(as_bob, data):
    response = as_bob.post("/workspaces/new", NEW | data)

    assert response.status_code == 422
    assert not Workspace.objects.exclude(slug="ours").exists()


# --- Settings --------------------------------------------------------------------------


def test_settings_are_saved(as_alice, ours):
    response = as_alice.post(address("settings"), SETTINGS)

    ours.refresh_from_db()
    assert response.status_code == 303
    assert (ours.name, ours.base_currency, ours.fiscal_month) == ("Renamed", "USD", 4)
    assert (ours.time_zone, ours.languages, ours.period) == ("UTC", ["en"], "month")
    assert ours.rep_visibility == "all"


@pytest.mark.parametrize(
    "data",
    [
        *BAD_SETTINGS,
        {"rep_visibility": "galaxy"},
        {"version": ""},
        {"version": "99999999999"},
    ],
    ids=str,
)
def test_tampered_settings_are_refused(as_alice, ours, data):
    response = as_alice.post(address("settings"), SETTINGS | data)

    assert response.status_code == 422
    assert Workspace.objects.get(pk=ours.pk).version == 1


def test_settings_cannot_reach_what_is_not_asked(as_alice, ours):
    data = SETTINGS | {"slug": "stolen", "is_demo": "on", "workspace": "x"}
    as_alice.post(address("settings"), data)

    ours.refresh_from_db()
    assert (ours.slug, ours.is_demo) == ("ours", False)


def test_old_settings_form_shows_both_sides(as_alice, ours):
    as_alice.post(address("settings"), SETTINGS)

    mine = SETTINGS | {"name": "Mine", "languages": ["en", "fr"], "time_zone": "UTC"}
    stale = as_alice.post(address("settings"), mine)
    again = as_alice.post(address("settings"), mine | {"version": 2})

    assert stale.status_code == 412
    assert stale.context["saved_by"] == "Alice"
    assert stale.context["differences"] == [
        {"label": "Name", "saved": "Renamed", "typed": "Mine"},
        {"label": "Languages", "saved": "English", "typed": "English, Français"},
    ]
    page = stale.content.decode()
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    assert again.status_code == 303


def test_settings_cost(as_alice, cost_of):
    assert len(cost_of(as_alice, address("settings"))) == 4


# --- Audit -----------------------------------------------------------------------------


def events(member: Membership, count: int, **fields: Any) -> None:
    for i in range(count):
        told: dict[str, Any] = {"verb": "team.created", "subject": member}
        record(**told | {"by": member, "at": NOW + timedelta(minutes=i)} | fields)


def entries(client: Client, **asked: Any) -> list[Any]:
    found: list[Any] = client.get(address("audit"), asked).context["entries"]
    return found


def test_audit_pages_by_fifty_newest_first(as_alice, alice):
    events(alice, 120)
    seen, path = [], address("audit")
    for _page in range(3):
        context = as_alice.get(path).context
        seen += [entry.at for entry in context["entries"]]
        path = address("audit") + context["next"]

    assert seen == [NOW + timedelta(minutes=i) for i in range(119, -1, -1)]
    assert context["next"] == ""


def test_audit_pages_through_events_of_one_instant(as_alice, alice):
    events(alice, 70, at=NOW)

    first = as_alice.get(address("audit")).context
    second = as_alice.get(address("audit") + first["next"]).context

    assert (len(first["entries"]), len(second["entries"])) == (50, 20)


def test_audit_says_before_and_after_in_words(as_alice, alice):
    as_alice.post(address("settings"), SETTINGS)

    (entry,) = entries(as_alice)
    changes = {str(c.label): (c.before, c.after) for c in entry.changes}
    assert str(entry.verb) == "changed the settings"
    assert changes["languages"] == ("English, Dutch, French", "English")
    assert changes["first month of the fiscal year"] == ("January", "April")
    assert changes["reps see"] == ("their teams", "everything")
    assert str(entry.source) == "page"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 3),
        ({"kind": "member"}, 1),
        ({"kind": "team"}, 2),
        ({"source": "system"}, 3),
        ({"source": "api"}, 0),
        ({"subject": "dora"}, 1),
        ({"subject": "nobody"}, 0),
        ({"since": "2026-05-04", "until": "2026-05-04"}, 2),
        ({"since": "2026-05-05"}, 1),
        ({"until": "2026-05-03"}, 0),
    ],
    ids=str,
)
def test_audit_is_narrowed(as_alice, alice, ours, asked, count):
    # In Brussels the last minute of 4 May is 21:59 UTC.
    record(verb="team.created", subject=ours, by=alice, at=NOW.replace(hour=21))
    record(verb="team.deleted", subject=ours, by=alice, at=NOW.replace(hour=22))
    add_seat(workspace=ours, name="Dora", roles=["rep"], by=alice, now=NOW)

    assert len(entries(as_alice, **asked)) == count


def test_audit_is_narrowed_by_person_and_thing(as_alice, alice, bob):
    events(alice, 2)
    events(bob, 1)

    assert [e.who for e in entries(as_alice, person=str(bob.pk))] == ["Bob"]
    assert len(entries(as_alice, of=str(alice.pk))) == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"person": "x"},
        {"kind": "x'--"},
        {"source": "x"},
        {"of": "x"},
        {"before": "x"},
        {"before": "2026-05-04T09:30:00,x"},
        {"before": "2026-05-04T09:30:00,01a206eb-e189-7708-bfcb-3783f1a6a166"},
        {"before": "9999-12-31T23:59:59+00:00,01a206eb-e189-7708-bfcb-3783f1a6a166"},
        {"subject": "a\x00b"},
    ],
    ids=str,
)
def test_unreadable_filter_is_said_to_be_one(as_alice, alice, asked):
    events(alice, 1)

    response = as_alice.get(address("audit"), asked)

    assert response.status_code == 422
    assert response.context["entries"] == []
    assert 'class="note note-bad"' in response.content.decode()


def test_audit_empty_states_differ(as_alice, alice):
    assert b"None yet" in as_alice.get(address("audit")).content

    assert b"None match" in as_alice.get(address("audit"), {"kind": "team"}).content


def test_verb_of_an_app_above_is_spoken(as_alice, alice):
    events(alice, 1, verb="signal.noted", after={"some_thing": 3})

    (entry,) = entries(as_alice)
    assert (entry.verb, entry.changes[0].label) == ("signal noted", "some thing")


def test_values_in_the_trail_are_escaped(as_alice, alice):
    events(alice, 1, after={"name": "<script>alert(1)</script>"})

    assert b"<script>alert" not in as_alice.get(address("audit")).content


@pytest.mark.parametrize("rows", [1, 3])
def test_audit_costs_the_same(as_alice, cost_of, alice, rows):
    events(alice, rows)

    assert len(cost_of(as_alice, address("audit"))) == 6


# --- Profile ---------------------------------------------------------------------------

PROFILE = {
    "name": "Alice Doe",
    "language": "nl",
    "time_zone": "Asia/Tokyo",
    "theme": "dark",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
}


def test_profile_is_saved_and_takes_effect_at_once(as_alice, alice):
    response = as_alice.post("/profile", PROFILE)

    page = as_alice.get("/profile").content.decode()
    alice.user.refresh_from_db()
    assert response.status_code == 303
    assert (alice.user.time_zone, alice.user.theme) == ("Asia/Tokyo", "dark")
    assert f"{alice.user.quiet_from:%H:%M}" == "22:00"
    assert '<html lang="nl" data-theme="dark">' in page


@pytest.mark.parametrize(
    "data",
    [
        {"name": ""},
        {"language": "tlh"},
        {"time_zone": "Europe/Atlantis"},
        {"theme": "sepia"},
        {"quiet_from": "25:00"},
        {"quiet_until": ""},
        {"quiet_from": ""},
    ],
    ids=str,
)
def test_bad_profile_keeps_what_was_typed(as_alice, alice, data):
    response = as_alice.post("/profile", PROFILE | data)

    alice.user.refresh_from_db()
    assert response.status_code == 422
    assert alice.user.name == "Alice"
    if "name" not in data:
        assert b"Alice Doe" in response.content


def test_profile_shows_ones_own_sign_ins_only(as_alice, alice, bob):
    SecurityEvent.objects.all().delete()
    for member, ip in ((alice, "192.0.2.1"), (bob, "192.0.2.2")):
        SecurityEvent.objects.create(
            at=NOW, kind=SecurityKind.SIGNED_IN, user=member.user, ip=ip
        )

    page = as_alice.get("/profile").content.decode()

    assert "192.0.2.1" in page
    assert "192.0.2.2" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_profile_costs_the_same(as_alice, cost_of, alice, rows):
    for _i in range(rows):
        SecurityEvent.objects.create(
            at=NOW, kind=SecurityKind.SIGNED_IN, user=alice.user
        )

    assert len(cost_of(as_alice, "/profile")) == 5


# --- Today -----------------------------------------------------------------------------


FIRST_HOUR = {
    "/w/ours/companies/new",
    "/w/ours/opportunities/new",
    "/w/ours/opportunities",
    "/w/ours/log",
}


def steps(client: Client) -> dict[str, bool]:
    """What there is to set up, besides the first hour's own steps."""
    found = client.get("/w/ours/").context["steps"]
    return {step.href: step.is_done for step in found if step.href not in FIRST_HOUR}


def test_today_ticks_what_the_data_shows(as_alice, alice):
    before = steps(as_alice)

    as_alice.post(address("settings"), SETTINGS)
    add_seat(workspace=alice.workspace, name="D", roles=["rep"], by=alice, now=NOW)
    create_team()
    as_alice.post("/profile", PROFILE)

    assert set(before.values()) == {False}
    assert steps(as_alice) == {
        "/w/ours/settings": True,
        "/w/ours/members": True,
        "/w/ours/teams": True,
        "/profile": True,
        "/accounts/2fa/": False,
    }


def test_today_of_a_rep_asks_nothing_of_an_administrator(as_bob):
    assert list(steps(as_bob)) == ["/profile", "/accounts/2fa/"]


def test_today_of_an_empty_workspace_begins_with_the_first_hour(as_bob):
    found = [step.href for step in as_bob.get("/w/ours/").context["steps"]]

    assert set(found[:4]) == FIRST_HOUR


def test_today_is_the_workspaces_day(as_alice, ours, time_machine):
    """At 22:30 UTC it is tomorrow in Brussels, and morning in Alice's Tokyo."""
    as_alice.post("/profile", PROFILE | {"language": "en"})
    time_machine.move_to(NOW.replace(hour=22, minute=30), tick=False)

    page = as_alice.get("/w/ours/").content.decode()

    assert "Tuesday, 5 May 2026" in page
    assert "Good morning, Alice" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_today_costs_the_same(as_alice, alice, cost_of, rows):
    for i in range(rows):
        create_team(name=f"T{i}")

    assert len(cost_of(as_alice, "/w/ours/")) == 13


def test_events_are_json_a_person_can_read(as_alice, ours):
    as_alice.post(address("settings"), SETTINGS)

    event = AuditEvent.objects.get()
    assert json.dumps(event.after, sort_keys=True) == json.dumps(
        {
            "base_currency": "USD",
            "coach_visibility": "all",
            "cost_per_hour": "80.50",
            "fiscal_month": 4,
            "languages": ["en"],
            "manager_visibility": "all",
            "name": "Renamed",
            "period": "month",
            "rep_visibility": "all",
            "time_zone": "UTC",
        },
        sort_keys=True,
    )
