"""People at the customer, and where each of them stands."""

from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.keyset import page_of
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import MergedRow
from accounts.permissions import permissions_of
from accounts.queries import matching
from opportunities.models import Company, Opportunity
from readiness.queries.directory import person_lines, seats_now
from stakeholders.models import Interaction, Person

PAGE = 50
BUSY = "open"  # who has a seat in an open deal
LONGEST = 120
TALKS = 20


@require_safe
@member("person.see")
def people(request: WorkspaceRequest, slug: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST]
    deals = Opportunity.objects.visible_to(request.membership)
    company = _company(request.GET.get("company", ""))
    is_busy = request.GET.get("in") == BUSY
    rows = Person.objects.select_related("company")
    if words:
        rows = rows.filter(pk__in=matching(words, kind="person"))
    if company:
        rows = rows.filter(company=company)
    if is_busy:
        rows = rows.filter(Exists(seats_now(deals, of=OuterRef("pk"))))
    page = page_of(rows, by=["name"], size=PAGE, cursor=request.GET.get("after", ""))
    kept = {
        "q": words,
        "company": company.pk if company else "",
        "in": BUSY if is_busy else "",
    }
    kept = {name: value for name, value in kept.items() if value}
    context = {
        "rows": person_lines(
            page.rows,
            deals=deals,
            workspace=request.workspace,
            now=timezone.now(),
        ),
        "q": words,
        "company": company,
        "is_busy": is_busy,
        "is_narrowed": bool(kept),
        "next": f"?{urlencode(kept | {'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(kept)}" if "after" in request.GET else "",
        "may_write": "person.write" in permissions_of(request.membership),
    }
    return render_page(request, "readiness/people.html", context, partial="rows")


def _company(given: str) -> Company | None:
    """The company asked for; none for what is no company here."""
    try:
        return Company.objects.filter(pk=UUID(given)).first()
    except ValueError:
        return None


@require_safe
@member("person.see")
def person(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found = Person.objects.select_related("company").filter(pk=id).first()
    if found is None:
        gone = get_object_or_404(MergedRow.objects.of(Person), merged_id=id)
        return redirect("readiness:person", slug=slug, id=gone.kept_id)
    deals = Opportunity.objects.visible_to(request.membership)
    (line,) = person_lines(
        [found], deals=deals, workspace=request.workspace, now=timezone.now()
    )
    talks = (
        Interaction.objects.standing()
        .filter(participations__stakeholder__person=found, opportunity__in=deals)
        .select_related("opportunity")
        .order_by("-occurred_at", "-pk")[:TALKS]
    )
    context = {
        "person": found,
        "line": line,
        "talks": talks,
        "may_write": "person.write" in permissions_of(request.membership),
    }
    return render_page(request, "readiness/person.html", context)
