"""Facts into files: asked for, made by a worker, kept for a day."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from integrations.actions.exports import (
    ExportNotReady,
    TooManyExports,
    ask_for_export,
    take_export,
)
from integrations.exporting.answering import file_response
from integrations.forms.exports import ExportForm
from integrations.models import ExportRun, ExportStatus

PAGE = "integrations/exports.html"
SHOWN = 50
STOP_POLLING = 286  # htmx takes the answer and asks no more
TONES = {ExportStatus.READY: "good", ExportStatus.FAILED: "bad"}


@require_http_methods(["GET", "HEAD", "POST"])
@member("export.run")
def exports(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = ExportForm(posted(request))
    if form.is_valid():
        try:
            ask_for_export(
                **form.cleaned_data, by=request.membership, now=timezone.now()
            )
        except TooManyExports as refusal:
            form.add_error(None, str(refusal))
        else:
            return see_other("integrations:exports", slug=slug)
    kept = ExportRun.objects.kept_at(timezone.now()).select_related("asked_by")
    runs = list(kept.order_by("-pk")[:SHOWN])
    is_waiting = any(run.status == ExportStatus.WAITING for run in runs)
    context = {
        "form": form,
        "runs": [(run, TONES.get(ExportStatus(run.status), "")) for run in runs],
        "is_waiting": is_waiting,
    }
    status = 422 if form.errors else 200
    if request.htmx and not is_waiting:
        status = STOP_POLLING
    return render_page(request, PAGE, context, partial="made", status=status)


@require_safe
@member("export.run")
def download(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    run = get_object_or_404(ExportRun, pk=id)
    try:
        data = take_export(run=run, by=request.membership, now=timezone.now())
    except ExportNotReady:
        return see_other("integrations:exports", slug=slug)
    return file_response(run, data)
