"""Reopening a deal, and what its purchase file holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayInput
from stakeholders.models import FileItemState
from stakeholders.queries.purchase_file import FileLine


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is open again"),
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class FileItemForm(forms.Form):
    """One item: what is known of it, by what, since when."""

    state = forms.ChoiceField(label=_("State"), choices=FileItemState.choices)
    evidence = forms.CharField(
        label=_("Told or seen by"), max_length=300, required=False
    )
    seen_on = forms.DateField(label=_("As of"), required=False, widget=DayInput())

    def __init__(self, *args: Any, line: FileLine, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "state": line.state,
            "evidence": line.evidence,
            "seen_on": line.seen_on,
        }
        super().__init__(*args, **kwargs)
        self.line = line

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        evidenced = values.get("state") == FileItemState.EVIDENCED
        if evidenced and not values.get("evidence"):
            self.add_error("evidence", _("Say what shows it."))
        return values
