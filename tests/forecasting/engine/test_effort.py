"""Minutes by phase, by hand."""

import pytest

from forecasting.engine.effort import Contact, Effort, cost_per_won, effort_of


def test_minutes_are_shared_over_phases_and_what_is_unknown_is_counted_apart():
    found = effort_of(
        [
            Contact(60, (0.5, 0.25, 0.25), has_file=True),
            Contact(30, (0.0, 0.0, 1.0), has_file=False),
            Contact(45, None, has_file=None),
            Contact(None, (1.0, 0.0, 0.0), has_file=False),
        ],
        phases=3,
    )

    assert found == Effort(
        n=4,
        timed=3,
        minutes=135,
        by_phase=(30.0, 15.0, 45.0),
        placed=2,
        unplaced=45,
        without_file=1,
        without_file_minutes=30,
        file_unknown=1,
        file_unknown_minutes=45,
    )
    assert found.early == 45.0
    assert sum(found.by_phase) + found.unplaced == found.minutes


def test_no_minutes_are_no_hours_and_not_nothing_spent():
    found = effort_of([Contact(None, None, has_file=None)], phases=7)

    assert (found.n, found.timed, found.minutes) == (1, 0, 0)


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        (Contact(-1, None, has_file=None), "0 or more"),
        (Contact(1, (0.5, 0.5), has_file=None), "2 phases are not 3"),
    ],
)
def test_what_cannot_be_is_refused(contact, why):
    with pytest.raises(ValueError, match=why):
        effort_of([contact], phases=3)


def test_a_cost_needs_a_price_and_something_won():
    assert cost_per_won(minutes=90, cost_per_hour=80.0, won=2_400.0) == 0.05
    assert cost_per_won(minutes=90, cost_per_hour=None, won=2_400.0) is None
    assert cost_per_won(minutes=90, cost_per_hour=80.0, won=0.0) is None
