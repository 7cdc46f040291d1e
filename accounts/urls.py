from django.urls import path

from accounts.views import (
    applications,
    audit,
    health,
    home,
    invitations,
    keys,
    members,
    oauth,
    profile,
    settings,
    teams,
    workspaces,
)

app_name = "accounts"

MEMBERS = "w/<slug:slug>/members"
TEAMS = "w/<slug:slug>/teams"
APPLICATIONS = "w/<slug:slug>/settings/applications"

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("", home.home, name="home"),
    path("profile", profile.profile, name="profile"),
    path("workspaces/new", workspaces.new, name="workspace-new"),
    path("join", invitations.joining, name="joining"),
    path("join/accept", invitations.accept, name="join-accept"),
    path("join/<str:token>", invitations.join, name="join"),
    path(MEMBERS, members.members, name="members"),
    path(f"{MEMBERS}/add", members.add, name="member-add"),
    path(f"{MEMBERS}/<uuid:id>", members.member_page, name="member"),
    path(f"{MEMBERS}/<uuid:id>/edit", members.change, name="member-edit"),
    path(f"{MEMBERS}/<uuid:id>/suspend", members.suspend_member, name="member-suspend"),
    path(
        f"{MEMBERS}/<uuid:id>/reinstate",
        members.reinstate_member,
        name="member-reinstate",
    ),
    path(f"{MEMBERS}/<uuid:id>/invite", members.invite_member, name="member-invite"),
    path(f"{MEMBERS}/<uuid:id>/withdraw", members.withdraw, name="member-withdraw"),
    path(f"{MEMBERS}/<uuid:id>/remove", members.remove, name="member-remove"),
    path("w/<slug:slug>/leave", members.leave, name="leave"),
    path(TEAMS, teams.teams, name="teams"),
    path(f"{TEAMS}/new", teams.create, name="team-new"),
    path(f"{TEAMS}/<uuid:id>", teams.team_page, name="team"),
    path(f"{TEAMS}/<uuid:id>/edit", teams.change, name="team-edit"),
    path(f"{TEAMS}/<uuid:id>/delete", teams.delete, name="team-delete"),
    path(f"{TEAMS}/<uuid:id>/place", teams.place, name="team-place"),
    path(f"{TEAMS}/<uuid:id>/attach", teams.attach, name="team-attach"),
    path(f"{TEAMS}/places/<uuid:id>/leave", teams.take_out, name="team-leave"),
    path("w/<slug:slug>/settings", settings.settings, name="settings"),
    path("w/<slug:slug>/settings/keys", keys.keys, name="api-keys"),
    path("w/<slug:slug>/settings/keys/api", keys.docs, name="api-docs"),
    path(
        "w/<slug:slug>/settings/keys/<uuid:id>/revoke",
        keys.revoke,
        name="api-key-revoke",
    ),
    path(APPLICATIONS, applications.applications, name="applications"),
    path(
        f"{APPLICATIONS}/<uuid:id>/secret",
        applications.secret,
        name="application-secret",
    ),
    path(
        f"{APPLICATIONS}/<uuid:id>/revoke",
        applications.revoke,
        name="application-revoke",
    ),
    path(
        f"{APPLICATIONS}/<uuid:id>/send-away",
        applications.send_off,
        name="application-send-away",
    ),
    path("w/<slug:slug>/oauth/authorize", oauth.consent, name="consent"),
    path("oauth/authorize", oauth.authorize, name="oauth-authorize"),
    path("oauth/token", oauth.token, name="oauth-token"),
    path("oauth/revoke", oauth.revoke, name="oauth-revoke"),
    path(
        ".well-known/oauth-authorization-server",
        oauth.metadata,
        name="oauth-metadata",
    ),
    path("w/<slug:slug>/audit", audit.audit, name="audit"),
]
