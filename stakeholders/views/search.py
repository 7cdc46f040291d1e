"""Search, as a page and as the palette asks for it."""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from stakeholders.queries.search import KINDS, Hit
from stakeholders.queries.search import search as find

PAGES = {
    "person": ("readiness:person", "person"),
    "company": ("forecasting:company", "company"),
    "opportunity": ("coaching:opportunity", "opportunity"),
}
SUGGESTED = 6
SHOWN = 25
LONGEST = 120


@require_safe
@member("deal.see")
def search(request: WorkspaceRequest, slug: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:LONGEST]
    hits = find(words, by=request.membership, each=SHOWN + 1) if words else []
    groups = [
        (kind, [_json(hit, slug) for hit in hits if hit.kind == kind]) for kind in KINDS
    ]
    context = {
        "q": words,
        "groups": [
            {"kind": kind, "hits": some[:SHOWN], "has_more": len(some) > SHOWN}
            for kind, some in groups
            if some
        ],
        "shown": SHOWN,
    }
    return render_page(request, "stakeholders/search.html", context, partial="rows")


@require_safe
@member("deal.see")
def suggest(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What matches while somebody types, as JSON, for the palette and the pickers."""
    asked = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
    hits = find(
        request.GET.get("q", "")[:LONGEST],
        by=request.membership,
        kinds=asked or KINDS,
        each=SUGGESTED,
    )
    return JsonResponse({"results": [_json(hit, slug) for hit in hits]})


def _json(hit: Hit, slug: str) -> dict[str, str]:
    page, icon = PAGES[hit.kind]
    return {
        "kind": hit.kind,
        "id": str(hit.id),
        "label": hit.label,
        "hint": hit.hint,
        "icon": icon,
        "href": reverse(page, kwargs={"slug": slug, "id": hit.id}),
    }
