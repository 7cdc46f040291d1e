"""The day one looks back to; what is refused is said in words, and the present is shown."""

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.inputs import DayField


class AsOfForm(forms.Form):
    """`day` is None for the present: no day given, today, or one that is refused."""

    as_of = DayField(label=gettext_lazy("As of"), required=False)

    def __init__(self, given: QueryDict, *, today: date) -> None:
        super().__init__(given)
        self.today = today

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day is not None and day > self.today:
            raise forms.ValidationError(
                _("Nothing is known of a day that has not come.")
            )
        return None if day == self.today else day

    def refuse_up_to(self, opened_on: date) -> bool:
        """Whether there was nothing yet at the end of the day; then the form says so."""
        if self.day is None or self.day > opened_on:
            return False
        text = _("Opened on %(on)s: choose a later day.")
        self.add_error("as_of", text % {"on": date_format(opened_on)})
        return True

    @property
    def day(self) -> date | None:
        if not self.is_valid():
            return None
        given: date | None = self.cleaned_data.get("as_of")
        return given

    @property
    def status(self) -> int:
        """Of the page that shows this form."""
        return 200 if self.is_valid() else 422
