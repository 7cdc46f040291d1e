import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.seats import Influence, group_of, role
from tests.forecasting.engine.deals import (
    ROLES,
    STRANGER,
    person,
    random_people,
    seated,
)

HIGH, LOW = Influence.HIGH, Influence.LOW


def raw_weights(group):
    return [seat.raw_weight for seat in group.seats]


@pytest.mark.parametrize(
    ("roles", "weight"),
    [
        ((), 0.08),
        (("coach",), 0.0),
        (("blocker",), 0.08),
        (("blocker", "coach"), 0.08),
        (("coach", "procurement"), 0.08),
        (("champion", "finance"), 0.15),
        (("economic_buyer", "champion"), 0.3),
    ],
)
def test_raw_weight_is_the_largest_of_the_roles_held(roles, weight):
    group = seated(person("p1", "approver"), person("p2", *roles))

    assert raw_weights(group) == [0.1, weight]


def test_influence_halves_or_doubles_the_weight():
    group = seated(
        person("p1", "approver", influence=LOW),
        person("p2", "champion", influence=HIGH),
    )

    assert raw_weights(group) == [0.05, 0.3]
    assert group.weights.tolist() == pytest.approx([1 / 7, 6 / 7])


def test_rights_are_the_union_over_the_roles():
    group = seated(person("p1", "approver", "procurement"))

    assert (group.seats[0].approves, group.seats[0].vetoes) == (True, True)


def test_unmapped_seats_fill_the_group():
    group = seated(person("p1", "economic_buyer"), expected_size=4)

    assert raw_weights(group) == [0.1, 0.1, 0.1, 0.3]
    assert group.unmapped == 3
    assert group.support[0] == 0.62
    assert (group.phases[0] == STRANGER).all()
    assert not any(seat.vetoes or seat.approves for seat in group.seats[:3])


def test_without_approver_one_unmapped_seat_is_the_unheard_economic_buyer():
    group = seated(person("p1", "champion"), expected_size=3)

    assert raw_weights(group) == [0.3, 0.1, 0.15]
    assert [seat.approves for seat in group.seats] == [True, False, False]


def test_a_seat_is_added_for_the_economic_buyer_when_none_is_free():
    group = seated(person("p1", "champion"), person("p2"), expected_size=2)

    assert raw_weights(group) == [0.3, 0.15, 0.08]


def test_who_left_leaves_a_seat_with_role_and_influence_at_the_prior():
    group = seated(
        person("p1", "champion"),
        person(
            "p2", "economic_buyer", has_left=True, influence=HIGH, stance=0.95,
            phases=np.eye(7)[6],
        ),
        expected_size=3,
    )  # fmt: skip

    assert raw_weights(group) == [0.6, 0.1, 0.15]
    seat = group.seats[0]
    assert (seat.person, seat.support, seat.approves, seat.vetoes) == (
        None,
        0.62,
        True,
        True,
    )
    assert (seat.phases == STRANGER).all()
    assert group.unmapped == 2


def test_nobody_at_all_is_a_group_of_strangers():
    assert raw_weights(seated(expected_size=3)) == [0.3, 0.1, 0.1]


@pytest.mark.parametrize(
    ("stance", "signals", "is_blocked"),
    [(0.5, 2, True), (0.51, 2, False), (0.2, 1, False), (None, 5, False)],
)
def test_a_veto_is_active_when_against_on_two_signals(stance, signals, is_blocked):
    group = seated(
        person("p1", "legal_security", stance=stance, opposing_signals=signals)
    )

    assert group.seats[-1].is_blocked is is_blocked


def test_who_holds_no_veto_blocks_nothing():
    group = seated(person("p1", "champion", stance=0.1, opposing_signals=4))

    assert not group.seats[-1].is_blocked


def test_an_unheard_person_supports_like_a_stranger():
    assert seated(person("p1", "approver", stance=None)).support[0] == 0.62


def test_weightless_roles_share_evenly():
    roles = {"chair": role("approve", weight=0.0)}

    group = seated(person("p1", "chair"), person("p2", "chair"), roles=roles)

    assert group.weights.tolist() == [0.5, 0.5]


@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(seed, random):
    people = random_people(np.random.default_rng(seed))
    shuffled = list(people)
    random.shuffle(shuffled)

    one, other = seated(*people, expected_size=5), seated(*shuffled, expected_size=5)

    assert one.weights.tolist() == other.weights.tolist()
    assert one.phases.tolist() == other.phases.tolist()
    assert one.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([person("p1"), person("p1")], "'p1' has two seats"),
        ([person("p1", "king")], "no role 'king'"),
        ([person("p1", stance=1.2)], "1.2"),
        ([person("p1", phases=np.ones(7))], "must sum to 1"),
        ([person("p1", phases=np.ones(3) / 3)], "must hold 7"),
        ([person("p1", opposing_signals=-1)], "-1 signals"),
        ([person("p1", silent_days=-2.0)], "-2.0 days"),
    ],
)
def test_group_refuses(people, words):
    with pytest.raises(ValueError, match=words):
        seated(*people)


def test_group_refuses_to_be_empty():
    with pytest.raises(ValueError, match="size 0"):
        group_of([], roles=ROLES, prior=STRANGER, expected_size=0)


@pytest.mark.parametrize(
    ("counts_as", "weight"), [("approve+wish", 0.1), ("veto", -0.1), ("", 0.1)]
)
def test_role_refuses(counts_as, weight):
    with pytest.raises(ValueError, match=r"no such right|weighs"):
        role(counts_as, weight=weight)
