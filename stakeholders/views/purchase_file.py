"""What the buyer's own file holds, as far as we know."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.form_pages import named_page, shut, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from stakeholders.actions.acts import set_file_item
from stakeholders.forms.outcomes import FileItemForm
from stakeholders.models import PurchaseFileItem
from stakeholders.queries.deals import closed_words
from stakeholders.queries.purchase_file import FileLine, file_lines


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def purchase_file(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    today = request.workspace.today(timezone.now())
    back = way_back(request, reverse("coaching:opportunity", args=[slug, deal.pk]))
    forms = [
        FileItemForm(
            posted(request),
            line=line,
            today=today,
            prefix=f"item{line.item.number}",
        )
        for line in _lines(deal)
    ]
    closed = shut(closed_words(deal), slug=slug, id=deal.pk)
    are_valid = all([form.is_valid() for form in forms])  # noqa: C419 -- each shows its own errors
    if are_valid and not closed:
        changed = [form for form in forms if form.has_changed()]
        with transaction.atomic():
            for form in changed:
                _save(request, deal, form)
        if changed:
            messages.success(request, _("The purchase file is saved."))
        return see_other(back)
    refused = request.method == "POST"
    context = {
        "deal": deal,
        "forms": forms,
        "closed": closed,
        "next": named_page(request),
        "back": back,
    }
    return render_page(
        request,
        "stakeholders/purchase_file.html",
        context,
        status=422 if refused else 200,
    )


def _lines(deal: Opportunity) -> list[FileLine]:
    rows = PurchaseFileItem.objects.standing().filter(opportunity=deal)
    ordered = rows.order_by("seen_on", "logged_at", "pk")
    return file_lines(ordered.values("item", "state", "evidence", "seen_on"))


def _save(request: WorkspaceRequest, deal: Opportunity, form: FileItemForm) -> None:
    now, given = timezone.now(), form.cleaned_data
    set_file_item(
        opportunity=deal,
        item=form.line.item.number,
        state=given["state"],
        evidence=given["evidence"],
        seen_on=given["seen_on"] or request.workspace.today(now),
        by=request.membership,
        now=now,
    )
