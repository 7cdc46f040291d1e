"""To stop is advised late, after asking, and never while there is a ground to go on."""

from typing import Any

import pytest

from coaching.engine.facts import Acted, Contact, Facts, Signalled
from coaching.engine.stopping import GROUNDS, Stopping, long_days, stopping_of

TODAY = 1_000.0
UNDECIDED = (0.6, 0.3, 0.1, 0.0, 0.0, 0.0, 0.0)
RESOLVED = (0.1, 0.1, 0.6, 0.2, 0.0, 0.0, 0.0)


def contact(key: str = "anna", **fields: Any) -> Contact:
    known: dict[str, Any] = {"phases": UNDECIDED, "heard": 2, "median_dwell_days": 40.0}
    return Contact(key=key, **known | {"joined_day": TODAY - 121.0} | fields)


def asked(person: str = "anna", times: int = 2) -> list[Acted]:
    return [Acted(f"a{n}", "A01", (person,), 900.0 + n) for n in range(times)]


def found(**fields: Any) -> Stopping | None:
    given: dict[str, Any] = {"contacts": [contact()], "actions": asked()}
    return stopping_of(Facts(today=TODAY, **given | fields))


def test_somebody_long_undecided_and_asked_twice_is_told_to_stop():
    assert found() == Stopping("anna", ("a0", "a1"))


@pytest.mark.parametrize("code", sorted(GROUNDS))
def test_an_owner_a_budget_or_a_dated_reason_is_a_ground_to_go_on(code: str):
    """Whoever named it."""
    assert found(signals=[Signalled("s", code, "ben", 950.0)]) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"contacts": [contact(joined_day=TODAY - 119.0)]},
        {"contacts": [contact(median_dwell_days=41.0)]},
        {"contacts": [contact(heard=0)]},
        {"contacts": [contact(is_active=False)]},
        {"contacts": [contact(), contact("ben", phases=RESOLVED)]},
        {"actions": asked(times=1)},
        {"actions": asked("ben")},
        {"file_score": 0.1},
    ],
    ids=[
        "not long here",
        "slow because it is large",
        "never heard",
        "left",
        "a colleague wants to change",
        "asked once",
        "somebody else was asked",
        "an item of the file is known",
    ],
)
def test_it_is_not_advised(fields: dict[str, Any]):
    assert found(**fields) is None


def test_of_several_the_weightiest_is_told():
    people = [contact("anna", weight=0.1), contact("ben", weight=0.3)]
    stop = found(contacts=people, actions=[*asked("anna"), *asked("ben")])

    assert stop is not None
    assert stop.person == "ben"


def test_long_counts_in_the_dwell_of_the_deals_own_size():
    assert long_days(40.0) == 120.0
