"""Somebody comes with the link of an invitation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import tenancy
from accounts.actions.invitations import (
    InvitationOfSomebodyElse,
    InvitationOver,
    accept_invitation,
    hash_of,
)
from accounts.http.destinations import HOME
from accounts.http.guards import public, signed_in
from accounts.http.pages import render_page, see_other
from accounts.http.request import UserRequest
from accounts.signin.invited import INVITATION_IN_SESSION, invitation_of


@require_safe
@public
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the secret's hash in the session, and the secret out of the address bar."""
    request.session[INVITATION_IN_SESSION] = hash_of(token)
    return redirect("accounts:joining")


@require_safe
@public
def joining(request: HttpRequest) -> HttpResponse:
    """Say who invites to what; unknown, used and old links get one and the same answer."""
    invitation = invitation_of(request)
    if invitation is None:
        return _over(request)
    context = {
        "invitation": invitation,
        "is_theirs": getattr(request.user, "email", None) == invitation.email,
    }
    return render_page(request, "accounts/joining.html", context)


@require_POST
@signed_in
def accept(request: UserRequest) -> HttpResponse:
    invitation = invitation_of(request)
    if invitation is None:
        return _over(request)
    try:
        with tenancy.workspace(invitation.workspace_id, through="page"):
            accept_invitation(
                invitation=invitation, user=request.user, now=timezone.now()
            )
    except (InvitationOver, InvitationOfSomebodyElse) as refusal:
        context = {"invitation": invitation, "refusal": str(refusal)}
        return render_page(request, "accounts/joining.html", context, status=422)
    del request.session[INVITATION_IN_SESSION]
    workspace = invitation.workspace
    messages.success(request, _("Welcome to %(name)s.") % {"name": workspace.name})
    return see_other(HOME, slug=workspace.slug)


def _over(request: HttpRequest) -> HttpResponse:
    request.session.pop(INVITATION_IN_SESSION, None)
    return render_page(request, "accounts/joining_over.html", {}, status=404)
