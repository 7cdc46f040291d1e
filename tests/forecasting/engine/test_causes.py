"""Hidden causes shape what is said, and the truth about them rests on nothing said."""

from functools import cache

import numpy as np
import pytest

from forecasting.engine.world.causes import closed_because, true_symptoms
from forecasting.engine.world.parameters import Hidden
from forecasting.engine.world.records import Story
from forecasting.engine.world.story import tell
from tests.forecasting.engine.test_world import world_of


@cache
def stories() -> tuple[Story, ...]:
    world = world_of(deals=80, hidden=Hidden(), replaced=0.15)
    rng = np.random.default_rng(3)
    return tuple(tell(world, deal, until=500.0, rng=rng) for deal in range(80))


def causes_of(story: Story):
    assert story.causes is not None
    return story.causes


def test_truth_rests_on_nothing_that_was_said():
    rng = np.random.default_rng(3)
    world = world_of(deals=80, hidden=Hidden(), replaced=0.15)
    for deal in range(10):
        story = tell(world, deal, until=500.0, rng=rng)
        before = true_symptoms(story, 60.0)

        for rows in (story.contacts, story.quotes, story.file_items, story.seller):
            rows.clear()

        assert true_symptoms(story, 60.0) == before


def test_a_world_without_causes_has_no_truth_to_tell():
    story = tell(world_of(), 0, until=300.0, rng=np.random.default_rng(1))

    with pytest.raises(ValueError, match="without hidden causes"):
        true_symptoms(story, 60.0)


def test_a_closed_mind_dodges_and_an_open_one_answers():
    dodged: dict[bool, list[bool]] = {True: [], False: []}
    for story in stories():
        for contact in story.contacts:
            if any(code == "A01" for code, _ in contact.actions):
                for seat in contact.seats:
                    is_closed = bool(closed_because(story, seat, contact.day))
                    dodged[is_closed].append((seat, "B02") in contact.signals)

    assert np.mean(dodged[True]) > 0.5 > 0.2 > np.mean(dodged[False])


def test_nobody_talks_past_a_gatekeeper():
    gated = [s for s in stories() if causes_of(s).gatekeeper is not None]

    assert gated
    for story in gated:
        causes = causes_of(story)
        # The last words of a deal are whose they are.
        late = [
            contact
            for contact in story.contacts
            if causes.shielded_from <= contact.day < story.until
            and not any(code == "A05" for code, _ in contact.actions)
        ]
        assert {seat for c in late for seat in c.seats} <= {causes.gatekeeper}


def test_a_file_goes_with_the_sponsor_who_carried_it():
    lost = [s for s in stories() if causes_of(s).file == "lost"]

    assert lost
    for story in lost:
        left = causes_of(story).file_lost_on
        assert true_symptoms(story, left - 1)["S5"] == frozenset()
        assert true_symptoms(story, left + 900)["S5"] <= {"lost_its_sponsor"}
