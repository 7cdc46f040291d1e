"""What is to be in a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.models import Contents, Format


class ExportForm(forms.Form):
    contents = forms.ChoiceField(label=_("What"), choices=Contents.choices)
    format = forms.ChoiceField(
        label=_("As"),
        choices=[(Format.XLSX, Format.XLSX.label), (Format.CSV, Format.CSV.label)],
        help_text=_("A bundle is always JSON Lines."),
    )
    is_raw = forms.BooleanField(
        label=_("To the letter, for programs"),
        required=False,
        help_text=_(
            "Otherwise a CSV marks what a spreadsheet would take for a formula with an"
            " apostrophe. Open it in a spreadsheet only without this."
        ),
    )
