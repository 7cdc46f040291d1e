from dataclasses import replace
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.changes import (
    Between,
    Chance,
    DealState,
    Outcome,
    Part,
    in_whole_units,
    totals,
    what_changed,
)

unit = st.floats(0, 1)
chances = st.builds(Chance, final=unit, share=unit)
states = st.builds(
    DealState,
    outcome=st.sampled_from(Outcome),
    chance=chances,
    amount=st.none() | st.floats(0, 1e7),
    rate=st.floats(0.01, 100),
    counts=st.booleans(),
)
betweens = st.builds(Between, later=chances, other_model=st.none() | chances)
deals = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.tuples(st.none() | states, states, st.none() | betweens),
    max_size=8,
)

OPEN = DealState(Outcome.OPEN, Chance(0.5, 0.6), amount=1_000.0)


def change_of(before: DealState | None, after: DealState, between=None):
    found = what_changed(
        {"a": before} if before else {},
        {"a": after},
        between={"a": between} if between else None,
    )
    return {part: round(value, 6) for part, value in found[0].parts.items()}


@given(deals)
def test_parts_sum_to_each_change_and_all_of_them_to_the_total(rows):
    before = {key: row[0] for key, row in rows.items() if row[0]}
    after = {key: row[1] for key, row in rows.items()}

    found = what_changed(
        before, after, between={key: row[2] for key, row in rows.items() if row[2]}
    )

    for change in found:
        assert fsum(change.parts.values()) == pytest.approx(
            change.after - change.before, abs=1e-6, rel=1e-9
        )
    assert fsum(totals(found).values()) == pytest.approx(
        fsum(s.mean for s in after.values()) - fsum(s.mean for s in before.values()),
        abs=1e-5,
        rel=1e-9,
    )


@given(deals, st.sampled_from([1, 100]))
def test_whole_units_sum_exactly_per_deal_and_to_the_total_of_each_owner(rows, units):
    before = {key: row[0] for key, row in rows.items() if row[0]}
    after = {key: row[1] for key, row in rows.items()}
    owner_of = {key: key[0] for key in rows}  # by the first letter of the key
    totals = {
        owner: round(units * fsum(s.mean for k, s in after.items() if k[0] == owner))
        - round(units * fsum(s.mean for k, s in before.items() if k[0] == owner))
        for owner in owner_of.values()
    }

    whole = in_whole_units(
        what_changed(before, after), units=units, group_of=owner_of, totals=totals
    )

    for owner, total in totals.items():
        assert sum(each.total for each in whole if each.key[0] == owner) == total
    for each in whole:
        assert each.total == sum(each.parts.values())
        assert 0 not in each.parts.values()


def test_a_unit_that_moved_by_rounding_alone_is_times():
    whole = in_whole_units(
        what_changed({"a": OPEN}, {"a": OPEN}),
        units=100,
        group_of={"a": "Alice"},
        totals={"Alice": -1},
    )

    assert [(each.key, dict(each.parts)) for each in whole] == [("a", {Part.TIME: -1})]


@pytest.mark.parametrize("outcome", ["lost", "no_decision", "withdrawn"])
def test_a_deal_that_ends_without_a_win_takes_its_mean_away(outcome):
    after = replace(OPEN, outcome=Outcome(outcome))

    assert change_of(OPEN, after) == {Part(outcome): -300}


def test_a_win_is_heard_before_its_amount_and_its_rate():
    after = DealState(Outcome.WON, amount=1_200.0, rate=1.1, counts=True)

    assert change_of(OPEN, after) == {Part.WON: 700, Part.AMOUNT: 200, Part.RATE: 120}


def test_a_win_outside_the_period_takes_its_mean_away():
    after = DealState(Outcome.WON, amount=1_000.0)

    assert change_of(OPEN, after) == {Part.WON: -300}


def test_a_deal_that_was_not_there_is_new():
    assert change_of(None, OPEN) == {Part.NEW: 300}


def test_a_deal_made_and_won_since_is_won():
    after = DealState(Outcome.WON, amount=1_000.0, counts=True)

    assert change_of(None, after) == {Part.WON: 1_000}


def test_a_deal_that_is_open_again_is_reopened():
    before = replace(OPEN, outcome=Outcome.LOST)

    assert change_of(before, OPEN) == {Part.REOPENED: 300}


@pytest.mark.parametrize(
    ("chance", "parts"),
    [
        (Chance(0.5, 0.8), {Part.PULLED_IN: 100}),
        (Chance(0.5, 0.2), {Part.PUSHED_OUT: -200}),
        (Chance(0.7, 0.6), {Part.READINESS_UP: 120}),
        (Chance(0.2, 0.6), {Part.READINESS_DOWN: -180}),
        (Chance(0.7, 0.8), {Part.PULLED_IN: 100, Part.READINESS_UP: 160}),
    ],
)
def test_an_open_deal_moves_in_time_or_by_readiness(chance, parts):
    assert change_of(OPEN, replace(OPEN, chance=chance)) == parts


def test_what_time_alone_did_is_no_readiness():
    later = Chance(0.48, 0.4)

    found = change_of(OPEN, replace(OPEN, chance=later), Between(later=later))

    assert found == {Part.TIME: pytest.approx(-108)}


def test_what_another_model_says_of_the_same_facts_is_no_readiness():
    other = Chance(0.3, 0.6)

    found = change_of(
        OPEN,
        replace(OPEN, chance=other),
        Between(later=OPEN.chance, other_model=other),
    )

    assert found == {Part.MODEL: -120}


def test_nothing_changed():
    assert what_changed({"a": OPEN}, {"a": OPEN})[0].parts == {}


def test_an_amount_that_becomes_known_is_the_amount():
    before = replace(OPEN, amount=None)

    assert change_of(before, OPEN) == {Part.AMOUNT: 300}


def test_refusals():
    with pytest.raises(ValueError, match="Gone"):
        what_changed({"a": OPEN}, {})
    with pytest.raises(ValueError, match="amount of a"):
        what_changed({}, {"a": replace(OPEN, amount=-1.0)})
    with pytest.raises(ValueError, match="cannot be"):
        Chance.of(in_period=0.6, final=0.5)
