"""Days in words: no sentence of ours stands in the way of Django's own."""

from datetime import date

import pytest
from babel.dates import get_day_names, get_month_names
from django.utils import translation
from django.utils.formats import date_format


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_months_and_days_have_the_names_they_have(language: str):
    months = get_month_names("wide", locale=language)
    days = get_day_names(locale=language)  # from Monday, 0
    with translation.override(language):
        written = [date_format(date(2026, month, 1), "F") for month in range(1, 13)]
        # 2026-06-01 is a Monday.
        weekdays = [date_format(date(2026, 6, 1 + day), "l") for day in range(7)]

    assert [each.lower() for each in written] == [
        months[month].lower() for month in range(1, 13)
    ]
    assert [each.lower() for each in weekdays] == [
        days[day].lower() for day in range(7)
    ]
