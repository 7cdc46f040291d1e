"""Random models and facts for the property tests of the engine."""

import numpy as np
from hypothesis import strategies as st

from readiness.engine.dynamics import generator_of
from readiness.engine.evidence import SignalKind, catalogue_of
from readiness.engine.model import Settings, model_of
from readiness.engine.records import Confirmation, Signal

DAY = 86_400.0
CODES = ("X1", "X2", "X3", "X4")


@st.composite
def chances(draw, count):
    """A distribution over `count` phases."""
    weights = draw(st.lists(st.floats(0.01, 1), min_size=count, max_size=count))
    return np.array(weights) / sum(weights)


@st.composite
def generators(draw, count):
    """Rates per day between any two phases, some of them zero."""
    rates = st.one_of(st.just(0.0), st.floats(0.001, 0.2))
    jumps = np.array(draw(st.lists(rates, min_size=count**2, max_size=count**2)))
    jumps = jumps.reshape(count, count)
    np.fill_diagonal(jumps, 0)
    for phase in range(count):
        jumps[phase, (phase + 1) % count] += 0.01
    dwell = 1 / jumps.sum(axis=1)
    return generator_of(dwell_days=dwell, jumps=jumps * dwell[:, None])


@st.composite
def kinds_of(draw, count):
    steps = st.lists(st.integers(1, 5), min_size=count, max_size=count)
    classes, effects = st.sampled_from("AOTI"), st.integers(-2, 2)
    return [
        SignalKind(code, tuple(draw(steps)), draw(classes), draw(effects))
        for code in CODES
    ]


@st.composite
def models(draw, low=2, high=12):
    """A model of `low` to `high` phases, each with an anchor of its own."""
    count = draw(st.integers(low, high))
    window = draw(st.sampled_from([14.0, None]))
    return model_of(
        anchors=[f"anchor {phase}" for phase in range(count)],
        prior=draw(chances(count)),
        generator=draw(generators(count)),
        catalogue=catalogue_of(draw(kinds_of(count))),
        settings=Settings(damping_days=window),
    )


# Few distinct times, so that many facts share one and many repeat within 14 days.
TIMES = st.integers(0, 40).map(lambda half: half * DAY / 2)
SIGNALS = st.builds(
    Signal,
    at=TIMES,
    code=st.sampled_from(CODES),
    evidence_class=st.sampled_from([None, "A", "I"]),
)
CONFIRMATIONS = st.builds(
    Confirmation, at=TIMES, anchor=st.sampled_from(["anchor 0", "anchor 1"])
)
FACTS = st.lists(st.one_of(SIGNALS, SIGNALS, SIGNALS, CONFIRMATIONS), max_size=8)
