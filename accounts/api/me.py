"""The API about who is asking."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Role
from accounts.permissions import permissions_of
from accounts.rest import WorkspaceView
from accounts.rest.columns import (
    ID,
    TEXT,
    list_of,
    object_of,
    one_of,
    or_null,
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
