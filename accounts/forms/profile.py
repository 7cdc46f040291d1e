"""What a user says about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import languages, time_zones
from accounts.models import Theme


def _languages() -> list[tuple[str, Any]]:
    return [("", _("as the browser asks")), *languages()]


def _time_zones() -> list[tuple[Any, Any]]:
    return [("", _("as the workspace")), *time_zones()]


def _time_of_day(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As your colleagues see it, in every workspace."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=_languages
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=_time_zones,
        help_text=_("How times are shown to you. Days are always the workspace's."),
    )
    theme = forms.ChoiceField(
        label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect
    )
    quiet_from = _time_of_day(_("Quiet from"))
    quiet_until = _time_of_day(_("Quiet until"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        ends = {name for name in ("quiet_from", "quiet_until") if values.get(name)}
        if len(ends) == 1 and not self.errors:
            missing = "quiet_until" if "quiet_from" in ends else "quiet_from"
            self.add_error(missing, _("Quiet hours need a start and an end."))
        return values
