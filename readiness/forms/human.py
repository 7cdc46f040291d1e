"""What humans say of a phase: our own reading, and the buyer's plain words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayInput, MomentInput
from stakeholders.models import Anchor

CHOOSE = ("", _("choose…"))


class OverrideForm(forms.Form):
    anchor = forms.ChoiceField(label=_("You read"), choices=[CHOOSE, *Anchor.choices])
    reason = forms.CharField(
        label=_("Because"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Write it as if they will read it: they may ask to."),
    )
    expires_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput(),
        help_text=_("The inferred reading returns by itself then."),
    )


class ConfirmForm(forms.Form):
    anchor = forms.ChoiceField(
        label=_("Where they say they are"), choices=[CHOOSE, *Anchor.choices]
    )
    quotation = forms.CharField(
        label=_("In their own plain words"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only what they said themselves is evidence."),
    )
    confirmed_at = forms.DateTimeField(label=_("When"), widget=MomentInput())
