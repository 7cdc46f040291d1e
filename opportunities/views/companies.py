"""Enter a company, or put it right."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.form_pages import FormPage, retype, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from opportunities.actions import change_company, create_company
from opportunities.forms.companies import ChangeCompanyForm, CompanyForm
from opportunities.models import Company


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = CompanyForm(posted(request))
    if form.is_valid():
        company = create_company(
            by=request.membership, now=timezone.now(), **form.values
        )
        messages.success(request, _("“%(name)s” is noted.") % {"name": company})
        return see_other(
            way_back(request, reverse("forecasting:company", args=[slug, company.pk]))
        )
    page = FormPage(
        title=_("New company"),
        back=way_back(request, reverse("forecasting:companies", args=[slug])),
        back_text=_("Companies"),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    company = get_object_or_404(Company, pk=id)
    back = way_back(request, reverse("forecasting:company", args=[slug, company.pk]))
    form = ChangeCompanyForm(
        posted(request), initial=ChangeCompanyForm.initial_of(company)
    )
    if form.is_valid():
        try:
            change_company(
                company=company,
                values=form.values,
                version=form.cleaned_data["version"],
                by=request.membership,
                now=timezone.now(),
            )
        except StaleVersion as refusal:
            retype(form, company, refusal)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": company})
            return see_other(back)
    page = FormPage(
        title=_("Edit the company"),
        back=back,
        back_text=str(company),
    )
    return page.answer(request, form)
