"""What may be learned from, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from readiness.engine.batch import Facts
from readiness.engine.learning.deals import (
    ClosedDeals,
    NotEnough,
    heard_in,
    split_by_time,
)
from tests.readiness.engine.learning.worlds import EXPERT

DAY = 86_400.0


def deals(**changed) -> ClosedDeals:
    """Two deals: Anna (twice heard) and Karel in the first, Peter in the second."""
    facts = Facts(
        person=np.array([0, 1, 0, 2]),
        at=np.array([9.0, 3.0, 5.0, 2.0]) * DAY,
        row=np.array([1, 2, 0, 52 + 3]),
        evidence_class=np.array([-1, 0, 3, -1]),
    )
    given: dict[str, Any] = {
        "facts": facts,
        "deal": np.array([0, 0, 1]),
        "joined_at": np.array([1.0, 4.0, 0.0]) * DAY,
        "role": np.array([0, -1, 1]),
        "roles": ("champion", "user_buyer"),
        "importance": ("large", None),
        "buying_class": ("modified", "straight_rebuy"),
        "closed_at": np.array([20.0, 10.0]) * DAY,
    }
    return ClosedDeals(**(given | changed))


def test_facts_stand_in_the_order_of_each_person():
    heard = heard_in(deals(), np.array([0, 1]), EXPERT)

    assert heard.person.tolist() == [0, 0, 1, 2]
    assert heard.row.tolist() == [0, 1, 2, 55]
    # Karel was heard before he is said to have joined: his clock starts then.
    assert heard.days.tolist() == [4, 4, 0, 2]
    assert heard.temper[[0, 2, 3]].tolist() == [0.3, 1.0, 1.0]
    assert heard.size.tolist() == [2, 2, -1]
    assert heard.factor.tolist() == [0.75, 0.75, 0.5]
    assert heard.variant.tolist() == [-1, -1, 0]
    assert heard.variants[0].tolist() == pytest.approx(
        [0.05, 0.08, 0.12, 0.3, 0.3, 0.1, 0.05]
    )


def test_part_of_the_deals_counts_its_own_people():
    heard = heard_in(deals(), np.array([1]), EXPERT)

    assert (heard.people, heard.deals) == (1, 1)
    assert heard.person.tolist() == [0]
    assert heard.role.tolist() == [1]


def test_latest_closed_deals_are_held_out():
    ten = replace(
        deals(),
        importance=(None,) * 10,
        buying_class=(None,) * 10,
        closed_at=np.array([5, 1, 9, 3, 7, 2, 8, 6, 4, 10.0]),
    )

    taught, held = split_by_time(ten, share=0.2)

    assert held.tolist() == [2, 9]
    assert sorted([*taught, *held]) == list(range(10))
    with pytest.raises(NotEnough, match="10 closed deals are too few"):
        split_by_time(ten, share=0.01)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"role": np.array([0, -1])}, "as many times of joining and roles"),
        ({"role": np.array([0, -1, 2])}, "a role that does not exist"),
        ({"deal": np.array([0, 0, 2])}, "a deal that does not exist"),
        ({"importance": ("huge", None)}, "no importance 'huge'"),
        ({"buying_class": ("lease", None)}, "no buying class 'lease'"),
        ({"importance": ("large",)}, "as many importances"),
        ({"closed_at": np.array([8.0, 10.0]) * DAY}, "after its deal was closed"),
    ],
)
def test_deals_that_cannot_be_are_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        heard_in(deals(**changed), np.array([0, 1]), EXPERT)


def test_fingerprint_changes_with_the_facts_and_only_then():
    other = replace(deals().facts, row=np.array([1, 2, 0, 0]))

    assert deals().fingerprint() == deals().fingerprint()
    assert deals(facts=other).fingerprint() != deals().fingerprint()
