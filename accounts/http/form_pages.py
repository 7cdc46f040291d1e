"""One form, one page: title, fields, and where it leads back to."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.http.pages import render_page

STALE = "stale"


@dataclass(frozen=True, slots=True)
class Danger:
    """Something that is not undone easily, below the form: one POST."""

    title: Any
    text: Any
    label: Any
    action: str
    name: str = ""  # of what the button sends, if it sends anything
    value: Any = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """What stands around a form."""

    title: Any
    back: str
    back_text: str
    submit: Any = ""  # "Save"
    note: Any = ""
    note_tone: str = ""
    way_out: str = ""  # where the note leads
    way_out_text: Any = ""
    danger: Danger | None = None
    template: str = "form_page.html"

    def answer(
        self,
        request: Any,
        form: forms.BaseForm,
        *,
        partial: str | None = None,
        **context: Any,
    ) -> TemplateResponse:
        """The page; 422 when what was typed is refused, 412 when somebody was first."""
        status = HTTPStatus.OK
        if form.is_bound and form.errors:
            stale = form.has_error(NON_FIELD_ERRORS, STALE)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            status = HTTPStatus.PRECONDITION_FAILED if stale else status
        return render_page(
            request,
            self.template,
            {"form": form, "page": self, "next": named_page(request), **context},
            partial=partial,
            status=status,
        )


def shut(words: str, *, slug: str, id: UUID) -> dict[str, Any]:
    """What a page says of a deal that is closed, and the way out; nothing without words."""
    if not words:
        return {}
    return {
        "note": words,
        "note_tone": "warn",
        "way_out": reverse("stakeholders:opportunity-reopen", args=[slug, id]),
        "way_out_text": _("Reopen…"),
    }


def named_page(request: Any) -> str:
    """The page of ours that the request names as `next`; empty when it names none."""
    there = str(request.POST.get("next") or request.GET.get("next", ""))
    # Without the slash it would be taken for the name of an address.
    is_ours = there.startswith("/") and url_has_allowed_host_and_scheme(there, None)
    return there if is_ours else ""


def way_back(request: Any, default: str) -> str:
    """The page that the request names as `next`, else `default`."""
    return named_page(request) or default


def retype(
    form: forms.BaseForm, row: Any, refusal: Exception, *, counter: str = "version"
) -> None:
    """Keep what was typed on top of what somebody else saved: saving again is a choice."""
    row.refresh_from_db(fields=[counter])
    typed = QueryDict(mutable=True)
    typed.update(cast(Any, form.data))
    typed[counter] = str(getattr(row, counter))
    form.data = typed
    form.add_error(None, ValidationError(str(refusal), code=STALE))
