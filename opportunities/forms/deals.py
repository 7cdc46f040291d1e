"""A deal: its name, whose it is, how much hangs on it. No stage is asked for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import currencies
from accounts.forms.inputs import DayField, let_no_later
from accounts.forms.pick import PickField
from accounts.forms.teams import choose_from
from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Membership
from opportunities.models import (
    AMOUNT,
    BuyingClass,
    Company,
    DecisionRule,
    Importance,
    Opportunity,
)
from opportunities.models.money import plain

MOST_PEOPLE = 50
FIELDS = (
    "name",
    "company",
    "opened_on",
    "amount",
    "currency",
    "importance",
    "buying_class",
    "expected_group_size",
    "decision_rule",
    "quorum_share",
    "endorsements_needed",
)


class OpportunityForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    opened_on = DayField(label=_("Opened on"))
    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=0,
        help_text=_("Leave it empty when nobody knows: unknown is not zero."),
        **AMOUNT,
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies)
    importance = forms.ChoiceField(
        label=_("Importance for the buyer"),
        choices=[("", _("not known")), *Importance.choices],
        required=False,
        help_text=_("The more important, the longer it tends to take."),
    )
    buying_class = forms.ChoiceField(
        label=_("Kind of purchase"),
        choices=[("", _("not known")), *BuyingClass.choices],
        required=False,
    )
    expected_group_size = forms.IntegerField(
        label=_("How many people decide, as far as you can tell"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
    )
    decision_rule = forms.ChoiceField(
        label=_("How they decide"),
        choices=[
            ("", _("default: all approvers, no veto, most of the influence")),
            *DecisionRule.choices,
        ],
        required=False,
        help_text=_("Leave the default unless somebody there told you otherwise."),
    )
    quorum_percent = forms.IntegerField(
        label=_("Influence that must be in favour, in percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Of the default and of a share of the influence; empty: 60."),
    )
    endorsements_needed = forms.IntegerField(
        label=_("How many people must be in favour"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text=_("Only when so many people in favour decide."),
    )
    field_order = ("name", "company", "owner")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_no_later(self.fields["opened_on"], today)
        self.fields["company"] = PickField(
            label=_("Company"),
            rows=Company.objects.all(),
            kind="company",
            creates=True,
            required=False,
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        percent = cleaned.pop("quorum_percent", None)
        cleaned["quorum_share"] = None if percent is None else percent / 100
        counts_heads = cleaned.get("decision_rule") == DecisionRule.M_OF_N
        # A number that was refused is not in it; it has its own sentence.
        if counts_heads and cleaned.get("endorsements_needed", 0) is None:
            self.add_error("endorsements_needed", _("Say how many people it takes."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The deal's own fields; the company may still be only a name."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewOpportunityForm(OpportunityForm):
    owner = forms.TypedChoiceField(label=_("Owner"), empty_value=None)

    def __init__(self, *args: Any, owners: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(
            self.fields["owner"], ((one, one.name) for one in owners), _("choose…")
        )


class ChangeOpportunityForm(OpportunityForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @classmethod
    def initial_of(cls, deal: Opportunity) -> dict[str, Any]:
        values = {name: getattr(deal, name) for name in (*FIELDS, "version")}
        share = values.pop("quorum_share")
        percent = None if share is None else round(share * 100)
        return values | {"amount": plain(deal.amount), "quorum_percent": percent}


class HandOverForm(forms.Form):
    heir = forms.TypedChoiceField(label=_("New owner"), empty_value=None)

    def __init__(self, *args: Any, owners: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(
            self.fields["heir"], ((one, one.name) for one in owners), _("choose…")
        )


def first_values(*, owner: Membership, today: date, currency: str) -> dict[str, Any]:
    """What a new deal most likely is."""
    return {"owner": str(owner.pk), "opened_on": today, "currency": currency}
