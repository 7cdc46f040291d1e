"""Practice: read the phase of a written case, and see how near one was and why."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import FormPage
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from coaching.actions.practice import (
    AnsweredBefore,
    NothingShown,
    NoWeights,
    answer_case,
    withdraw_case,
    write_case,
)
from coaching.engine.reading_skill import brier, log_loss, runs_of
from coaching.forms.practice import CaseForm, ReadingForm
from coaching.models import PracticeAnswer, PracticeCase
from coaching.queries.practice import (
    Case,
    CaseRead,
    anchor_names,
    answer_to,
    answers_of,
    cases,
    find_case,
    read_case,
    reads_of,
)
from coaching.queries.skill_page import skill_page
from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.models import LoadedModel, active_model
from stakeholders.models import ANCHORS


@dataclass(frozen=True, slots=True)
class Line:
    """A case on the list, and what one's answer to it scored."""

    case: Case
    answer: PracticeAnswer | None

    @property
    def log_loss(self) -> float | None:
        if self.answer is None:
            return None
        return log_loss(self.answer.probabilities, ANCHORS.index(self.answer.anchor))


@require_safe
@member("workspace.enter")
def practice(request: WorkspaceRequest, slug: str) -> HttpResponse:
    answers = answers_of(request.membership)
    given = {row.case_id or row.shipped: row for row in answers}
    lines = [
        Line(case, given.get(case.row.pk if case.row else case.code))
        for case in cases()
    ]
    reads = reads_of(answers)
    context = {
        "lines": lines,
        "open": sum(line.answer is None for line in lines),
        "skill": skill_page(reads, names=anchor_names(catalogue_of(active_model()))),
        "runs": runs_of(reads),
        "n": len(reads),
        "may_write_cases": "case.write" in permissions_of(request.membership),
    }
    return render_page(request, "coaching/practice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("workspace.enter")
def case(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found = find_case(id)
    answer = answer_to(found, member=request.membership) if found else None
    if found is None or (found.row and found.row.withdrawn_at and not answer):
        raise Http404
    model = active_model()
    catalogue = catalogue_of(model)
    form = ReadingForm(posted(request), names=anchor_names(catalogue))
    read = read_case(found, model=model, catalogue=catalogue)
    if form.is_valid():
        try:
            answer_case(
                case=found,
                weights=form.weights,
                model=read,
                by=request.membership,
                now=timezone.now(),
            )
        except NoWeights as refusal:
            form.add_error(None, str(refusal))
        except AnsweredBefore as refusal:
            messages.warning(request, str(refusal))
            return see_other("coaching:practice-case", slug=slug, id=id)
        else:
            return see_other("coaching:practice-case", slug=slug, id=id)
    context = {
        "case": found,
        "form": form,
        "answer": answer,
        "held": permissions_of(request.membership),
    }
    if answer is not None:
        context |= _told(
            found, answer, read, model=model, catalogue=catalogue, request=request
        )
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "coaching/practice_case.html", context, status=status)


def _told(
    found: Case,
    answer: PracticeAnswer,
    read: CaseRead,
    *,
    model: LoadedModel,
    catalogue: Catalogue,
    request: WorkspaceRequest,
) -> dict[str, Any]:
    """What one sees after answering: the key, both readings and their scores, and why."""
    names, key = anchor_names(catalogue), ANCHORS.index(answer.anchor)
    said, by_model = tuple(answer.probabilities), tuple(answer.model_probabilities)
    return {
        "names": names,
        "key": key,
        "key_name": names[key],
        "said": said,
        "by_model": by_model,
        "rows": list(zip(range(1, 8), names, said, by_model, strict=True)),
        "scores": {
            "log": log_loss(said, key),
            "model_log": log_loss(by_model, key),
            "brier": brier(said, key),
            "model_brier": brier(by_model, key),
        },
        "weighed": read.weighed,
        "model": model,
        "following": _next_open(found, request),
    }


def _next_open(found: Case, request: WorkspaceRequest) -> Case | None:
    """The first case after this one, else the first of all, that one did not answer."""
    given = {row.case_id or row.shipped for row in answers_of(request.membership)}
    every = cases()
    place = next((n for n, each in enumerate(every, 1) if each.id == found.id), 0)
    for each in (*every[place:], *every[:place]):
        if (each.row.pk if each.row else each.code) not in given:
            return each
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@member("case.write")
def write(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = CaseForm(
        posted(request),
        catalogue=catalogue_of(active_model()),
        initial={"language": (get_language() or "en")[:2]},
    )
    if form.is_valid():
        try:
            written = write_case(
                **form.values, by=request.membership, now=timezone.now()
            )
        except NothingShown as refusal:
            form.add_error("signal_1", str(refusal))
        else:
            messages.success(
                request, _("“%(title)s” is on the list.") % {"title": written}
            )
            return see_other("coaching:practice", slug=slug)
    page = FormPage(
        title=_("Write a case"),
        back=reverse("coaching:practice", args=[slug]),
        back_text=_("Practice"),
        submit=_("Put it on the list"),
        template="coaching/practice_write.html",
    )
    return page.answer(request, form)


@require_POST
@member("case.write")
def withdraw(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(PracticeCase, pk=id)
    withdraw_case(case=row, by=request.membership, now=timezone.now())
    messages.success(
        request, _("“%(title)s” is off the list. Its answers stay.") % {"title": row}
    )
    return see_other("coaching:practice", slug=slug)
