"""Every number opens its rows: owners add up to teams, teams to the workspace, to the cent."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.queries.portfolio import Expected, Won, forecast_of, shares_of

OWNERS = [UUID(int=n) for n in range(1, 6)]
owner = st.sampled_from(OWNERS)
money = st.decimals(0, 10_000_000, places=2)
open_deals = st.lists(st.tuples(owner, st.floats(0, 1), st.none() | money), max_size=40)
won_deals = st.lists(st.tuples(owner, st.none() | money), max_size=10)
teams = st.lists(st.sets(owner), max_size=4)


@given(open_deals, won_deals, teams, st.sampled_from(["EUR", "JPY", "KWD"]))
@settings(max_examples=60)
def test_drill_down_reconciles_at_every_level(some, closed, cuts, currency):
    expected = [
        Expected(UUID(int=100 + n), whose, chance, amount, sigma=0.2)
        for n, (whose, chance, amount) in enumerate(some)
    ]
    won = [
        Won(UUID(int=900 + n), whose, amount, date(2026, 5, 4))
        for n, (whose, amount) in enumerate(closed)
    ]

    means, brought = shares_of(expected, won, owners=OWNERS, currency=currency)

    exact = forecast_of(expected, won, seed=1).amount.mean
    unit = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[
        currency
    ]
    whole = sum(means.values()) + sum(brought.values())
    assert abs(float(whole) - exact) <= float(unit) * 1.01 + exact * 1e-12
    for values in (means, brought):
        assert all(value % unit == 0 for value in values.values())
    for inside in cuts:  # a team and everybody else are the workspace
        parts = [
            sum(
                means[each] + brought[each]
                for each in OWNERS
                if (each in inside) is where
            )
            for where in (True, False)
        ]
        assert sum(parts) == whole
