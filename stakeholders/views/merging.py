"""Two that may be one: looked at side by side, merged, or told apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http.form_pages import FormPage
from accounts.http.guards import member
from accounts.http.keyset import page_of
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.models.base import StaleVersion
from opportunities.models import Company, Opportunity
from stakeholders.actions.distinct import tell_apart
from stakeholders.actions.merging import (
    CannotMerge,
    SameRow,
    merge_companies,
    merge_people,
    refuse_as_two,
)
from stakeholders.forms.merging import COMPANY, PERSON, MergeForm, OtherForm
from stakeholders.models import Person
from stakeholders.queries.duplicates import REASONS, alike, likenesses
from stakeholders.queries.merging import moves_of_company, moves_of_person

PAGE = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between people and companies."""

    model: Any
    word: str
    labels: Mapping[str, Any]
    merge: Callable[..., Any]
    moves: Callable[..., Any]
    page: str
    listed: str
    heading: Any


PEOPLE = Kind(
    model=Person,
    word="person",
    labels=PERSON,
    merge=merge_people,
    moves=moves_of_person,
    page="readiness:person",
    listed="readiness:people",
    heading=gettext_lazy("People"),
)
COMPANIES = Kind(
    model=Company,
    word="company",
    labels=COMPANY,
    merge=merge_companies,
    moves=moves_of_company,
    page="forecasting:company",
    listed="forecasting:companies",
    heading=gettext_lazy("Companies"),
)


@require_safe
@member("person.write")
def people(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _duplicates(request, PEOPLE)


@require_safe
@member("person.write")
def companies(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _duplicates(request, COMPANIES)


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def person(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    return _two(request, get_object_or_404(Person, pk=id), PEOPLE)


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def company(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    return _two(request, get_object_or_404(Company, pk=id), COMPANIES)


def _duplicates(request: WorkspaceRequest, kind: Kind) -> HttpResponse:
    cursor = request.GET.get("after", "")
    rows = alike(kind.model)
    if kind is PEOPLE:
        rows = rows.select_related("company")
    page = page_of(rows, by=["name"], size=PAGE, cursor=cursor)
    slug = request.workspace.slug
    context = {
        "kind": kind,
        "listed": reverse(kind.listed, args=[slug]),
        "pairs": [
            {
                "row": found.row,
                "twin": found.twin,
                "reasons": [REASONS[reason] for reason in found.reasons],
                "address": _address(kind, slug, kept=found.twin, gone=found.row),
            }
            for found in likenesses(kind.model, page.rows)
        ],
        "next": f"?{urlencode({'after': page.next})}" if page.next else "",
        "first": request.path if cursor else "",
    }
    return render_page(request, "stakeholders/duplicates.html", context)


def _address(kind: Kind, slug: str, *, kept: Any, gone: Any) -> str:
    """Where the two are looked at; the earlier one stays unless told otherwise."""
    page = reverse(f"stakeholders:{kind.word}-merge", args=[slug, kept.pk])
    return f"{page}?{urlencode({'with': gone.pk})}"


def _two(request: WorkspaceRequest, kept: Any, kind: Kind) -> HttpResponse:
    if "with" not in request.GET:
        return _pick(request, kept, kind)
    gone = _other(request.GET["with"], kind)
    if request.POST.get("answer") == "apart":
        return _told_apart(request, kept, gone, kind=kind)
    form = MergeForm(posted(request), kept=kept, gone=gone, labels=kind.labels)
    refusal, status = _refusal(kept, gone, kind, by=request.membership), 200
    if form.is_bound:
        try:
            return _merged(request, form, kind)
        except StaleVersion as stale:
            refusal, status = str(stale), 412
            form = MergeForm(kept=kept, gone=gone, labels=kind.labels)
        except (CannotMerge, SameRow) as reason:
            refusal, status = str(reason), 422
        except Incomplete:
            status = 422
    slug = request.workspace.slug
    deals = Opportunity.objects.visible_to(request.membership)
    context = {
        "kind": kind,
        "kept": kept,
        "gone": gone,
        "form": form,
        "moves": kind.moves(kept, gone, deals=deals),
        "refusal": refusal,
        "turned": _address(kind, slug, kept=gone, gone=kept),
        "back": reverse(kind.page, args=[slug, kept.pk]),
    }
    return render_page(request, "stakeholders/merge.html", context, status=status)


class Incomplete(Exception):
    """A field was left open."""


def _other(given: str, kind: Kind) -> Any:
    try:
        return get_object_or_404(kind.model, pk=UUID(given))
    except ValueError:
        raise Http404 from None


def _refusal(kept: Any, gone: Any, kind: Kind, *, by: Membership) -> str:
    """Why it can't be, before anybody tries."""
    if kind is PEOPLE:
        try:
            refuse_as_two(kept=kept, gone=gone, by=by)
        except CannotMerge as reason:
            return str(reason)
    return ""


def _pick(request: WorkspaceRequest, kept: Any, kind: Kind) -> HttpResponse:
    others = kind.model.objects.exclude(pk=kept.pk)
    form = OtherForm(posted(request), rows=others, kind=kind.word)
    slug = request.workspace.slug
    if form.is_valid():
        return see_other(
            _address(kind, slug, kept=kept, gone=form.cleaned_data["other"])
        )
    page = FormPage(
        title=_("Merge “%(name)s” with…") % {"name": kept},
        back=reverse(kind.page, args=[slug, kept.pk]),
        back_text=str(kept),
        submit=_("Look at both"),
    )
    return page.answer(request, form)


def _told_apart(
    request: WorkspaceRequest, kept: Any, gone: Any, *, kind: Kind
) -> HttpResponse:
    tell_apart(one=kept, other=gone, by=request.membership, now=timezone.now())
    messages.success(
        request,
        _("“%(one)s” and “%(other)s” will not be suggested again.")
        % {"one": kept, "other": gone},
    )
    slug = request.workspace.slug
    listed = {"person": "people", "company": "companies"}[kind.word]
    return see_other(f"stakeholders:{listed}-duplicates", slug=slug)


def _merged(request: WorkspaceRequest, form: MergeForm, kind: Kind) -> HttpResponse:
    """:raises Incomplete, StaleVersion, CannotMerge, SameRow: then nothing is merged."""
    if not form.is_valid():
        raise Incomplete
    kept, gone = form.both["kept"], form.both["gone"]
    kept.version = form.cleaned_data["kept_version"]
    gone.version = form.cleaned_data["gone_version"]
    row = kind.merge(
        kept=kept,
        gone=gone,
        values=form.values,
        by=request.membership,
        now=timezone.now(),
    )
    messages.success(request, _("“%(name)s” is one now.") % {"name": row})
    return see_other(kind.page, slug=request.workspace.slug, id=row.pk)
