"""What is heard in a whole world at once: drawn from its true language, in its time."""

import numpy as np
import pytest

from forecasting.engine.world.hearing import closing_days, hear
from tests.forecasting.engine.test_world import CATALOGUE, world_of

SECONDS = 86_400.0


@pytest.fixture(scope="module")
def world():
    return world_of(deals=300, replaced=0.0)


@pytest.fixture(scope="module")
def hearing(world):
    rng = np.random.default_rng(5)
    return hear(world, until=closing_days(world), rng=rng, confirmed=0.1)


def test_hearing_is_the_same_by_seed(world, hearing):
    again = hear(
        world,
        until=closing_days(world),
        rng=np.random.default_rng(5),
        confirmed=0.1,
    )

    assert again.facts.at.tolist() == hearing.facts.at.tolist()
    assert again.facts.row.tolist() == hearing.facts.row.tolist()


def test_nothing_is_heard_before_joining_or_after_the_end(hearing):
    facts = hearing.facts

    assert (facts.at >= hearing.joined_at[facts.person]).all()
    assert (facts.at <= hearing.closed_at[hearing.deal[facts.person]]).all()


def test_only_people_who_were_found_are_heard(world, hearing):
    assert world.groups.is_found[hearing.seat].all()
    assert world.groups.deal[hearing.seat].tolist() == hearing.deal.tolist()


def test_truth_is_the_phase_at_that_time(world, hearing):
    facts = hearing.facts
    seat = hearing.seat[facts.person]

    assert (world.paths.at(seat, facts.at / SECONDS) == hearing.truth).all()


def test_confirmations_say_the_truth(hearing):
    signals = len(CATALOGUE.classes)
    is_word = hearing.facts.row >= signals

    assert 0.02 < is_word.mean() < 0.2
    assert (hearing.facts.row[is_word] - signals == hearing.truth[is_word]).all()


def test_signals_are_drawn_from_the_language_of_the_world(world, hearing):
    signals = len(CATALOGUE.classes)
    seat = hearing.seat[hearing.facts.person]
    chosen = (
        (hearing.truth == 0)
        & world.groups.supports[seat]
        & (hearing.facts.row < signals)
    )
    count = int(chosen.sum())

    found = np.bincount(hearing.facts.row[chosen], minlength=signals) / count

    spread = np.sqrt(world.language.chances[1, 0] / count)
    assert count > 500
    assert (np.abs(found - world.language.chances[1, 0]) < 4.5 * spread).all()
