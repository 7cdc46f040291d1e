import pytest

from forecasting.engine.rules import (
    Approvals,
    GroupRule,
    clauses_of,
    default_rule,
    economic_buyer_alone,
    m_of_n,
    quorum_rule,
    unanimity_of_approvers,
)
from tests.forecasting.engine.deals import person, seated

GROUP = seated(
    person("p1", "economic_buyer"),
    person("p2", "approver"),
    person("p3", "legal_security", stance=0.2, opposing_signals=2),
    person("p4", "champion"),
    person("p5", "coach"),
)


def test_default_rule_takes_approvers_vetoes_and_steps():
    clauses = clauses_of(default_rule(), group=GROUP)

    assert clauses.required == (True, True, False, False, False)
    assert clauses.conditional == (False, False, True, False, False)
    assert clauses.blocked == (False, False, True, False, False)
    assert clauses.steps == (20, 6, 4, 10, 0)
    assert clauses.needed == 24


def test_economic_buyer_alone_asks_nobody_else():
    clauses = clauses_of(economic_buyer_alone(), group=GROUP)

    assert clauses.required == (True, False, False, False, False)
    assert not any(clauses.blocked)
    assert clauses.needed == 0


def test_economic_buyer_alone_falls_back_on_the_approvers():
    group = seated(person("p1", "approver"), person("p2", "champion"))

    assert clauses_of(economic_buyer_alone(), group=group).required == (True, False)


def test_unanimity_asks_every_approver():
    clauses = clauses_of(unanimity_of_approvers(), group=GROUP)

    assert clauses.required == (True, True, False, False, False)
    assert clauses.needed == 0


@pytest.mark.parametrize(
    ("quorum", "needed"), [(0.5, 20), (0.1 + 0.2 + 0.3, 24), (0.61, 25)]
)
def test_quorum_counts_influence_only(quorum, needed):
    clauses = clauses_of(quorum_rule(quorum=quorum), group=GROUP)

    assert not any(clauses.required)
    assert clauses.needed == needed


@pytest.mark.parametrize(("asked", "needed"), [(3, 3), (9, 4)])
def test_m_of_n_counts_seats_with_weight_and_at_most_all(asked, needed):
    clauses = clauses_of(m_of_n(endorsements=asked), group=GROUP)

    assert clauses.steps == (1, 1, 1, 1, 0)
    assert clauses.needed == needed


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"quorum": 0.0}, "0.0"),
        ({"quorum": 1.1}, "1.1"),
        ({"endorsements": 0}, "0 endorsements"),
        ({"endorsements": 2, "quorum": 0.5}, "weights and heads"),
        ({"approvals": Approvals.NONE}, "asks nobody"),
    ],
)
def test_a_rule_refuses(rule, words):
    with pytest.raises(ValueError, match=words):
        GroupRule(
            **{"name": "x", "approvals": Approvals.ALL, "has_vetoes": True} | rule
        )
