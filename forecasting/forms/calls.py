"""What a manager is asked: how much, or in or out, and always why."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasting.models import Verdict


class CallForm(forms.Form):
    amount = forms.DecimalField(max_digits=15, decimal_places=2, min_value=0)
    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = gettext("Amount in %(base)s") % {"base": currency}


class DealCallForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Won in this period?"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
