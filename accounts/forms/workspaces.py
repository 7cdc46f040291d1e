"""What a workspace is asked when it is made, and what its settings page asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import currencies, languages, months, time_zones
from accounts.models import Period, Visibility, Workspace

GREATEST_VERSION = 2**31 - 1


class WorkspaceForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Your company or department, as your colleagues call it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    base_currency = forms.ChoiceField(
        label=_("Base currency"),
        choices=currencies,
        initial="EUR",
        help_text=_("Totals are shown in it; a deal may be in any currency."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        initial="Europe/Brussels",
        help_text=_("A day begins and ends here, for deadlines and forecasts."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=languages,
        initial=["en", "nl", "fr"],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The languages your buyers and colleagues speak."),
    )
    fiscal_month = forms.TypedChoiceField(
        label=_("First month of the fiscal year"),
        choices=months,
        coerce=int,
        initial="1",
        help_text=_("Quarters and years are counted from it."),
    )
    period = forms.ChoiceField(
        label=_("Forecast period"),
        choices=Period.choices,
        initial=Period.QUARTER,
        help_text=_("How far a forecast looks, and what a target is set for."),
    )


class SettingsForm(WorkspaceForm):
    cost_per_hour = forms.DecimalField(
        label=_("Cost of an hour of your people"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        help_text=_(
            "In the base currency; for the insights into effort. Empty: hours are shown,"
            " and no cost."
        ),
    )
    rep_visibility = forms.ChoiceField(
        label=_("Reps see the opportunities of"),
        choices=Visibility.choices,
        help_text=_("Everybody always sees their own."),
    )
    manager_visibility = forms.ChoiceField(
        label=_("Managers see the opportunities of"),
        choices=Visibility.choices,
        help_text=_("Seen from the team the manager belongs to."),
    )
    coach_visibility = forms.ChoiceField(
        label=_("Coaches see the opportunities of"),
        choices=Visibility.choices,
        help_text=_("Seen from the teams a coach is attached to."),
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @staticmethod
    def initial_of(workspace: Workspace) -> dict[str, Any]:
        return {name: getattr(workspace, name) for name in SettingsForm.declared_fields}

    @property
    def values(self) -> dict[str, Any]:
        """What is to be saved; the version only says what it was based on."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version"
        }
