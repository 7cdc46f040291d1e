"""Whether learned numbers foretell deals they have not seen better than others do."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.leaning import Leanings
from readiness.engine.learning.parameters import Parameters

# So many confirmations say something; fewer are left out of the judgement.
FEWEST_CONFIRMATIONS = 10
NORMAL = 2.326348  # the 99 % point: there are five trials, so about 5 % in all


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate against what was accepted before it, on held-out deals.

    `loss` and `before` are mean -log P of a signal given what was heard earlier, in
    nats, `gain` their difference and `error` its standard error (deals as clusters);
    `words_gain` is the same of confirmations, None when there were too few.
    """

    name: str
    deals: int
    signals: int
    before: float
    loss: float
    gain: float
    error: float
    confirmations: int
    words_gain: float | None
    is_accepted: bool

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the gain."""
        return self.gain - 1.96 * self.error, self.gain + 1.96 * self.error


def judge(
    name: str, *, listening: Listening, accepted: Parameters, candidate: Parameters
) -> Trial:
    """Return how a candidate does, and whether it may replace what was accepted.

    It may when its gain per signal is above zero by a one-sided test at 1 %, so that
    luck with a few deals is not enough, and confirmations, where there are enough, are
    foretold no worse. A tie or a loss leaves what was accepted. (Ratio estimate over
    clusters: Cochran 1977, 6.3.)
    """
    old, new = foretold(listening, accepted), foretold(listening, candidate)
    heard = listening.heard
    is_signal = heard.row < listening.signals
    deal = heard.deal[heard.person]
    signals = int(is_signal.sum())
    gains, sizes = np.zeros((2, heard.deals))
    np.add.at(gains, deal, (new - old) * is_signal)
    np.add.at(sizes, deal, is_signal)
    gain, error = _ratio(gains, sizes)
    words = (new - old)[~is_signal]
    words_gain = float(words.mean()) if len(words) >= FEWEST_CONFIRMATIONS else None
    clusters = int((sizes > 0).sum())
    return Trial(
        name=name,
        deals=clusters,
        signals=signals,
        before=-float(old[is_signal].mean()) if signals else 0.0,
        loss=-float(new[is_signal].mean()) if signals else 0.0,
        gain=gain,
        error=error,
        confirmations=len(words),
        words_gain=words_gain,
        is_accepted=gain > demanded(clusters) * error
        and (words_gain is None or words_gain >= 0),
    )


def foretold(listening: Listening, parameters: Parameters) -> Floats:
    """Return the log chance of each fact (M,), the stance taken in where it was learned."""
    logs = listening.foretold(parameters)
    if parameters.tilt:
        known = Leanings(listening, parameters)
        logs[known.facts] += known.gains(
            tilt=parameters.tilt, fading_days=parameters.fading_days
        )
    return logs


def demanded(clusters: int) -> float:
    """Return how many standard errors a gain must reach: the 99 % point of Student's t.

    By its expansion around the normal point (Abramowitz & Stegun 1964, 26.7.5); at
    three degrees of freedom it is 4.45 instead of 4.54, from ten on right to 0.001.
    """
    freedom = max(clusters - 1, 1)
    first = (NORMAL**3 + NORMAL) / 4
    second = (5 * NORMAL**5 + 16 * NORMAL**3 + 3 * NORMAL) / 96
    third = (3 * NORMAL**7 + 19 * NORMAL**5 + 17 * NORMAL**3 - 15 * NORMAL) / 384
    return NORMAL + first / freedom + second / freedom**2 + third / freedom**3


def _ratio(gains: Floats, sizes: Floats) -> tuple[float, float]:
    """Return the mean gain per signal and its standard error; (0, 0) of nothing."""
    total, clusters = float(sizes.sum()), int((sizes > 0).sum())
    if clusters < 2:
        return 0.0, 0.0
    gain = float(gains.sum()) / total
    spread = float(((gains - gain * sizes) ** 2).sum()) * clusters / (clusters - 1)
    return gain, float(np.sqrt(spread)) / total
