"""Make a workspace."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import create_workspace
from accounts.forms.workspaces import WorkspaceForm
from accounts.http.destinations import HOME
from accounts.http.guards import signed_in
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import UserRequest
from accounts.permissions import may_create_workspace


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: UserRequest) -> HttpResponse:
    if not may_create_workspace():
        raise PermissionDenied(
            _(
                "On this installation, workspaces are made by whoever runs it."
                " Ask them for one, or ask a colleague for an invitation."
            )
        )
    form = WorkspaceForm(posted(request))
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render_page(
            request, "accounts/workspace_new.html", {"form": form}, status=status
        )
    ws_id = uuid7()
    with tenancy.workspace(ws_id, through="page"):
        membership = create_workspace(
            id=ws_id, user=request.user, now=timezone.now(), **form.cleaned_data
        )
    messages.success(
        request, _("%(name)s is ready.") % {"name": membership.workspace.name}
    )
    return see_other(HOME, slug=membership.workspace.slug)
