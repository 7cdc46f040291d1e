"""What may be supposed of each person of a deal; nothing of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.choices import Choices
from forecasting.queries.what_if import AGAINST, FOR, Supposition

STANCES = [
    ("", pgettext_lazy("a stance", "as it is")),
    (FOR, pgettext_lazy("a stance", "for us")),
    (AGAINST, pgettext_lazy("a stance", "against us")),
]


@dataclass(frozen=True, slots=True)
class Supposable:
    """Somebody of whom something may be supposed, and where they stand now."""

    key: str
    name: str
    stands: str
    weight: float  # their share of influence


@dataclass(frozen=True, slots=True)
class PersonFields:
    """The three fields of one person."""

    person: Supposable
    phase: BoundField
    days: BoundField
    stance: BoundField


class WhatIfForm(forms.Form):
    """A phase by so many days, and a stance, of everybody in the deals in question."""

    def __init__(
        self,
        data: Any,
        *,
        people: Sequence[Supposable],
        phases: Choices,
        days: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.people = people
        for person in people:
            self.fields[f"phase-{person.key}"] = forms.ChoiceField(
                label=person.name,
                choices=[("", _("as now")), *phases],
                required=False,
            )
            self.fields[f"days-{person.key}"] = forms.IntegerField(
                label=person.name,
                min_value=0,
                max_value=days,
                required=False,
                initial=min(30, days),
                widget=forms.NumberInput(attrs={"type": "range"}),
            )
            self.fields[f"stance-{person.key}"] = forms.ChoiceField(
                label=person.name, choices=STANCES, required=False
            )

    def rows(self) -> list[PersonFields]:
        return [
            PersonFields(
                person=person,
                phase=self[f"phase-{person.key}"],
                days=self[f"days-{person.key}"],
                stance=self[f"stance-{person.key}"],
            )
            for person in self.people
        ]

    @property
    def suppositions(self) -> Mapping[str, Supposition]:
        asked = self.cleaned_data if self.is_valid() else {}
        return {
            person.key: Supposition(
                anchor=asked.get(f"phase-{person.key}", ""),
                days=asked.get(f"days-{person.key}") or 0,
                stance=asked.get(f"stance-{person.key}", ""),
            )
            for person in self.people
        }
