from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.binding import Condition
from forecasting.engine.ends import BeyondHorizon, Hazards, ends_by
from forecasting.engine.group import decision_model, forecast_curves, forecast_group
from forecasting.engine.quadrature import normal_nodes
from forecasting.engine.rules import default_rule, economic_buyer_alone, quorum_rule
from readiness.engine.expert import ANCHORS, expert_generator
from tests.forecasting.engine.deals import (
    STRANGER,
    expert_decisions,
    in_phase,
    person,
    random_group,
    random_people,
    random_rule,
    seated,
)

DEFAULT = default_rule()
SAFE = {"stance": 1.0}
seeds = st.integers(0, 2**32 - 1)


def forecast(group, *, rule=DEFAULT, days=180.0, **rest):
    return forecast_group(
        group, model=expert_decisions(), rule=rule, target_days=days, **rest
    )


def won_by(group, *, rule=DEFAULT, days=180.0, file_factor=1.0):
    curves = forecast_curves(
        group, model=expert_decisions(), rule=rule, file_factor=file_factor
    )
    return ends_by(curves.final, days=days).won


def test_a_lone_economic_buyer_is_a_first_passage():
    buyer = person("p1", "economic_buyer", phases=in_phase(6), **SAFE)
    calm = decision_model(
        expert_generator(), anchors=ANCHORS, pace=1.0, hazards=Hazards(0.0, 0.0, 0.0)
    )

    curves = forecast_curves(seated(buyer), model=calm, rule=DEFAULT).model

    tables = calm.tables
    assert curves.won == pytest.approx(tables.reached_last[5] @ tables.shared.weights)
    assert curves.lost == pytest.approx(np.zeros(79))


def test_who_commits_against_us_is_lost():
    buyer = person("p1", "economic_buyer", phases=in_phase(7), stance=0.25)

    curves = forecast_curves(
        seated(buyer), model=expert_decisions(), rule=DEFAULT
    ).model

    # Seven nodes see a step of the normal law to about a hundredth.
    assert curves.won[0] == pytest.approx(0.25, abs=0.01)
    assert curves.won[0] + curves.lost[0] == pytest.approx(1)


@pytest.mark.parametrize("phase", [6, 7])
def test_an_active_veto_is_lifted_only_by_its_holders_own_yes(phase):
    """In the last phase the chance is P(for); before it nothing is won yet."""
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(7), **SAFE),
        person("p2", "finance", phases=in_phase(phase), stance=0.2, opposing_signals=2),
    )

    curves = forecast_curves(group, model=expert_decisions(), rule=DEFAULT).model

    assert curves.won[0] == pytest.approx(0.2 if phase == 7 else 0.0, abs=0.01)
    assert curves.won[-1] < 0.25


def test_stakeholders_of_opinion_do_not_move_the_economic_buyer_alone():
    buyer = person("p1", "economic_buyer", phases=in_phase(5))

    one = seated(buyer, person("p2", "champion", phases=in_phase(4)))
    other = seated(buyer, person("p2", "champion", phases=in_phase(4), stance=0.1))

    rule = economic_buyer_alone()
    assert won_by(one, rule=rule) == won_by(other, rule=rule)


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(0, 1))
def test_the_ends_sum_to_one_and_never_fall(seed, file_factor):
    rng = np.random.default_rng(seed)

    curves = forecast_curves(
        random_group(rng),
        model=expert_decisions(),
        rule=random_rule(rng),
        file_factor=file_factor,
    )

    for stage in (curves.model, curves.mapped, curves.final):
        total = stage.won + stage.lost + stage.no_decision + stage.open
        assert total == pytest.approx(np.ones(79), abs=1e-12)
        for curve in (stage.won, stage.lost, stage.no_decision):
            assert (np.diff(curve) >= -1e-15).all()
            assert curve.min() >= 0


@settings(max_examples=15, deadline=None)
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_no_bit(seed, random):
    people = random_people(np.random.default_rng(seed))
    shuffled = list(people)
    random.shuffle(shuffled)

    one = forecast(seated(*people, expected_size=6))
    other = forecast(seated(*shuffled, expected_size=6))

    assert one.curves.final.won.tolist() == other.curves.final.won.tolist()
    assert (one.people, one.binding) == (other.people, other.binding)


@pytest.mark.claim(44)
@settings(max_examples=25, deadline=None)
@given(seeds, st.floats(0, 546))
def test_shadow_prices_and_values_of_knowing_agree_with_recomputing(seed, days):
    rng = np.random.default_rng(seed)
    people, rule = random_people(rng, most=5), random_rule(rng)
    group = seated(*people, expected_size=4)

    outlook = forecast(group, rule=rule, days=days, file_factor=0.7)

    def with_phases(key, phases):
        changed = [replace(p, phases=phases) if p.key == key else p for p in people]
        changed_group = seated(*changed, expected_size=4)
        return won_by(changed_group, rule=rule, days=days, file_factor=0.7)

    now = won_by(group, rule=rule, days=days, file_factor=0.7)
    assert outlook.won_by_target == now
    assert [p.key for p in outlook.people] == sorted(
        p.key for p in people if not p.has_left
    )
    for found in outlook.people:
        phases = next(p.phases for p in people if p.key == found.key)
        further = np.append(0.0, phases[:-1])
        further[-1] += phases[-1]
        rise = with_phases(found.key, further) - now
        known = [abs(with_phases(found.key, in_phase(k)) - now) for k in range(1, 8)]
        assert found.shadow_price == pytest.approx(rise, abs=1e-10)
        assert found.value_of_knowing == pytest.approx(phases @ known, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_phase_further_on_never_lowers_the_forecast(seed):
    """True of any generator whose chain is monotone, as the expert's is."""
    rng = np.random.default_rng(seed)

    outlook = forecast(random_group(rng), rule=random_rule(rng))

    assert min((p.shadow_price for p in outlook.people), default=0.0) >= -1e-12


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(0, 1))
def test_more_support_never_lowers_the_forecast(seed, support):
    rng = np.random.default_rng(seed)
    people, rule = random_people(rng), random_rule(rng)
    first = people[0]
    warmer = replace(
        first, stance=max(support, first.stance or 0.62), opposing_signals=0
    )

    before = won_by(seated(*people), rule=rule)
    after = won_by(seated(warmer, *people[1:]), rule=rule)

    assert after >= before - 1e-12


def test_a_later_target_never_lowers_the_forecast():
    group = random_group(np.random.default_rng(4))

    chances = [forecast(group, days=days).won_by_target for days in range(0, 547, 13)]

    assert chances == sorted(chances)


def test_the_binding_constraint_is_the_approval_that_lags():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(2), stance=0.8),
        person("p2", "champion", phases=in_phase(7), **SAFE),
        person("p3", "procurement", phases=in_phase(6)),
    )

    binding = forecast(group).binding

    assert (binding.kind, binding.key) == (Condition.APPROVAL, "p1")
    assert binding.gain > 0.3


def test_the_binding_constraint_is_the_veto_that_is_active():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(6), **SAFE),
        person(
            "p2", "legal_security", stance=0.3, opposing_signals=2, phases=in_phase(6)
        ),
    )

    binding = forecast(group).binding

    assert (binding.kind, binding.key) == (Condition.VETO, "p2")


def test_an_approver_who_blocks_binds_by_the_veto():
    group = seated(
        person(
            "p1", "economic_buyer", phases=in_phase(7), stance=0.4, opposing_signals=3
        )
    )

    binding = forecast(group).binding

    assert (binding.kind, binding.key) == (Condition.VETO, "p1")
    assert binding.gain > 0.5


def test_of_two_active_vetoes_one_is_named():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(6), **SAFE),
        person("p2", "legal_security", stance=0.3, opposing_signals=2),
        person("p3", "finance", stance=0.3, opposing_signals=2),
    )

    binding = forecast(group).binding

    assert binding.kind is Condition.VETO
    assert 0 < binding.gain < 0.5


def test_the_binding_constraint_is_the_quorum():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(7), **SAFE),
        *(person(f"p{i}", "champion", phases=in_phase(1)) for i in range(2, 9)),
    )

    assert forecast(group).binding.kind is Condition.QUORUM


def test_the_binding_constraint_is_what_nobody_has_mapped():
    group = seated(
        person("p1", "champion", phases=in_phase(7), **SAFE), expected_size=6
    )

    binding = forecast(group).binding

    assert (binding.kind, binding.key) == (Condition.UNMAPPED, None)


@pytest.mark.parametrize("factor", [0.0, 0.1])
def test_the_binding_constraint_is_the_file(factor):
    group = seated(person("p1", "economic_buyer", phases=in_phase(7), **SAFE))

    binding = forecast(group, file_factor=factor).binding

    assert binding.kind is Condition.PURCHASE_FILE
    assert binding.gain == pytest.approx((1 - factor) * won_by(group))


def test_a_quorum_alone_names_no_person():
    binding = forecast(
        random_group(np.random.default_rng(2)), rule=quorum_rule()
    ).binding

    assert binding.kind in {Condition.QUORUM, Condition.UNMAPPED}


def test_spread_is_over_influential_people_heard():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(3)),
        person("p2", "champion", phases=in_phase(6)),
        person("p3", "external_adviser", phases=in_phase(1)),
        person("p4", "finance", phases=in_phase(1), silent_days=None),
    )

    assert forecast(group).phase_spread == 3.0


def test_spread_of_one_is_unknown():
    assert forecast(seated(person("p1", "approver"))).phase_spread is None


@pytest.mark.claim(37)
def test_coverage_is_the_influence_heard_in_45_days():
    group = seated(
        person("p1", "economic_buyer", silent_days=45.0),
        person("p2", "champion", silent_days=46.0),
        person("p3", "finance", silent_days=None),
        expected_size=4,
    )

    outlook = forecast(group)

    assert outlook.coverage == pytest.approx(0.3 / 0.65)
    assert outlook.heard == 2


def test_a_group_of_strangers_has_a_forecast_and_nobody_to_advise():
    outlook = forecast(seated(expected_size=6))

    assert outlook.people == ()
    assert outlook.heard == 0
    assert 0 < outlook.won_by_target < 0.2
    assert outlook.binding.kind is Condition.UNMAPPED


def test_forecasting_twice_gives_the_same_digits():
    one, other = (forecast(random_group(np.random.default_rng(5))) for _ in range(2))

    for field in fields(one.curves.final):
        curve = getattr(one.curves.final, field.name)
        assert curve.tobytes() == getattr(other.curves.final, field.name).tobytes()
    assert one.people == other.people


def test_finer_quadrature_moves_the_curves_little():
    fine = replace(expert_decisions(), stance=normal_nodes(41))
    offs = []
    for seed in range(12):
        group = random_group(np.random.default_rng(seed))
        coarse = forecast_curves(group, model=expert_decisions(), rule=DEFAULT)
        exact = forecast_curves(group, model=fine, rule=DEFAULT)
        offs.append(np.abs(coarse.model.won - exact.model.won).max())

    assert max(offs) < 0.005


def test_forecast_refuses_a_target_beyond_the_horizon():
    with pytest.raises(BeyondHorizon, match="547 days"):
        forecast(seated(person("p1", "approver")), days=547)


def test_forecast_refuses_a_group_of_another_model():
    short = decision_model(
        [[-0.1, 0.1], [0.0, 0.0]], anchors=("status_quo", "commitment"), pace=1.0
    )

    with pytest.raises(ValueError, match="7 phases, the model 2"):
        forecast_curves(seated(person("p1")), model=short, rule=DEFAULT)


@pytest.mark.parametrize("correlation", [-0.1, 1.0])
def test_model_refuses_a_strange_correlation(correlation):
    with pytest.raises(ValueError, match=f"{correlation}"):
        decision_model(
            expert_generator(),
            anchors=ANCHORS,
            pace=1.0,
            stance_correlation=correlation,
        )


def test_an_unheard_person_is_a_stranger_who_holds_their_rights():
    heard_of = seated(person("p1", "economic_buyer", phases=STRANGER, stance=None))
    unheard = seated(expected_size=1)

    assert won_by(heard_of) == won_by(unheard)
