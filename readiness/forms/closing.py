"""The end of a deal, in one form: how, when, for how much, and what one believes now."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayField, let_no_later
from opportunities.models import AMOUNT, CLOSED_OUTCOMES, Outcome
from stakeholders.actions.outcomes import Review
from stakeholders.models import Anchor, FileExisted, Stakeholder

NOT_SAID = ("", _("not said"))


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How did it end?"),
        choices=[(each.value, each.label) for each in CLOSED_OUTCOMES],
        widget=forms.RadioSelect,
    )
    closed_on = DayField(label=_("On"))
    won_amount = forms.DecimalField(
        label=_("Amount won"), required=False, min_value=0, **AMOUNT
    )
    lost_to = forms.CharField(
        label=_("Lost to"),
        max_length=120,
        required=False,
        help_text=_("A competitor, their own people, or nobody: if you know."),
    )
    reason = forms.CharField(
        label=_("In one sentence, why"), max_length=300, required=False
    )
    file_existed = forms.ChoiceField(
        label=_("Was there a purchase file inside?"),
        choices=FileExisted.choices,
        initial=FileExisted.UNKNOWN,
        widget=forms.RadioSelect,
    )
    stopped_by = forms.ChoiceField(label=_("Who stopped it"), required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Stakeholder],
        currency: str,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        let_no_later(self.fields["closed_on"], today)
        self.fields["won_amount"].help_text = currency
        self.people = {str(person.pk): person for person in people}
        self.fields["stopped_by"].choices = [  # type: ignore[attr-defined]
            NOT_SAID,
            *((pk, str(person)) for pk, person in self.people.items()),
        ]
        for pk, person in self.people.items():
            self.fields[_named(pk)] = forms.ChoiceField(
                label=str(person), choices=[NOT_SAID, *Anchor.choices], required=False
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        # What was prefilled, or typed before one thought again, says nothing of this end.
        if values.get("outcome") != Outcome.WON:
            values["won_amount"] = None
        if values.get("outcome") != Outcome.LOST:
            values["lost_to"] = ""
        if values.get("outcome") == Outcome.WON:
            values["stopped_by"] = ""
        return values

    @property
    def phases(self) -> list[tuple[Stakeholder, Any]]:
        """Each person with the field that asks where they were."""
        return [(person, self[_named(pk)]) for pk, person in self.people.items()]

    @property
    def review(self) -> Review:
        given = self.cleaned_data
        return Review(
            file_existed=given["file_existed"],
            stopped_by=self.people.get(given["stopped_by"]),
            phases={
                person: Anchor(given[_named(pk)])
                for pk, person in self.people.items()
                if given[_named(pk)]
            },
        )


def _named(pk: str) -> str:
    return f"phase_{pk}"
