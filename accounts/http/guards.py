"""Every view says who may call it; a test counts those that forgot."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from accounts.http.door import to_sign_in
from accounts.http.request import WorkspaceRequest
from accounts.permissions import PERMISSIONS, permissions_of

View = Callable[..., HttpResponse]
GUARD = "guard"  # the attribute that test_every_view_is_guarded reads


def member(permission: str) -> Callable[[View], View]:
    """Let in members of the URL's workspace who hold `permission`.

    For outsiders the page is missing; a member without the permission is refused, and
    the attempt is audited.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission!r} is not in the table of permissions")

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(
            request: WorkspaceRequest, *args: Any, **kwargs: Any
        ) -> HttpResponse:
            if request.membership is None:
                raise Http404
            if permission not in permissions_of(request.membership):
                request.refusals.add(
                    "permission.refused", f"{permission} {request.path}"
                )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        setattr(guarded, GUARD, permission)
        return guarded

    return guard


def signed_in(view: View) -> View:
    """Let in anybody with an account: pages outside every workspace."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    setattr(guarded, GUARD, "signed in")
    return guarded


def public(view: View) -> View:
    """Let in everybody, on purpose."""
    setattr(view, GUARD, "public")
    return view
