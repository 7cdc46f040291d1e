"""Set from where on something is a symptom."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from coaching.actions.thresholds import set_thresholds
from coaching.forms.thresholds import ThresholdsForm, shown
from coaching.models import SymptomThresholds


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def thresholds(request: WorkspaceRequest, slug: str) -> HttpResponse:
    row = SymptomThresholds.objects.first() or SymptomThresholds()
    form = ThresholdsForm(
        posted(request), initial=shown(row.own) | {"version": row.version}
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            set_thresholds(
                own=form.own,
                version=form.cleaned_data["version"],
                by=request.membership,
                now=timezone.now(),
            )
        except StaleVersion as stale:
            row.refresh_from_db()
            typed = request.POST.copy()
            typed["version"] = str(row.version)
            form, status = ThresholdsForm(typed), 412
            form.add_error(None, str(stale))
        else:
            messages.success(
                request, _("The thresholds are saved; the deals are looked at again.")
            )
            return see_other("coaching:scan", slug=slug)
    return render_page(
        request, "coaching/thresholds.html", {"form": form}, status=status
    )
