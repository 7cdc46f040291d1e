"""A company."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from opportunities.models import Company


class CompanyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    domain = forms.CharField(label=_("Web domain"), max_length=200, required=False)
    country = forms.RegexField(
        label=_("Country"),
        regex=r"^[A-Za-z]{2}$",
        required=False,
        max_length=2,
        help_text=_("Two letters, such as BE or NL."),
        error_messages={"invalid": _("Two letters, such as BE or NL.")},
    )

    @property
    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "domain": given["domain"],
            "country": given["country"].upper(),
        }


class ChangeCompanyForm(CompanyForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @classmethod
    def initial_of(cls, company: Company) -> dict[str, Any]:
        names = ("name", "domain", "country", "version")
        return {name: getattr(company, name) for name in names}
