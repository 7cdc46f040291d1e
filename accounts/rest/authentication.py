"""The door has looked at the program or the session already; here the API asks what it found."""

from typing import Any

from django.http import QueryDict
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission

from accounts.permissions import permissions_of


class DoorAuthentication(SessionAuthentication):
    """Who came through the door: by a key or an application, or by session with its CSRF token."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        inner = request._request
        if inner.membership is None:
            return None
        if inner.program is not None:
            return inner.membership.user, inner.program
        # The token is in the header, and who looks for it must not read a body that has yet
        # to be read as it came; a form with files was read at the door.
        if not hasattr(inner, "_post"):
            inner.POST = QueryDict()
        self.enforce_csrf(inner)
        return inner.membership.user, None

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'


class IsMember(BasePermission):
    """The member has the view's permission, and the program, if one calls, its scope."""

    def has_permission(self, request: Any, view: Any) -> bool:
        inner = request._request
        if inner.membership is None:
            return False
        permission, scope = view.needed(request.method)
        if permission not in permissions_of(inner.membership):
            inner.refusals.add("permission.refused", f"{permission} {request.path}")
            return False
        return inner.program is None or scope in inner.program.scopes
