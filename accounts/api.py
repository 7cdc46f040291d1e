"""The API about who is asking."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import permissions_of
from accounts.rest import WorkspaceView


class MeView(WorkspaceView):
    """Who the caller is, in which workspace, and what they may do."""

    permission = "workspace.enter"
    scope = "me:read"

    def get(self, request: Request) -> Response:
        inner: Any = request._request
        member, key = inner.membership, inner.api_key
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
                "scopes": key.scopes if key else None,
            }
        )
