"""A person at the customer, and a seat in a deal."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import languages
from accounts.forms.inputs import DayInput
from accounts.forms.pick import PickField
from accounts.forms.workspaces import GREATEST_VERSION
from opportunities.models import Company
from stakeholders.models import Influence, Person, Stakeholder

PERSON = ("name", "company", "email", "title", "phone", "language")
AS_IF_READ = _("Write it as if they will read it: they may ask to.")


class PersonForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    title = forms.CharField(label=_("Job title"), max_length=160, required=False)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: [("", _("not known")), *languages()],
        required=False,
    )
    field_order = ("name", "company")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"] = PickField(
            label=_("Company"),
            rows=Company.objects.all(),
            kind="company",
            creates=True,
            required=False,
        )
        self.order_fields(self.field_order)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PERSON}


class ChangePersonForm(PersonForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @classmethod
    def initial_of(cls, person: Person) -> dict[str, Any]:
        return {name: getattr(person, name) for name in (*PERSON, "version")}


class SeatForm(forms.Form):
    """Roles, weight, and who listens to them."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several are fine; leave it open when you do not know."),
    )
    influence = forms.ChoiceField(
        label=_("Influence"),
        choices=[("", _("not known")), *Influence.choices],
        required=False,
    )
    heard_by = forms.MultipleChoiceField(
        label=_("Who listens to them"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        roles: Iterable[tuple[str, str]],
        others: Iterable[Stakeholder],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.others = {str(other.pk): other for other in others}
        self.fields["roles"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["heard_by"].choices = [  # type: ignore[attr-defined]
            (pk, str(other)) for pk, other in self.others.items()
        ]
        if not self.others:
            del self.fields["heard_by"]

    @property
    def takers(self) -> list[Stakeholder]:
        """Those who listen to this person."""
        return [self.others[pk] for pk in self.cleaned_data.get("heard_by", [])]


class NewSeatForm(SeatForm):
    joined_on = forms.DateField(label=_("In this deal since"), widget=DayInput())
    title = forms.CharField(
        label=_("Job title, of somebody new"), max_length=160, required=False
    )
    field_order = ("person", "title", "joined_on", "roles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PickField(
            label=_("Person"), rows=Person.objects.all(), kind="person", creates=True
        )
        self.order_fields(self.field_order)


class ChangeSeatForm(SeatForm):
    """What is known of a person in this deal."""

    from_on = forms.DateField(label=_("Roles as of"), widget=DayInput())
    goals = forms.CharField(
        label=_("What they want to reach"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=AS_IF_READ,
    )
    criteria = forms.CharField(
        label=_("What they will judge by"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    worries = forms.CharField(
        label=_("What worries them"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @classmethod
    def initial_of(
        cls, seat: Stakeholder, *, roles: Iterable[str], today: date, takers: Any
    ) -> dict[str, Any]:
        names = ("influence", "goals", "criteria", "worries", "version")
        return {name: getattr(seat, name) for name in names} | {
            "roles": list(roles),
            "from_on": today,
            "heard_by": [str(pk) for pk in takers],
        }

    @property
    def values(self) -> dict[str, Any]:
        names = ("influence", "goals", "criteria", "worries")
        return {name: self.cleaned_data[name] for name in names}
