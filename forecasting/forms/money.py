"""Exchange rates and targets."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import currencies
from accounts.forms.inputs import DayInput
from accounts.models import Membership, Team
from forecasting.queries.periods import Span
from opportunities.models import AMOUNT


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=_("One unit of"), choices=currencies)
    rate = forms.DecimalField(
        label=_("is worth"),
        max_digits=18,
        decimal_places=9,
        min_value=0,
        help_text=_("in the base currency"),
    )
    valid_on = forms.DateField(label=_("from"), widget=DayInput())

    def clean_rate(self) -> Any:
        rate = self.cleaned_data["rate"]
        if not rate:
            raise forms.ValidationError(_("A rate is above zero."))
        return rate


class TargetForm(forms.Form):
    scope = forms.ChoiceField(label=_("For"))
    period = forms.ChoiceField(label=_("Period"))
    amount = forms.DecimalField(label=_("Amount"), min_value=0, **AMOUNT)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        spans: Iterable[Span],
        teams: Iterable[Team],
        owners: Iterable[Membership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {f"team-{team.pk}": team for team in teams}
        self.owners = {f"owner-{owner.pk}": owner for owner in owners}
        self.spans = {str(span.starts_on): span for span in spans}
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("all", _("the workspace")),
            *((key, team.name) for key, team in self.teams.items()),
            *((key, owner.name) for key, owner in self.owners.items()),
        ]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (key, str(span)) for key, span in self.spans.items()
        ]

    @property
    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "span": self.spans[given["period"]],
            "team": self.teams.get(given["scope"]),
            "owner": self.owners.get(given["scope"]),
            "amount": given["amount"],
            "reason": given["reason"],
        }
