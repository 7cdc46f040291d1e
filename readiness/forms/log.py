"""One conversation: when, with whom, what each of them said or did, what we did."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actions.facts import AlreadyRetracted
from accounts.forms.inputs import DayInput, MomentInput
from opportunities.actions import AmountWithoutCurrency
from opportunities.models import AMOUNT
from readiness.actions.acts import DateAct, QuoteAct
from readiness.actions.interactions import (
    Contact,
    Did,
    LeftBefore,
    NobodyTookPart,
    Said,
    Took,
    TooLongAgo,
    UnknownAction,
    UnknownSignal,
)
from readiness.queries.log_sheet import LogSheet
from stakeholders.actions.acts import InTheFuture, NotInThisDeal
from stakeholders.models import Channel, Direction, Interaction, QuoteChange

SELLER = "seller"
MOST_SIGNALS = 40
EMPTY_ROWS = 3
SIGNALS = "signals"  # the formset's prefix
NOBODY = ("", _("choose…"))
REFUSED_AT = {
    InTheFuture: "occurred_at",
    LeftBefore: "took",
    NobodyTookPart: "took",
    TooLongAgo: "occurred_at",
}
REFUSALS = (
    AlreadyRetracted,
    AmountWithoutCurrency,
    InTheFuture,
    LeftBefore,
    NobodyTookPart,
    NotInThisDeal,
    TooLongAgo,
    UnknownAction,
    UnknownSignal,
)


class OfferField(forms.ChoiceField):
    """One of many: a list long to draw and, in twenty rows, long to search."""

    def offer(
        self,
        choices: Callable[[], Sequence[tuple[str, str]]],
        find: Callable[[str], object | None],
    ) -> None:
        self.choices = lambda: [NOBODY, *choices()]
        self.find = find

    def valid_value(self, value: str) -> bool:
        return self.find(value) is not None


class SignalForm(forms.Form):
    """One thing one person said or did."""

    who = OfferField(label=_("Who"), required=False)
    code = OfferField(label=_("Said or did"), required=False)
    quotation = forms.CharField(
        label=_("In their words"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, sheet: LogSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for when it is drawn: what is sent is looked up, not sought in a list.
        self.fields["who"].offer(lambda: sheet.people, sheet.stakeholder)  # type: ignore[attr-defined]
        self.fields["code"].offer(lambda: sheet.kinds, sheet.catalogue.signals.get)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        who, code = values.get("who"), values.get("code")
        if code and not who:
            self.add_error("who", _("Choose who it was."))
        if who and not code and values.get("quotation"):
            self.add_error("code", _("Choose what it was a sign of."))
        return values


SignalFormSet = forms.formset_factory(
    SignalForm, extra=0, max_num=MOST_SIGNALS, validate_max=True
)


class LogForm(forms.Form):
    """The conversation itself; the signals stand in a formset beside it."""

    token = forms.CharField(widget=forms.HiddenInput, required=False)
    occurred_at = forms.DateTimeField(label=_("When"), widget=MomentInput())
    channel = forms.ChoiceField(label=_("How"), choices=Channel.choices)
    direction = forms.ChoiceField(
        label=_("Who began"),
        choices=[("", _("not noted")), *Direction.choices],
        required=False,
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=0, max_value=1440
    )
    took = forms.MultipleChoiceField(
        label=_("Who took part"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    did = forms.MultipleChoiceField(
        label=_("What we did"), required=False, widget=forms.CheckboxSelectMultiple
    )
    summary = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Write it as if they will read it: they may ask to."),
    )
    date_on = forms.DateField(
        label=_("A decision date was named"), required=False, widget=DayInput()
    )
    date_by = forms.ChoiceField(label=_("Named by"), required=False)
    date_event = forms.CharField(label=_("Tied to"), required=False, max_length=200)
    date_signal = forms.BooleanField(
        label=_("Log it as a signal of that person too"), required=False, initial=True
    )
    quote_total = forms.DecimalField(
        label=_("A quote was sent, total"), required=False, min_value=0, **AMOUNT
    )
    quote_change = forms.ChoiceField(
        label=_("What changed"),
        choices=[NOBODY, *QuoteChange.choices],
        required=False,
    )
    quote_to = forms.ChoiceField(
        label=pgettext_lazy("a quote", "Asked for by"), required=False
    )
    quote_signal = forms.BooleanField(
        label=_("Log it as a signal of that person too"), required=False, initial=True
    )

    def __init__(self, *args: Any, sheet: LogSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        people = sheet.people
        choices: dict[str, list[Any]] = {
            "took": people,
            "did": [(each.code, str(each)) for each in sheet.actions],
            "date_by": [NOBODY, *people, (SELLER, _("by us"))],
            "quote_to": [NOBODY, *people],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("quote_total") is not None and not values.get("quote_change"):
            self.add_error("quote_change", _("Say why this version was sent."))
        return values

    def contact(
        self,
        signals: "forms.BaseFormSet[SignalForm]",
        *,
        opened_at: datetime | None,
    ) -> Contact:
        """What was told; whoever signalled took part."""
        values = self.cleaned_data
        said: dict[str, list[Said]] = {pk: [] for pk in values["took"]}
        for row in signals.cleaned_data:
            if row.get("who") and row.get("code"):
                told = Said(row["code"], row.get("quotation", ""))
                said.setdefault(row["who"], []).append(told)
        parts = [
            Took(person, told)
            for pk, told in said.items()
            if (person := self.sheet.stakeholder(pk)) is not None
        ]
        present = [part.stakeholder for part in parts]
        return Contact(
            occurred_at=values["occurred_at"],
            channel=values["channel"],
            direction=values["direction"],
            parts=parts,
            actions=[Did(code, present) for code in values["did"]],
            summary=values["summary"],
            minutes=values["minutes"],
            form_opened_at=opened_at,
        )

    def refuse(self, refusal: Exception) -> None:
        """Show a refusal beside the field it is about, else above the form."""
        self.add_error(REFUSED_AT.get(type(refusal)), str(refusal))

    def date_act(self) -> DateAct | None:
        values = self.cleaned_data
        if values["date_on"] is None:
            return None
        return DateAct(
            decision_on=values["date_on"],
            linked_event=values["date_event"],
            moved_by=self.sheet.stakeholder(values["date_by"]),
            is_moved_by_seller=values["date_by"] == SELLER,
            as_signal=values["date_signal"],
        )

    def quote_act(self, *, currency: str) -> QuoteAct | None:
        values = self.cleaned_data
        if values["quote_total"] is None:
            return None
        return QuoteAct(
            total=values["quote_total"],
            currency=currency,
            change=values["quote_change"],
            sent_on=timezone.localdate(values["occurred_at"]),
            addressed_to=self.sheet.stakeholder(values["quote_to"]),
            as_signal=values["quote_signal"],
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """The form and its rows of signals, as one."""

    form: LogForm
    signals: Any

    def is_valid(self) -> bool:
        return self.form.is_valid() and self.signals.is_valid()

    def contact(self, *, opened_at: datetime | None = None) -> Contact:
        return self.form.contact(self.signals, opened_at=opened_at)

    def unjudged(self) -> "Filled":
        """Without its errors: it was typed, and not sent."""
        self.form.errors.clear()
        for row in self.signals.forms:
            row.errors.clear()
        return self


def bound(data: QueryDict, sheet: LogSheet) -> Filled:
    signals = SignalFormSet(data, prefix=SIGNALS, form_kwargs={"sheet": sheet})
    return Filled(LogForm(data, sheet=sheet), signals)


def typed(fields: Mapping[str, Sequence[str]], sheet: LogSheet) -> Filled:
    """What was kept of a form that was not sent."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, list(values))
    return bound(data, sheet).unjudged()


def unbound(
    sheet: LogSheet, told: Mapping[str, Any], rows: Sequence[Mapping[str, str]] = ()
) -> Filled:
    signals = SignalFormSet(
        initial=[*rows, *[{}] * EMPTY_ROWS],
        prefix=SIGNALS,
        form_kwargs={"sheet": sheet},
    )
    return Filled(LogForm(initial=dict(told), sheet=sheet), signals)


def is_told(
    contact: Contact, interaction: Interaction, *, proposed: Collection[str] = ()
) -> bool:
    """Whether a conversation that is there says just this; `proposed` may be there too."""
    told = told_before(interaction)
    took, did = set(told.pop("took")), set(told.pop("did"))
    present = {str(part.stakeholder.pk) for part in contact.parts}
    said = Counter(
        (str(part.stakeholder.pk), said.code, said.quotation)
        for part in contact.parts
        for said in part.signals
    )
    there = Counter(
        (row["who"], row["code"], row["quotation"])
        for row in signals_before(interaction)
    )
    return (
        all(getattr(contact, name) == value for name, value in told.items())
        and (present <= took if proposed else present == took)
        and {each.code for each in contact.actions} == did
        and not said - there
        and {code for _who, code, _words in there - said} <= set(proposed)
    )


def told_before(interaction: Interaction) -> dict[str, Any]:
    """The form's first values, of a conversation that is to be corrected."""
    return {
        "occurred_at": timezone.localtime(interaction.occurred_at),
        "channel": interaction.channel,
        "direction": interaction.direction,
        "minutes": interaction.minutes,
        "summary": interaction.summary,
        "took": [
            str(pk)
            for pk in interaction.participations.values_list("stakeholder", flat=True)
        ],
        "did": list(
            interaction.seller_actions.filter(retracted_at=None).values_list(
                "code", flat=True
            )
        ),
    }


def signals_before(interaction: Interaction) -> list[dict[str, str]]:
    """The rows of signals of a conversation that is to be corrected."""
    rows = interaction.signals.filter(retracted_at=None).order_by("pk")
    return [
        {"who": str(row.stakeholder_id), "code": row.code, "quotation": row.quotation}
        for row in rows
    ]
