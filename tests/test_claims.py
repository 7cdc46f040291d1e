"""docs/claims.md says what is so."""

from tests.claims import PAGE, ROWS, marks, render


def test_the_page_is_what_the_marks_say():
    assert PAGE.read_text() == render(), "run `python -m tests.claims`"


def test_every_row_that_is_there_is_shown_by_a_test():
    shown = {row for row, _test in marks()}

    assert shown <= set(ROWS)
    # The product as a whole is no test's subject.
    assert {row for row, (_asks, place) in ROWS.items() if place} - shown <= {26}
