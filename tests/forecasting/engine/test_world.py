"""The synthetic world: published shares of ends, the exact catalogue, the same by seed."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import chi2

from forecasting.engine.world.bundle import Owner, Writer
from forecasting.engine.world.groups import cast_groups
from forecasting.engine.world.outcomes import (
    LOST,
    NO_DECISION,
    WON,
    Endings,
    end_deals,
)
from forecasting.engine.world.parameters import Dwell, Talk, WorldParameters
from forecasting.engine.world.paths import walk
from forecasting.engine.world.picking import tell_all, tell_demo
from forecasting.engine.world.records import Story
from forecasting.engine.world.story import World, make_world, tell
from forecasting.engine.world.talk import language_of
from forecasting.engine.world.wording import Wording, wording_of
from readiness.engine.evidence import SignalKind, catalogue_of

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TWO_OWNERS = (Owner("Alice", "alice@example.com"), Owner("Bob"))


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "readiness/defaults" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def steps(row: dict[str, str], prefix: str) -> tuple[int, ...]:
    return tuple(int(text) for name, text in row.items() if name.startswith(prefix))


CATALOGUE = catalogue_of(
    [
        SignalKind(
            row["code"],
            steps(row, "step_"),
            row["evidence_class"],
            float(row["stance_effect"]),
        )
        for row in rows("signals.csv")
    ]
)
FITS = {row["code"]: steps(row, "fit_") for row in rows("actions.csv")}


def words() -> Wording:
    notes, companies, people = (
        json.loads((ROOT / f"integrations/defaults/demo_{name}.json").read_text())
        for name in ("notes", "companies", "people")
    )
    return wording_of(notes=notes, companies=companies, people=people)


def world_of(*, deals: int = 60, seed: int = 1, **fields: Any) -> World:
    return make_world(
        WorldParameters(deals=deals, **fields),
        catalogue=CATALOGUE,
        fits=FITS,
        rng=np.random.default_rng(seed),
    )


def lines_of(world: World, *, seed: int = 2) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    writer = Writer(
        wording=words(),
        now=NOW,
        zone=ZoneInfo("Europe/Brussels"),
        owners=TWO_OWNERS,
        rng=rng,
    )
    return list(writer.lines(list(tell_all(world, rng=rng)), source="test"))


def ends_of(**fields: Any) -> Endings:
    parameters, rng = WorldParameters(**fields), np.random.default_rng(1)
    groups = cast_groups(parameters, rng=rng)
    paths = walk(parameters, groups, rng=rng)
    return end_deals(parameters, groups, paths, rng=rng)


def shares(outcomes: np.ndarray) -> list[float]:
    return [float((outcomes == kind).mean()) for kind in (WON, LOST, NO_DECISION)]


@pytest.mark.parametrize("erlang", [1, 3])
def test_world_has_the_published_shares_of_ends(erlang: int):
    ends = ends_of(deals=3_000, dwell=Dwell(erlang=erlang))

    assert shares(ends.outcome) == pytest.approx([0.26, 0.25, 0.48], abs=0.04)
    assert shares(ends.outcome[ends.is_forecast]) == pytest.approx(
        [0.47, 0.32, 0.20], abs=0.04
    )


def test_mid_size_deals_take_as_long_to_win_as_published():
    ends = ends_of(deals=2_000, importance={"mid": 1.0}, sizes={"mid": (2, 10)})

    assert np.median(ends.day[ends.outcome == WON]) == pytest.approx(312, rel=0.2)


def test_world_is_the_same_by_seed():
    assert lines_of(world_of()) == lines_of(world_of())
    assert lines_of(world_of()) != lines_of(world_of(seed=3))


@pytest.mark.parametrize("erlang", [1, 2, 3])
def test_dwell_has_its_mean_and_the_spread_of_its_shape(erlang: int):
    parameters = WorldParameters(
        deals=1_500,
        importance={"mid": 1.0},
        sizes={"mid": (3, 7)},
        replaced=0.0,
        dwell=Dwell(erlang=erlang, speed_spread=0.0),
    )
    rng = np.random.default_rng(5)
    paths = walk(parameters, cast_groups(parameters, rng=rng), rng=rng)
    stays = paths.entered[:, 1][paths.phases[:, 0] == 0]

    assert stays.mean() == pytest.approx(60, rel=0.05)
    assert stays.std() / stays.mean() == pytest.approx(erlang**-0.5, rel=0.07)


def test_stances_of_a_group_hang_together():
    parameters = WorldParameters(deals=6_000, replaced=0.0)
    groups = cast_groups(parameters, rng=np.random.default_rng(5))
    first = groups.supports[groups.starts[:-1]]
    second = groups.supports[groups.starts[:-1] + 1]

    assert groups.supports.mean() == pytest.approx(0.62, abs=0.02)
    # The chance that both support us, of two normal variables correlated by a half.
    assert (first & second).mean() == pytest.approx(0.461, abs=0.02)


def test_weights_of_every_group_sum_to_one_and_one_decides():
    groups = cast_groups(WorldParameters(deals=300), rng=np.random.default_rng(5))
    starts = groups.starts[:-1]

    assert np.add.reduceat(groups.weight, starts) == pytest.approx(np.ones(300))
    assert np.add.reduceat(groups.decides.astype(int), starts).tolist() == [1] * 300
    assert groups.sizes.min() == 2
    assert groups.sizes.max() == 10


def test_unperturbed_untilted_language_is_the_catalogue():
    talk = Talk(perturbation=0.0, stance_tilt=0.0)
    language = language_of(CATALOGUE, talk, rng=np.random.default_rng(1))

    for stance in (0, 1):
        assert pytest.approx(CATALOGUE.likelihoods) == language.chances[stance].T


def test_perturbation_moves_the_language_away():
    language = language_of(
        CATALOGUE, Talk(perturbation=0.5), rng=np.random.default_rng(1)
    )
    exact = language_of(CATALOGUE, Talk(), rng=np.random.default_rng(1))

    assert np.abs(language.chances - exact.chances).max() > 0.02
    assert language.chances.sum(axis=-1) == pytest.approx(np.ones((2, 7)))


def test_stance_tilts_what_is_said():
    language = language_of(CATALOGUE, Talk(), rng=np.random.default_rng(1))
    prefers_us = language.codes.index("B27")

    against, in_favour = language.chances[:, 4, prefers_us]
    assert in_favour > 2 * against


def test_plain_draws_follow_the_true_language():
    talk = Talk(is_plausible=False, stance_tilt=0.0, signals_a_contact=2.0)
    world = world_of(deals=500, talk=talk, replaced=0.0)
    rng = np.random.default_rng(3)
    heard = np.zeros((7, len(CATALOGUE.rows)))
    for deal in range(500):
        story = tell(world, deal, until=300.0, rng=rng)
        for contact in story.contacts:
            if contact.day == story.until:
                continue  # the last word is the outcome's
            for seat, code in contact.signals:
                phase = story.truth_of(seat).phase_at(contact.day)
                heard[phase, CATALOGUE.rows[code]] += 1
    expected = CATALOGUE.likelihoods.T * heard.sum(axis=1, keepdims=True)

    # Pearson's statistic over phases and signals; 1 in 10,000 worlds would be further off.
    distance = float(((heard - expected) ** 2 / expected).sum())
    assert distance < chi2.isf(1e-4, df=7 * (len(CATALOGUE.rows) - 1))


def test_truth_is_told_beside_the_facts():
    world = world_of()
    story = tell(world, 0, until=200.0, rng=np.random.default_rng(1))

    for person in story.truth:
        days = [day for _, day in person.stays]
        assert days == sorted(days)
        assert all(0 <= phase <= 6 for phase, _ in person.stays)
        assert all(was != now for (was, _), (now, _) in pairwise(person.stays))
    assert {person.seat for person in story.truth if person.seat is not None} == {
        seat.number for seat in story.seats
    }


def test_nobody_is_heard_before_or_after_their_seat():
    world = world_of(deals=200, replaced=0.3)
    rng = np.random.default_rng(1)

    for story in tell_all(world, rng=rng):
        for contact in story.contacts:
            assert 0 <= contact.day <= story.until
            for seat in contact.seats:
                left = story.seats[seat].left
                assert left is None or contact.day <= left


def test_lines_refer_to_what_is_there():
    lines = lines_of(world_of())
    ids = {
        kind: {line["id"] for line in lines if line["type"] == kind}
        for kind in ("company", "person", "opportunity", "stakeholder")
    }

    for line in lines:
        assert line.get("company") is None or line["company"] in ids["company"]
        assert line.get("person") is None or line["person"] in ids["person"]
        assert set(line.get("participants", [])) <= ids["stakeholder"]
        deal = line.get("opportunity")
        assert deal is None or deal in ids["opportunity"]


def test_lines_have_no_slot_left_and_no_future():
    for line in lines_of(world_of()):
        assert "{" not in json.dumps(list(line.values())[1:]).replace('{"', "")
        for name in ("occurred_at", "set_at", "confirmed_at", "changed_at"):
            assert line.get(name, "") <= "2026-05-04T09:30:00Z"


def test_every_signal_and_action_has_words_in_three_languages():
    shipped = words()

    assert set(shipped.signals) == set(CATALOGUE.rows)
    assert set(shipped.actions) == {*FITS, "heard"}
    for told in (*shipped.signals.values(), *shipped.actions.values()):
        assert set(told) == {"en", "nl", "fr"}
        assert len({len(texts) for texts in told.values()}) == 1


def test_demo_is_half_open_and_shows_every_symptom_twice():
    world = world_of(deals=2_000)
    stories = tell_demo(world, deals=60, each_symptom=2, rng=np.random.default_rng(1))

    outcomes = Counter(story.outcome for story in stories)
    assert outcomes["open"] == 30
    assert outcomes["won"] == outcomes["lost"] == 8
    forced = Counter(story.symptom for story in stories if story.symptom)
    assert forced == {"S1": 2, "S2": 2, "S3": 2, "S4": 2, "S5": 2}
    assert all(len(story.seats) >= 2 for story in stories)


def test_world_too_small_for_a_demo_says_so():
    with pytest.raises(ValueError, match="too few symptoms"):
        tell_demo(
            world_of(deals=5), deals=60, each_symptom=2, rng=np.random.default_rng(1)
        )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"deals": 0}, "needs a deal, not 0"),
        ({"dwell": Dwell(erlang=4)}, "not 4"),
        ({"support": 1.2}, r"not 1\.2"),
        ({"split": (0.5, 0.5, 0.5)}, "shares of one"),
    ],
)
def test_world_refuses_what_cannot_be(fields: dict[str, Any], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        WorldParameters(**{"deals": 1} | fields)


@cache
def told_demo() -> list[Story]:
    world, rng = world_of(deals=2_500, seed=13), np.random.default_rng(1)
    return tell_demo(world, deals=60, each_symptom=2, rng=rng)


def demo_of(symptom: str) -> list[Story]:
    stories = [story for story in told_demo() if story.symptom == symptom]
    assert len(stories) == 2
    return stories


def said_by_main(story: Story, *, since: float = 0.0) -> list[str]:
    return [
        code
        for contact in story.contacts
        for seat, code in contact.signals
        if seat == story.main.number and contact.day >= since
    ]


def test_s1_dates_move_twice_without_an_event():
    for story in demo_of("S1"):
        moves = [date for date in story.dates if not date.is_first]

        assert sum(not date.is_linked for date in moves) >= 2
        assert {"B32", "B33"} <= set(said_by_main(story))


def test_s2_questions_stay_without_an_answer():
    for story in demo_of("S2"):
        asked = [
            contact.day
            for contact in story.contacts
            for code, seats in contact.actions
            if code == "A01" and story.main.number in seats
        ]
        after = said_by_main(story, since=asked[0])

        assert len(asked) >= 2
        assert "B02" in after
        assert not {"B03", "B04", "B13"} & set(after)


def test_s3_only_the_successor_is_heard_since():
    for story in demo_of("S3"):
        late = [c for c in story.contacts if c.day > story.main.joined]

        assert story.main.replaces is not None
        assert {"B45", "B46", "B47"} <= set(said_by_main(story))
        assert {seat for contact in late for seat in contact.seats} == {
            story.main.number
        }


def test_s4_scope_of_the_quote_changes_again_and_again():
    for story in demo_of("S4"):
        assert [quote.change for quote in story.quotes] == ["first", *["scope"] * 3]
        assert [quote.version for quote in story.quotes] == [1, 2, 3, 4]


def test_s5_seller_counts_on_a_deal_without_a_file():
    for story in demo_of("S5"):
        codes = {code for contact in story.contacts for _, code in contact.signals}

        assert not story.file_items
        assert {"B10", "B43"} <= codes
        assert not {"B08", "B09", "B13", "B14", "B17", "B38", "B40"} & codes
        assert story.seller[-1].probability == 0.8
