"""Pages of readiness."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from accounts.http.guards import public
from accounts.http.pages import render_page
from readiness.templatetags.phases import PHASES

ICONS = (
    "today",
    "opportunity",
    "people",
    "person",
    "company",
    "team",
    "forecast",
    "coaching",
    "practice",
    "insights",
    "settings",
    "audit",
    "search",
    "plus",
    "close",
    "check",
    "info",
    "warning",
    "error",
    "down",
    "right",
    "left",
    "sort",
    "more",
    "sign-out",
    "switch",
    "keyboard",
    "edit",
    "delete",
    "key",
    "lock",
    "clock",
    "calendar",
    "mail",
    "phone",
    "note",
    "filter",
    "link",
    "external",
    "download",
    "upload",
    "flag",
    "file",
    "evidence",
    "home",
    "refresh",
    "theme",
)


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), initial="Karel Maes")
    mail = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        help_text=gettext_lazy("Used for invitations only."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("user", gettext_lazy("User")), ("finance", gettext_lazy("Finance"))],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of conversation"),
        choices=[("call", gettext_lazy("Call")), ("visit", gettext_lazy("Visit"))],
        widget=forms.RadioSelect,
        initial="call",
    )
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Roles held"),
        choices=[("rep", gettext_lazy("Rep")), ("coach", gettext_lazy("Coach"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Rights are the union of all roles held."),
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("Tell me when somebody moves"),
        required=False,
        help_text=gettext_lazy("At most once a day, outside quiet hours."),
    )
    locked = forms.CharField(
        label=gettext_lazy("Address"),
        disabled=True,
        required=False,
        initial="delta-metalworks",
    )
    words = forms.CharField(
        label=gettext_lazy("In their own words"), widget=forms.Textarea, required=False
    )

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError(gettext("The form as a whole was refused."))


class Between(forms.Form):
    starts_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@public
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in all its states."""
    refused = Sample({"name": "", "mail": "karel", "role": "x"}, prefix="refused")
    context = {
        "form": Sample(),
        "pair": Between(),
        "refused": refused,
        "people": _people(),
        "phases": PHASES,
        "even": [0.08, 0.14, 0.2, 0.22, 0.18, 0.11, 0.07],
        "sure": [0.0, 0.0, 0.01, 0.03, 0.06, 0.9, 0.0],
        "three": [0.2, 0.7, 0.1],
        "three_labels": [gettext("Looking"), gettext("Choosing"), gettext("Buying")],
        "twelve": [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.25, 0.15, 0.1, 0.05, 0.03, 0.01],
        "twelve_labels": [
            gettext("Phase %(number)s") % {"number": number} for number in range(1, 13)
        ],
        "stances": _stances(),
        "empty_states": _empty_states(),
        "pages_text": gettext("1 to 3 of 48"),
        "icons": ICONS,
        "tabs": _tabs(request),
    }
    return render_page(request, "styleguide.html", context)


def _people() -> list[dict[str, Any]]:
    return [
        {
            "name": "Karel Maes",
            "note": gettext("Operations · champion"),
            "probabilities": [0.01, 0.02, 0.03, 0.08, 0.18, 0.62, 0.06],
            "stance": 0.93,
            "age_days": 6,
            "heard": gettext("6 days"),
            "next": gettext("Name the worry, offer a smaller first step"),
        },
        {
            "name": "Ruth Claes",
            "note": gettext("Finance · can stop"),
            "probabilities": [0.27, 0.51, 0.12, 0.05, 0.03, 0.02, 0.0],
            "stance": 0.3,
            "age_days": 6,
            "heard": gettext("6 days"),
            "next": gettext("Ask what it costs her"),
        },
        {
            "name": "Jan De Smet",
            "note": gettext("Managing director · decides"),
            "probabilities": [0.06, 0.14, 0.41, 0.28, 0.08, 0.02, 0.01],
            "stance": 0.5,
            "age_days": 47,
            "heard": gettext("47 days"),
            "next": gettext("Book 20 minutes"),
        },
        {
            "name": "Sofie Peeters",
            "note": gettext("Planner · user"),
            "probabilities": [0.03, 0.08, 0.12, 0.55, 0.18, 0.03, 0.01],
            "stance": 0.72,
            "age_days": 12,
            "heard": gettext("12 days"),
            "next": gettext("Share the draft of the criteria"),
        },
        {
            "name": gettext("IT, not found yet"),
            "note": gettext("likely, 2 seats"),
            "ghost": True,
            "probabilities": None,
            "stance": None,
            "heard": gettext("never"),
            "next": gettext("Ask Karel who checks security"),
        },
    ]


def _stances() -> list[dict[str, Any]]:
    return [
        {"probability": None, "word": gettext("not heard")},
        {"probability": 0.05, "word": gettext("opponent")},
        {"probability": 0.2, "word": gettext("sceptic")},
        {"probability": 0.5, "word": gettext("neutral")},
        {"probability": 0.8, "word": gettext("supporter")},
        {"probability": 0.95, "word": gettext("champion")},
    ]


def _empty_states() -> list[dict[str, str]]:
    return [
        {
            "kind": "none",
            "title": gettext("No opportunities yet"),
            "text": gettext("Start with a company and the first person you talk to."),
            "href": "#",
            "action": gettext("New opportunity"),
        },
        {
            "kind": "match",
            "title": gettext("None match these filters"),
            "text": gettext("48 opportunities are hidden by two filters."),
            "href": "#",
            "action": gettext("Clear the filters"),
        },
        {
            "kind": "allowed",
            "title": gettext("Not yours to see"),
            "text": gettext("Your role shows the opportunities of your own team."),
        },
        {
            "kind": "evidence",
            "title": gettext("Not enough evidence"),
            "text": gettext("12 closed deals; from 30 on a figure is shown."),
        },
    ]


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": gettext("Components"), "href": request.path, "is_current": True},
        {"label": gettext("Phases"), "href": "#bars", "is_current": False},
        {"label": gettext("Forms"), "href": "#forms", "is_current": False},
    ]
