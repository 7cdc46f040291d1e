"""What everybody in a workspace shares."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.workspaces import change_workspace
from accounts.forms.workspaces import SettingsForm
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import AuditEvent, Workspace
from accounts.models.base import StaleVersion

PAGE = "accounts/settings.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member("workspace.settings")
def settings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    workspace = request.workspace
    form = SettingsForm(posted(request), initial=SettingsForm.initial_of(workspace))
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render_page(request, PAGE, {"form": form}, status=status)
    try:
        change_workspace(
            workspace=workspace,
            values=form.values,
            version=form.cleaned_data["version"],
            by=request.membership,
            now=timezone.now(),
        )
    except StaleVersion as stale:
        return _stale(request, form, sentence=str(stale))
    messages.success(request, _("The settings are saved."))
    return see_other("accounts:settings", slug=slug)


def _stale(
    request: WorkspaceRequest, form: SettingsForm, *, sentence: str
) -> HttpResponse:
    """Show what was typed beside what the other saved; saving again is then a choice."""
    workspace = Workspace.objects.get(pk=request.workspace.pk)
    again = SettingsForm(
        {**form.values, "version": workspace.version},
        initial=SettingsForm.initial_of(workspace),
    )
    last = AuditEvent.objects.filter(subject_id=workspace.pk).order_by("-at", "-id")
    context = {
        "form": again,
        "stale": sentence,
        "saved_by": last.values_list("actor_name", flat=True).first(),
        "differences": _differences(again),
    }
    return render_page(request, PAGE, context, status=412)


def _differences(form: SettingsForm) -> list[dict[str, Any]]:
    """Each field whose typed value is not the saved one, in words."""
    return [
        {
            "label": field.label,
            "saved": _in_words(field.field, field.initial),
            "typed": _in_words(field.field, field.data),
        }
        for field in form.visible_fields()
        if field.field.has_changed(field.initial, field.data)
    ]


def _in_words(field: Any, value: Any) -> str:
    words = dict(_flat(getattr(field, "choices", ())))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(words.get(str(one), one)) for one in values)


def _flat(choices: Any) -> list[tuple[str, Any]]:
    """Choices without their groups."""
    flat: list[tuple[str, Any]] = []
    for key, label in choices:
        flat += label if isinstance(label, list | tuple) else [(str(key), label)]
    return flat
