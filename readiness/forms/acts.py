"""A decision date, a quote: acts that propose a signal."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.choices import currencies
from accounts.forms.inputs import DayField, let_no_later
from accounts.forms.pick import PickField
from accounts.forms.teams import choose_from
from opportunities.models import AMOUNT
from readiness.actions.acts import DateAct, QuoteAct
from readiness.queries.proposal_words import Proposal
from readiness.queries.proposals import proposed_for_date, proposed_for_quote
from stakeholders.models import Person, QuoteChange, Stakeholder

SELLER = "seller"
AS_SIGNAL = _("Log what this means as a signal of that person too")


class ActForm(forms.Form):
    """An act with somebody behind it."""

    as_signal = forms.BooleanField(label=AS_SIGNAL, required=False, initial=True)

    def __init__(
        self, *args: Any, people: Iterable[Stakeholder], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}

    def _typed(self, name: str) -> Any:
        """A field as it stands in the form, read; None when it can't be."""
        field = self.fields[name]
        try:
            return field.to_python(self[name].value()) or None
        except forms.ValidationError:
            return None

    def offer(self, name: str, *more: tuple[str, Any]) -> None:
        self.fields[name].choices = [  # type: ignore[attr-defined]
            ("", _("not known")),
            *((pk, str(person)) for pk, person in self.people.items()),
            *more,
        ]


class DecisionDateForm(ActForm):
    decision_on = DayField(label=_("They say they will decide on"))
    moved_by = forms.ChoiceField(label=_("Who named it"), required=False)
    linked_event = forms.CharField(
        label=_("Tied to"),
        max_length=200,
        required=False,
        help_text=_("An event on their side, such as a contract that ends."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    field_order = ("decision_on", "moved_by", "linked_event", "reason", "as_signal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("moved_by", (SELLER, _("by us")))

    def proposal(self, *, previous: date | None, pushes: int) -> Proposal | None:
        """What has been typed so far proposes, as far as it can be read."""
        day = self._typed("decision_on")
        if day is None:
            return None
        code = proposed_for_date(
            previous=previous,
            new=day,
            earlier_pushes=pushes,
            linked_event=self._typed("linked_event") or "",
        )
        return Proposal(code, self.people.get(self._typed("moved_by") or ""))

    @property
    def act(self) -> DateAct:
        given = self.cleaned_data
        return DateAct(
            decision_on=given["decision_on"],
            linked_event=given["linked_event"],
            reason=given["reason"],
            moved_by=self.people.get(given["moved_by"]),
            is_moved_by_seller=given["moved_by"] == SELLER,
            as_signal=given["as_signal"],
        )


class QuoteForm(ActForm):
    total = forms.DecimalField(label=_("Total"), min_value=0, **AMOUNT)
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    sent_on = DayField(label=_("Sent on"))
    change = forms.ChoiceField(label=_("Why this version"), choices=QuoteChange.choices)
    addressed_to = forms.ChoiceField(
        label=pgettext_lazy("a quote", "Asked for by"), required=False
    )
    field_order = ("total", "currency", "sent_on", "change", "addressed_to")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_no_later(self.fields["sent_on"], today)
        self.offer("addressed_to")
        self.order_fields([*self.field_order, "as_signal"])

    def proposal(self) -> Proposal | None:
        """What has been typed so far proposes, as far as it can be read."""
        change = self._typed("change")
        if change not in QuoteChange.values:
            return None
        code = proposed_for_quote(change=change)
        return Proposal(code, self.people.get(self._typed("addressed_to") or ""))

    @property
    def act(self) -> QuoteAct:
        given = self.cleaned_data
        return QuoteAct(
            total=given["total"],
            currency=given["currency"],
            change=given["change"],
            sent_on=given["sent_on"],
            addressed_to=self.people.get(given["addressed_to"]),
            as_signal=given["as_signal"],
        )


class LeaveForm(forms.Form):
    """Who goes, and who takes the seat: somebody here, somebody new, or nobody yet."""

    left_on = DayField(label=_("Left on"))
    successor = forms.TypedChoiceField(
        label=_("Successor, if they are in the deal already"),
        empty_value=None,
        required=False,
    )
    as_signal = forms.BooleanField(
        label=_("Log “contact replaced” as a signal about the successor"),
        required=False,
        initial=True,
    )
    field_order = ("left_on", "successor", "newcomer")

    def __init__(
        self, *args: Any, others: Iterable[Stakeholder], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose_from(
            self.fields["successor"],
            ((other, str(other)) for other in others),
            _("nobody yet: the seat stays open"),
        )
        self.fields["newcomer"] = PickField(
            label=_("Or somebody who is not in the deal yet"),
            rows=Person.objects.all(),
            kind="person",
            creates=True,
            required=False,
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("successor") and values.get("newcomer"):
            self.add_error("newcomer", _("Choose one successor."))
        return values


def next_quote(
    *, sent: int, currency: str, today: date, base_currency: str
) -> dict[str, Any]:
    """The first values of the next version."""
    return {
        "currency": currency or base_currency,
        "sent_on": today,
        "change": QuoteChange.SCOPE if sent else QuoteChange.FIRST,
    }
