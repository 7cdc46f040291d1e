"""The answer to a prompt."""

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.models import PromptAnswer


class AnswerForm(forms.Form):
    """Taken up, put off until a day, or not, and why."""

    answer = forms.ChoiceField(choices=PromptAnswer.choices)
    returns_on = forms.DateField(
        label=_("until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=_("why not"), required=False, max_length=300)
