"""A person at the customer, and a seat in a deal."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import languages
from accounts.forms.inputs import DayField
from accounts.forms.pick import PickField
from accounts.forms.workspaces import GREATEST_VERSION
from opportunities.models import Company
from stakeholders.models import Influence, InfluenceLink, Person, Stakeholder

PERSON = ("name", "company", "email", "title", "phone", "language")
UNSAID = "unsaid"  # they listen, nobody said how strongly
LISTENS = [
    ("", _("no, as far as we know")),
    (UNSAID, _("yes, how strongly is not known")),
    (Influence.LOW, _("a little")),
    (Influence.MEDIUM, _("somewhat")),
    (Influence.HIGH, _("a lot")),
]
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

    left_company_on = DayField(label=_("Left the company on"), required=False)

    @classmethod
    def initial_of(cls, person: Person) -> dict[str, Any]:
        names = (*PERSON, "left_company_on", "version")
        return {name: getattr(person, name) for name in names}

    @property
    def values(self) -> dict[str, Any]:
        left_on = self.cleaned_data["left_company_on"]
        return super().values | {"left_company_on": left_on}


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
        for pk, other in self.others.items():
            self.fields[_listens(pk)] = forms.ChoiceField(
                label=str(other), choices=LISTENS, required=False
            )

    @property
    def listeners(self) -> list[forms.BoundField]:
        """Of each other person: whether they listen to this one."""
        return [self[_listens(pk)] for pk in self.others]

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields before those of the listeners."""
        of_others = {_listens(pk) for pk in self.others}
        return [field for field in self.visible_fields() if field.name not in of_others]

    @property
    def strengths(self) -> dict[Stakeholder, str | None]:
        """How strongly each of the others listens; None is not at all."""
        given = self.cleaned_data
        said = {other: given[_listens(pk)] for pk, other in self.others.items()}
        return {
            other: None if not word else "" if word == UNSAID else word
            for other, word in said.items()
        }


class NewSeatForm(SeatForm):
    joined_on = DayField(label=_("In this deal since"))
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

    from_on = DayField(
        label=_("Roles as of"),
        help_text=_("A role taken away ends on this day, a new one begins."),
    )
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
        cls,
        seat: Stakeholder,
        *,
        roles: Iterable[str],
        today: date,
        links: Iterable[InfluenceLink],
    ) -> dict[str, Any]:
        names = ("influence", "goals", "criteria", "worries", "version")
        return {name: getattr(seat, name) for name in names} | {
            "roles": list(roles),
            "from_on": today,
            **{_listens(link.taker_id): link.strength or UNSAID for link in links},
        }

    @property
    def values(self) -> dict[str, Any]:
        names = ("influence", "goals", "criteria", "worries")
        return {name: self.cleaned_data[name] for name in names}


def _listens(pk: object) -> str:
    return f"listens_{pk}"
