"""Pages that do what a page must not, or only just may."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from accounts.http.guards import member, public
from accounts.models import Team
from accounts.tenancy import NoWorkspace
from buyreadiness.urls import handler400, handler403, handler404, handler500
from opportunities.actions import create_opportunity
from opportunities.models import Company
from tests.factories import NOW

__all__ = ["handler400", "handler403", "handler404", "handler500"]

EVERY_COMPANY = Company.objects.order_by("name")  # made at import, as DRF's views do
LIST = "{% for m in messages %}[{{ m }}]{% endfor %}{% for c in companies %}{{ c }};{% endfor %}"

seen_by_hooks: list[str] = []


@member("workspace.enter")
def companies(request: Any, slug: str) -> HttpResponse:
    """Answer with a template that asks for its rows when it is rendered."""
    template: Any = engines["django"].from_string(LIST)
    return TemplateResponse(request, template, {"companies": EVERY_COMPANY.all()})


@member("workspace.enter")
def company(request: Any, slug: str, id: UUID) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Company, pk=id)))


RAISED = {403: PermissionDenied("no"), 404: Http404(), 500: ValueError("on purpose")}


@member("workspace.enter")
def write(request: Any, slug: str, status: int) -> HttpResponse:
    """Write a company, a message and a line in the session; then answer `status`."""
    Company.objects.create(name="written")
    request.session["touched"] = status
    messages.info(request, f"answered {status}")
    request.refusals.add("test.refused", f"answered {status}")
    transaction.on_commit(lambda: seen_by_hooks.append(f"committed {status}"))
    if status in RAISED:
        raise RAISED[status]
    return HttpResponse("answer", status=status)


@member("workspace.enter")
def swallow(request: Any, slug: str) -> HttpResponse:
    Company.objects.create(name="written")
    try:
        Team.objects.create(name="twice")
        Team.objects.create(name="twice")
    except IntegrityError:
        pass
    return HttpResponse("all is well")


@member("workspace.enter")
def swallow_in_a_savepoint(request: Any, slug: str) -> HttpResponse:
    Company.objects.create(name="written")
    try:
        with transaction.atomic():
            Team.objects.create(name="twice")
            Team.objects.create(name="twice")
    except IntegrityError:
        pass
    return HttpResponse("all is well")


@member("workspace.enter")
def stream(request: Any, slug: str) -> Any:
    Company.objects.create(name="written")
    return StreamingHttpResponse(str(company) for company in EVERY_COMPANY.all())


@member("workspace.enter")
def hook(request: Any, slug: str) -> HttpResponse:
    def look() -> None:
        try:
            seen_by_hooks.append(f"{Company.objects.count()} companies")
        except NoWorkspace:
            seen_by_hooks.append("no workspace")

    def fail() -> None:
        raise ValueError("on purpose")

    transaction.on_commit(fail, robust=True)
    transaction.on_commit(look)
    return HttpResponse("answer")


@member("workspace.enter")
def ask(request: Any, slug: str) -> HttpResponse:
    """Make a deal, which asks for its first recompute and so rings the bell."""
    create_opportunity(
        name="Deal",
        company=None,
        owner=request.membership,
        opened_on=NOW.date(),
        by=request.membership,
        now=NOW,
    )
    return HttpResponse("asked")


@member("workspace.settings")
def settings(request: Any, slug: str) -> HttpResponse:
    return HttpResponse("settings")


@public
def outside(request: Any) -> HttpResponse:
    """A page of no workspace that asks for rows of one."""
    return HttpResponse(str(Company.objects.count()))


urlpatterns = [
    path("w/<slug:slug>/test/", companies),
    path("w/<slug:slug>/test/companies/<uuid:id>/", company),
    path("w/<slug:slug>/test/write/<int:status>/", write),
    path("w/<slug:slug>/test/swallow/", swallow),
    path("w/<slug:slug>/test/savepoint/", swallow_in_a_savepoint),
    path("w/<slug:slug>/test/stream/", stream),
    path("w/<slug:slug>/test/hook/", hook),
    path("w/<slug:slug>/test/ask/", ask),
    path("w/<slug:slug>/test/settings/", settings),
    path("test/outside/", outside),
    path("", include("buyreadiness.urls")),
]
