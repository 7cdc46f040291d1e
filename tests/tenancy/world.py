"""Two workspaces with the same kinds of rows: ours has one of each, theirs two."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from accounts import tenancy
from accounts.fields import workspace_tables
from accounts.models import (
    AuditEvent,
    Membership,
    SearchToken,
    Team,
    TeamMember,
    Workspace,
)
from accounts.tenancy import inside
from opportunities.models import Company, Opportunity
from tests.factories import (
    NOW,
    create_company,
    create_membership,
    create_opportunity,
    create_team,
)
from tests.strict import unbound_sql
from tests.tenancy.probe_app import models as probe_app

# The type checker knows the product's apps, not the one of the tests.
Note: Any = probe_app.Note
Tag: Any = probe_app.Tag
Thing: Any = probe_app.Thing
ThingTag: Any = probe_app.ThingTag


@dataclass(frozen=True)
class Rows:
    """One row of each kind, all of one workspace."""

    workspace: Workspace
    member: Membership
    company: Company
    opportunity: Opportunity
    team: Team
    place: TeamMember
    word: SearchToken
    event: AuditEvent
    thing: Any
    part: Any
    tag: Any
    link: Any
    note: Any


@dataclass(frozen=True)
class World:
    ours: Rows
    theirs: Rows


def create_rows(name: str) -> Rows:
    """Make a row of each kind, called `name`, in the open workspace."""
    member = create_membership(name=name)
    company = create_company(name=name)
    team = create_team(name=name)
    thing = Thing.objects.create(name=name, weight=5)
    tag = Tag.objects.create(name=name)
    return Rows(
        workspace=member.workspace,
        member=member,
        company=company,
        opportunity=create_opportunity(owner=member, name=name, company=company),
        team=team,
        place=TeamMember.objects.create(team=team, membership=member, part="member"),
        word=SearchToken.objects.create(token=name, kind="x", object_id=company.pk),
        event=AuditEvent.objects.create(at=NOW, verb=name, source="system"),
        thing=thing,
        part=Thing.objects.create(name="part", parent=thing, twin=thing),
        tag=tag,
        link=ThingTag.objects.create(thing=thing, tag=tag),
        note=Note.objects.create(text=name, about=thing),
    )


def snapshot(workspace: Workspace) -> dict[str, list[Any]]:
    """Return every row of every workspace table, as the workspace sees them."""
    with (
        inside(connection, workspace.pk),
        unbound_sql("names every table"),
        connection.cursor() as cursor,
    ):
        rows = {}
        for table in sorted(workspace_tables()):
            cursor.execute(
                f'SELECT * FROM "{table}" WHERE workspace_id = %s ORDER BY id',
                [workspace.pk],
            )
            rows[table] = cursor.fetchall()
        return rows


def open_here() -> tuple[UUID | None, UUID | None]:
    """Which workspace this code works for, and its transaction."""
    here: Any = connection
    return tenancy.current_id(), here.workspace_id
