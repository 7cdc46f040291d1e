"""The API about who is asking, the members and the teams."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership, MembershipStatus, Role, Team
from accounts.permissions import permissions_of
from accounts.rest import Reader, Resource, WorkspaceView, everything
from accounts.rest.columns import (
    ID,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    or_null,
    reference,
)


class MeView(WorkspaceView):
    """Who the caller is, in which workspace, and what they may do."""

    permission = "workspace.enter"
    scope = "me:read"
    answer = object_of(
        id=ID,
        name=TEXT,
        email=TEXT,
        roles=list_of(one_of(Role)),
        permissions=list_of(TEXT),
        workspace=object_of(id=ID, slug=TEXT, name=TEXT),
        scopes=or_null(list_of(TEXT)),
    )

    def get(self, request: Request) -> Response:
        self.given(request)
        inner: Any = request._request
        member, program = inner.membership, inner.program
        return Response(
            {
                "id": str(member.pk),
                "name": member.name,
                "email": member.email,
                "roles": member.roles,
                "permissions": sorted(permissions_of(member)),
                "workspace": {
                    "id": str(inner.workspace.pk),
                    "slug": inner.workspace.slug,
                    "name": inner.workspace.name,
                },
                "scopes": program.scopes if program else None,
            }
        )


def _members(reader: Reader) -> "QuerySet[Any]":
    return Membership.objects.of(reader.workspace)


MEMBERS = Resource(
    name="members",
    noun="member",
    about="Who belongs to the workspace, with a sign-in or as a seat.",
    permission="member.see",
    rows=_members,
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "email": maybe("email"),
        "roles": column("roles", list_of(one_of(Role))),
        "status": column("status", one_of(MembershipStatus)),
        "is_seat": Column(
            ("user_id",), {"type": "boolean"}, lambda user_id: user_id is None
        ),
    },
    orderings={"id": "pk", "name": "name"},
)

TEAMS = Resource(
    name="teams",
    noun="team",
    about="The tree of teams.",
    permission="team.see",
    rows=everything(Team),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "parent": reference("parent_id", "parent__name", null=True),
    },
    orderings={"id": "pk", "name": "name"},
)

RESOURCES = (MEMBERS, TEAMS)
