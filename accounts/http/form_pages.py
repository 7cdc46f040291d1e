"""One form, one page: title, fields, and where it leads back to."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.http.pages import render_page


@dataclass(frozen=True, slots=True)
class Danger:
    """Something that is not undone easily, below the form: one POST."""

    title: Any
    text: Any
    label: Any
    action: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """What stands around a form."""

    title: Any
    back: str
    back_text: str
    submit: Any = ""  # "Save"
    note: Any = ""
    danger: Danger | None = None
    template: str = "form_page.html"

    def answer(
        self, request: Any, form: forms.BaseForm, **context: Any
    ) -> TemplateResponse:
        """The page; 422 when what was typed is refused."""
        refused = form.is_bound and bool(form.errors)
        return render_page(
            request,
            self.template,
            {"form": form, "page": self, **context},
            status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        )


def way_back(request: Any, default: str) -> str:
    """The page of ours that the request names as `next`, else `default`."""
    there = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return str(there)
    return default
