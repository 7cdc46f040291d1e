"""The front door: to the sign-in page, or on to a workspace."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.http.destinations import HOME
from accounts.http.guards import public
from accounts.http.navigation import LAST_WORKSPACE
from accounts.http.pages import render_page
from accounts.models import Membership
from accounts.permissions import may_create_workspace
from accounts.signin.invited import INVITATION_IN_SESSION


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Go to where the visitor works: their only workspace, or the last one they had open."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    if INVITATION_IN_SESSION in request.session:
        return redirect("accounts:joining")
    memberships = list(Membership.objects.open_to(request.user))
    slugs = [membership.workspace.slug for membership in memberships]
    last = request.session.get(LAST_WORKSPACE)
    if last in slugs or len(slugs) == 1:
        return redirect(HOME, slug=last if last in slugs else slugs[0])
    context = {"memberships": memberships, "may_create": may_create_workspace()}
    return render_page(request, "accounts/home.html", context)
