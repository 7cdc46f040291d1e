"""The browser's own inputs for days and moments; they want ISO, whatever the language."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 1970, 2199


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DayField(forms.DateField):
    """A day of this age; where `latest` is set, not after it."""

    latest: date | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("Between the years %(first)s and %(last)s, please."),
                params={"first": FIRST_YEAR, "last": LAST_YEAR},
            )
        if value and self.latest and value > self.latest:
            raise forms.ValidationError(_("That lies in the future."))


def let_no_later(field: forms.Field, day: date) -> None:
    """Refuse days after this one."""
    assert isinstance(field, DayField)  # noqa: S101 -- for mypy
    field.latest = day
