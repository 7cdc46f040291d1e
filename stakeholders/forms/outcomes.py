"""Reopening a deal, and what its purchase file holds."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayField, let_no_later
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
    # Empty, not that of the last word: a new one is of another day.
    seen_on = DayField(
        label=_("As of"), required=False, help_text=_("Today, when left empty.")
    )

    def __init__(self, *args: Any, line: FileLine, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"state": line.state, "evidence": line.evidence}
        super().__init__(*args, **kwargs)
        let_no_later(self.fields["seen_on"], today)
        self.line = line

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        evidenced = values.get("state") == FileItemState.EVIDENCED
        if evidenced and not values.get("evidence"):
            self.add_error("evidence", _("Say what shows it."))
        last, day = self.line.seen_on, values.get("seen_on")
        if last and day and day < last:
            self.add_error(
                "seen_on", _("There is a later word on this, shown beside it.")
            )
        return values
