"""The map of a buying group: nobody stands on another, no line crosses a person."""

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.engine.influence_map import GAP, HEIGHT, WIDTH, plan_of

groups = st.integers(1, 15).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda link: link[0] != link[1]
            ),
            max_size=40,
            unique=True,
        ),
    )
)


@given(groups)
def test_nobody_overlaps_and_everybody_stands_once_within_the_frame(group):
    count, links = group

    plan = plan_of(count, links)

    assert sorted(box.person for box in plan.boxes) == list(range(count))
    for a, b in combinations(plan.boxes, 2):
        assert abs(a.x - b.x) >= WIDTH + GAP - 1e-6 or abs(a.y - b.y) >= HEIGHT
    assert all(0 <= box.x <= plan.width - WIDTH for box in plan.boxes)
    assert all(0 <= box.y <= plan.height - HEIGHT for box in plan.boxes)
    assert plan == plan_of(count, links)


@given(groups)
def test_no_line_runs_through_a_person(group):
    plan = plan_of(*group)

    assert len(plan.lines) == len(group[1])
    for line in plan.lines:
        for way, top in re.findall(r" ([\d.]+) ([\d.]+)V", line.path):
            x, y = float(way), float(top)
            row = [box for box in plan.boxes if abs(box.y - y) < 1e-3]
            assert row
            assert all(not box.x <= x <= box.x + WIDTH for box in row)


def test_who_is_listened_to_stands_above_and_the_unlinked_last():
    plan = plan_of(4, [(2, 0), (0, 1)])

    assert [box.person for box in plan.boxes] == [2, 0, 1, 3]
    assert [line.down for line in plan.lines] == [1, 1]


def test_two_who_listen_to_each_other_get_two_lines():
    down, up = plan_of(2, [(0, 1), (1, 0)]).lines

    assert (down.down, up.down) == (1, -1)
    assert down.x != up.x


@pytest.mark.parametrize("link", [(0, 0), (0, 2), (-1, 0)])
def test_a_link_to_nobody_is_refused(link):
    with pytest.raises(ValueError, match="between two"):
        plan_of(2, [link])
