"""Companies, and the deals with them."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.keyset import page_of
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import MergedRow
from accounts.permissions import permissions_of
from accounts.queries import matching
from forecasting.queries.accounts import company_lines
from opportunities.models import Company, Opportunity
from stakeholders.models import Person

PAGE = 50
LONGEST = 120


@require_safe
@member("person.see")
def companies(request: WorkspaceRequest, slug: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST]
    rows = Company.objects.all()
    if words:
        rows = rows.filter(pk__in=matching(words, kind="company"))
    page = page_of(rows, by=["name"], size=PAGE, cursor=request.GET.get("after", ""))
    kept = {"q": words} if words else {}
    context = {
        "rows": company_lines(
            page.rows, deals=Opportunity.objects.visible_to(request.membership)
        ),
        "q": words,
        "next": f"?{urlencode(kept | {'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(kept)}" if "after" in request.GET else "",
        "may_write": "person.write" in permissions_of(request.membership),
    }
    return render_page(request, "forecasting/companies.html", context, partial="rows")


@require_safe
@member("person.see")
def company(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found = Company.objects.filter(pk=id).first()
    if found is None:
        gone = get_object_or_404(MergedRow.objects.of(Company), merged_id=id)
        return redirect("forecasting:company", slug=slug, id=gone.kept_id)
    (line,) = company_lines(
        [found], deals=Opportunity.objects.visible_to(request.membership)
    )
    people = list(
        Person.objects.filter(company=found).order_by("name", "pk")[: PAGE + 1]
    )
    context = {
        "company": found,
        "line": line,
        "people": people[:PAGE],
        "has_more": len(people) > PAGE,
        "may_write": "person.write" in permissions_of(request.membership),
    }
    return render_page(request, "forecasting/company.html", context)
