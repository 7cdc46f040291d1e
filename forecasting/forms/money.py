"""What is asked about exchange rates and targets."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import currencies
from accounts.forms.inputs import DayInput
from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Membership, Team
from forecasting.queries.periods import Span


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=_("Currency"))
    valid_on = forms.DateField(
        label=_("From"),
        widget=DayInput,
        validators=[MinValueValidator(date(1990, 1, 1))],
        help_text=_("It counts until a later day has a rate of its own."),
    )
    rate = forms.DecimalField(
        max_digits=18,
        decimal_places=9,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, base: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice, day = self.fields["currency"], self.fields["valid_on"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- for mypy
        others = [(code, name) for code, name in currencies() if code != base]
        choice.choices = [("", _("Choose a currency")), *others]
        day.validators.append(MaxValueValidator(today, _("Not in the future.")))
        self.fields["rate"].label = gettext("1 unit in %(base)s") % {"base": base}

    def clean_rate(self) -> Any:
        rate = self.cleaned_data["rate"]
        if rate <= 0:
            raise ValidationError(gettext("A rate is more than 0."))
        return rate


class AmountForm(forms.Form):
    """A target's amount, and the version it was based on."""

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=15, decimal_places=2, min_value=1
    )
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )


class TargetForm(forms.Form):
    scope = forms.ChoiceField(label=_("For"))
    period = forms.ChoiceField(label=_("Period"))
    amount = forms.DecimalField(max_digits=15, decimal_places=2, min_value=1)
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        teams: Iterable[Team],
        owners: Iterable[Membership],
        spans: Iterable[Span],
        currency: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {f"team:{team.pk}": team for team in teams}
        self.owners = {f"owner:{owner.pk}": owner for owner in owners}
        self.spans = {str(span.starts_on): span for span in spans}
        self._offer("period", [(key, str(span)) for key, span in self.spans.items()])
        self._offer(
            "scope",
            [
                ("workspace", gettext("the whole workspace")),
                (gettext("Teams"), [(k, team.name) for k, team in self.teams.items()]),
                (gettext("Reps"), [(k, rep.name) for k, rep in self.owners.items()]),
            ],
        )
        self.fields["amount"].label = gettext("Amount in %(base)s") % {"base": currency}

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for mypy
        field.choices = [
            (value, label)
            for value, label in choices
            if not isinstance(label, list) or label
        ]

    @property
    def values(self) -> dict[str, Any]:
        asked = self.cleaned_data
        return {
            "team": self.teams.get(asked["scope"]),
            "owner": self.owners.get(asked["scope"]),
            "span": self.spans[asked["period"]],
            "amount": asked["amount"],
            "reason": asked["reason"],
        }
