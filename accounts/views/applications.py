"""Connected applications: registered, shown once, renewed, revoked; and sent away again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.applications import (
    AlreadyRevoked,
    HasNoSecret,
    register_application,
    renew_secret,
    revoke_application,
    send_away,
)
from accounts.forms.applications import ApplicationForm
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Application, Grant
from accounts.views.keys import scopes

PAGE = "accounts/applications.html"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One application of the list, who lets it in and when it came last."""

    application: Application
    word: str
    tone: str
    people: int
    acts_for: str
    last_used_at: datetime | None


@require_http_methods(["GET", "HEAD", "POST"])
@member("key.manage")
def applications(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = ApplicationForm(posted(request), scopes=scopes())
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    made, secret = register_application(
        name=form.cleaned_data["name"],
        kind=form.cleaned_data["kind"],
        redirect_uris=form.cleaned_data["redirect_uris"],
        scopes=form.chosen,
        by=request.membership,
        now=timezone.now(),
    )
    # No redirect: the secret would have to be kept somewhere to be shown after it.
    return _page(request, ApplicationForm(scopes=scopes()), made=made, secret=secret)


@require_POST
@member("key.manage")
def secret(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    application = _find(request, id)
    form = ApplicationForm(scopes=scopes())
    try:
        new = renew_secret(
            application=application, by=request.membership, now=timezone.now()
        )
    except (HasNoSecret, AlreadyRevoked) as refusal:
        messages.error(request, str(refusal))
        return see_other("accounts:applications", slug=slug)
    return _page(request, form, made=application, secret=new)


@require_POST
@member("key.manage")
def revoke(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    application = _find(request, id)
    if application.is_live:
        revoke_application(
            application=application, by=request.membership, now=timezone.now()
        )
    named = {"name": application.name}
    messages.success(request, _("“%(name)s” is revoked.") % named)
    return see_other("accounts:applications", slug=slug)


@require_POST
@member("workspace.enter")
def send_off(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """A member takes back what they let an application do."""
    application = _find(request, id)
    send_away(application=application, by=request.membership, now=timezone.now())
    named = {"name": application.name}
    messages.success(request, _("“%(name)s” acts for you no longer.") % named)
    return see_other("accounts:profile")


def _find(request: WorkspaceRequest, id: UUID) -> Application:
    here = Application.objects.filter(workspace=request.workspace)
    return get_object_or_404(here.select_related("client"), pk=id)


def _page(
    request: WorkspaceRequest, form: ApplicationForm, *, status: int = 200, **made: Any
) -> HttpResponse:
    root = request.build_absolute_uri("/").rstrip("/")
    context = {"form": form, "rows": _rows(request), "root": root, **made}
    response = render_page(request, PAGE, context, status=status)
    add_never_cache_headers(response)
    return response


def _rows(request: WorkspaceRequest) -> list[Row]:
    here = Application.objects.filter(workspace=request.workspace)
    rows = here.select_related("client").order_by("-created_at", "-pk")[:SHOWN]
    used = {
        each["application"]: each
        for each in Grant.objects.filter(application__in=[row.pk for row in rows])
        .values("application")
        .annotate(
            people=Count("membership", distinct=True, filter=_live()),
            name=Max("membership__name", filter=_live()),
            last=Max("last_used_at"),
        )
        .order_by("application")
    }
    return [_row(application, used) for application in rows]


def _live() -> Q:
    return Q(ended_at__isnull=True, membership__status="active")


def _row(application: Application, used: dict[Any, Any]) -> Row:
    told = used.get(application.pk, {"people": 0, "name": "", "last": None})
    word, tone = _("active"), "good"
    if not application.is_live:
        word, tone = _("revoked"), ""
    elif not told["people"]:
        is_orphan = application.is_a_service
        word = _("its member left") if is_orphan else _("nobody yet")
        tone = "warn" if is_orphan else ""
    return Row(
        application, word, tone, told["people"], told["name"] or "", told["last"]
    )
