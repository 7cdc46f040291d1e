"""Where the people of a buying group stand on a map of who listens to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP, RISE, PER_ROW = 156.0, 88.0, 32.0, 52.0, 5
HEAD = 7.0


@dataclass(frozen=True, slots=True)
class Box:
    """The upper left corner of one person, by their place in what was given."""

    person: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A link as a path, and the point and direction (1 down, -1 up) of its arrow."""

    link: int
    path: str
    x: float
    y: float
    down: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Boxes in reading order, lines in the order of the links; lengths are the SVG's."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def plan_of(count: int, links: Sequence[tuple[int, int]]) -> Plan:
    """Lay `count` people out, those others listen to above; `links` are (giver, taker).

    Deterministic. Boxes never overlap and lines run between them. Whoever has no link
    stands in the last rows, in the order given.

    :raises ValueError: if a link names nobody or one person twice.
    """
    if any(a == b or not (0 <= a < count and 0 <= b < count) for a, b in links):
        raise ValueError("A link is between two of those who are there.")
    rows = _rows(count, links)
    across = max((len(row) for row in rows), default=0)
    width = across * (WIDTH + GAP) + GAP
    boxes = {
        person: Box(
            person,
            (width - len(row) * (WIDTH + GAP) + GAP) / 2 + place * (WIDTH + GAP),
            number * (HEIGHT + RISE),
        )
        for number, row in enumerate(rows)
        for place, person in enumerate(row)
    }
    height = max(0.0, len(rows) * (HEIGHT + RISE) - RISE)
    lines = _lines(links, boxes, rows)
    return Plan(tuple(boxes.values()), lines, width, height)


def _rows(count: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    below = _without_circles(count, links)
    level = dict.fromkeys(range(count), 0)
    for _each in range(count):  # the longest way down, at most that long
        for giver, takers in below.items():
            for taker in takers:
                level[taker] = max(level[taker], level[giver] + 1)
    linked = {end for link in links for end in link}
    groups = [
        [p for p in range(count) if p in linked and level[p] == depth]
        for depth in range(count)
    ]
    groups.append([p for p in range(count) if p not in linked])
    place: dict[int, float] = {}
    rows = []
    for group in groups:
        above = {
            p: [place[g] for g, takers in below.items() if p in takers and g in place]
            for p in group
        }
        middle = {p: sum(at) / len(at) if at else 0.0 for p, at in above.items()}
        ordered = sorted(group, key=lambda p: (middle[p], p))
        for first in range(0, len(ordered), PER_ROW):
            row = ordered[first : first + PER_ROW]
            place |= {p: i - (len(row) - 1) / 2 for i, p in enumerate(row)}
            rows.append(row)
    return rows


def _without_circles(
    count: int, links: Sequence[tuple[int, int]]
) -> dict[int, set[int]]:
    """Those below each person; a link that would close a circle is left out."""
    below: dict[int, set[int]] = {p: set() for p in range(count)}
    for giver, taker in links:
        reached, ahead = {taker}, [taker]
        while ahead:
            more = below[ahead.pop()] - reached
            reached |= more
            ahead += more
        if giver not in reached:
            below[giver].add(taker)
    return below


def _lines(
    links: Sequence[tuple[int, int]], boxes: dict[int, Box], rows: list[list[int]]
) -> tuple[Line, ...]:
    ends: dict[tuple[int, bool], list[tuple[float, int]]] = {}
    for number, (a, b) in enumerate(links):
        upper, lower = sorted((a, b), key=lambda p: boxes[p].y)
        ends.setdefault((upper, True), []).append((boxes[lower].x, number))
        ends.setdefault((lower, False), []).append((boxes[upper].x, number))
    ports = {
        (number, is_upper): boxes[person].x + WIDTH * (i + 1) / (len(there) + 1)
        for (person, is_upper), there in ends.items()
        for i, (_x, number) in enumerate(sorted(there))
    }
    used: dict[tuple[int, float], int] = {}
    lines = []
    for number, (giver, taker) in enumerate(links):
        down = 1 if boxes[giver].y < boxes[taker].y else -1
        upper, lower = (giver, taker) if down == 1 else (taker, giver)
        start, end = ports[number, True], ports[number, False]
        top, bottom = boxes[upper].y + HEIGHT, boxes[lower].y
        path, x, y = f"M{start:g} {top:g}", start, top
        for between in range(
            round(boxes[upper].y / (HEIGHT + RISE)) + 1,
            round(boxes[lower].y / (HEIGHT + RISE)),
        ):
            way, at = _gutter(rows[between], boxes, near=end), between * (HEIGHT + RISE)
            taken = used[between, way] = used.get((between, way), -1) + 1
            way += (taken % 5 - 2) * 5
            path += _bend((x, y), (way, at)) + f"V{at + HEIGHT:g}"
            x, y = way, at + HEIGHT
        path += _bend((x, y), (end, bottom))
        tip = (end, bottom) if down == 1 else (start, top)
        lines.append(Line(number, path, *tip, down))
    return tuple(lines)


def _gutter(row: Sequence[int], boxes: dict[int, Box], *, near: float) -> float:
    """Between which boxes of a row a line passes."""
    left = boxes[row[0]].x - GAP / 2
    ways = [left + i * (WIDTH + GAP) for i in range(len(row) + 1)]
    return min(ways, key=lambda x: (abs(x - near), x))


def _bend(start: tuple[float, float], end: tuple[float, float]) -> str:
    middle, (x, y) = (start[1] + end[1]) / 2, end
    return f"C{start[0]:g} {middle:g} {x:g} {middle:g} {x:g} {y:g}"
