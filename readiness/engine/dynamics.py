"""How a phase changes while nothing is heard: a Markov chain in continuous time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, frozen, positive

# A decomposition loses about log10(condition) of the 16 digits of a double; beyond
# this the series below, which adds only positive numbers, is the better one.
WORST_CONDITION = 1e5
ROW_TOLERANCE = 1e-9
SERIES_TERMS = 24  # 1/24! = 2e-24, far below the last digit


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """`right @ diag(eigenvalues) @ left` is the generator; complex in pairs, or real."""

    eigenvalues: npt.NDArray[np.number]
    right: npt.NDArray[np.number]
    left: npt.NDArray[np.number]


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """A generator (K x K, rates per day, rows sum to 0) and what computes exp(Qt).

    Where the decomposition is not trustworthy `modes` is None and `fallback` says why;
    exp(Qt) is then summed as a series.
    """

    generator: Floats
    modes: Modes | None
    fallback: str

    @property
    def count(self) -> int:
        """The number of phases."""
        return int(self.generator.shape[0])


def banded_jumps(
    *,
    forward_one: Sequence[float],
    forward_two: Sequence[float],
    back_one: Sequence[float],
) -> Floats:
    """Return jump shares (K x K) of a chain that moves by one or two phases.

    Each argument has one share per phase of departure.

    :raises ValueError: if the lengths differ or a share leads out of the chain.
    """
    count = len(forward_one)
    shares = np.zeros((count, count))
    for offset, band in ((1, forward_one), (2, forward_two), (-1, back_one)):
        if len(band) != count:
            raise ValueError(f"{count} jump shares are needed, not {len(band)}.")
        for phase, share in enumerate(band):
            if 0 <= phase + offset < count:
                shares[phase, phase + offset] = share
            elif share:
                raise ValueError(
                    f"A jump of {offset:+} from phase {phase} leaves the chain."
                )
    return shares


def generator_of(*, dwell_days: Sequence[float], jumps: npt.ArrayLike) -> Floats:
    """Return the generator: q[k, m] = jumps[k, m] / dwell_days[k], rows sum to zero.

    `jumps` (K x K) has a zero diagonal and rows that sum to one; a row of zeros makes
    the phase absorbing, whatever its dwell. (Norris 1997, Markov Chains, 2.6.)

    :raises ValueError: if a dwell is not above zero or a row does not sum to one.
    """
    shares = np.asarray(jumps, dtype=np.float64)
    count = len(dwell_days)
    if shares.shape != (count, count):
        raise ValueError(f"Jump shares must be {count} x {count}, not {shares.shape}.")
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.diagonal().any():
        raise ValueError(f"Jump shares must be >= 0, 0 to itself: {shares.tolist()}.")
    sums = shares.sum(axis=1)
    wrong = (np.abs(sums - 1) > ROW_TOLERANCE) & (sums != 0)
    if wrong.any():
        raise ValueError(f"Jump shares must sum to 1, not {float(sums[wrong][0])!r}.")
    dwell = np.array([positive(days, name="A mean dwell") for days in dwell_days])
    rates: Floats = shares / dwell[:, None]
    np.fill_diagonal(rates, -rates.sum(axis=1))
    return rates


def dynamics_of(generator: npt.ArrayLike) -> Dynamics:
    """Return the generator with one eigen-decomposition that serves every duration.

    (Moler & Van Loan 2003, Nineteen dubious ways, method 14, with its condition check.)

    :raises ValueError: if it is not a generator.
    """
    rates = checked_generator(generator)
    eigenvalues, right = np.linalg.eig(rates)
    fallback = _distrust(rates, eigenvalues, right)
    if fallback:
        return Dynamics(rates, None, fallback)
    # A generator has no growing part: what is above zero is rounding.
    decaying: npt.NDArray[np.number] = eigenvalues - np.maximum(eigenvalues.real, 0)
    left: npt.NDArray[np.number] = np.linalg.inv(right)
    for array in (decaying, right, left):
        array.flags.writeable = False
    return Dynamics(rates, Modes(decaying, right, left), "")


def checked_generator(generator: npt.ArrayLike) -> Floats:
    """Return a read-only copy of the generator.

    :raises ValueError: if it is not square with at least two phases, a rate between
        phases is negative or not finite, or a row does not sum to zero.
    """
    rates = frozen(generator)
    if rates.ndim != 2 or rates.shape[0] != rates.shape[1] or rates.shape[0] < 2:
        raise ValueError(f"A generator is square, two or more, not {rates.shape}.")
    if not np.isfinite(rates).all():
        raise ValueError(f"A rate must be a finite number: {rates.tolist()}.")
    between = rates[~np.eye(len(rates), dtype=bool)]
    if (between < 0).any():
        raise ValueError(
            f"A rate between phases is negative: {float(between.min())!r}."
        )
    sums = rates.sum(axis=1)
    if (np.abs(sums) > ROW_TOLERANCE * max(1.0, float(between.max()))).any():
        raise ValueError(f"Rows of a generator must sum to 0, not {sums.tolist()}.")
    return rates


def _distrust(
    rates: Floats,
    eigenvalues: npt.NDArray[np.number],
    right: npt.NDArray[np.number],
) -> str:
    condition = float(np.linalg.cond(right))
    if not condition <= WORST_CONDITION:
        return f"eigenvectors nearly dependent, condition {condition:.1e}"
    rebuilt = (right * eigenvalues) @ np.linalg.inv(right)
    error = float(np.abs(rebuilt - rates).max())
    if error > 1e-12 * max(float(np.abs(rates).max()), np.finfo(float).tiny):
        return f"decomposition does not give the generator back, error {error:.1e}"
    return ""


def propagate(dynamics: Dynamics, chances: Floats, days: float | Floats) -> Floats:
    """Return p exp(Q days): the probabilities after so many days without news.

    `chances` is (K,) with one duration, or (N, K) with N durations. The answer is never
    negative and sums to one.

    :raises ValueError: if a duration is negative or not finite, or the shapes differ.
    """
    modes = dynamics.modes
    if modes is None:
        steps = transition(dynamics, days)
        _check_fit(dynamics, chances, steps.shape[:-2])
        return normalised(np.matmul(chances[..., None, :], steps)[..., 0, :])
    elapsed = checked_durations(days)
    _check_fit(dynamics, chances, elapsed.shape)
    # expm1 keeps the rounding in proportion to the time that passed.
    grown = np.expm1(elapsed[..., None] * modes.eigenvalues)
    change = ((chances @ modes.right) * grown) @ modes.left
    return normalised(chances + change.real)


def _check_fit(dynamics: Dynamics, chances: Floats, durations: tuple[int, ...]) -> None:
    if chances.shape != (*durations, dynamics.count):
        raise ValueError(
            f"{chances.shape} probabilities do not fit {durations} durations "
            f"and {dynamics.count} phases."
        )


def transition(dynamics: Dynamics, days: float | Floats) -> Floats:
    """Return exp(Q days): row k holds the chances of each phase from phase k.

    One duration gives (K, K), an array of durations (..., K, K).

    :raises ValueError: if a duration is negative or not finite.
    """
    elapsed = checked_durations(days)
    modes = dynamics.modes
    if modes is None:
        return _transition_by_series(dynamics.generator, elapsed)
    grown = np.expm1(elapsed[..., None] * modes.eigenvalues)
    change = (modes.right * grown[..., None, :]) @ modes.left
    return normalised(np.eye(dynamics.count) + change.real)


def _transition_by_series(rates: Floats, elapsed: Floats) -> Floats:
    """Uniformise, then square: only sums of positive terms, so nothing cancels.

    exp(Qt) = (sum_n e^-a a^n/n! (I + Q/r)^n)^(2^j), r the fastest rate, a = r t / 2^j.
    (Jensen 1953; scaling and squaring as in Moler & Van Loan 2003, method 3.)
    """
    fastest = float(-rates.diagonal().min())
    identity = np.eye(len(rates))
    if fastest == 0:
        return np.broadcast_to(identity, (*elapsed.shape, *identity.shape)).copy()
    events = fastest * elapsed
    squarings = int(np.ceil(np.log2(max(float(events.max(initial=1.0)), 1.0))))
    step = identity + rates / fastest
    weight = np.exp(-(events / 2**squarings))[..., None, None]
    power, total = identity, weight * identity
    for n in range(1, SERIES_TERMS):
        weight = weight * (events / 2**squarings)[..., None, None] / n
        power = power @ step
        total = total + weight * power
    for _ in range(squarings):
        total = normalised(total @ total)
    return normalised(total)


def checked_durations(days: float | Floats) -> Floats:
    """Return the durations as an array.

    :raises ValueError: if one is negative or not finite.
    """
    if isinstance(days, float) and 0 <= days < math.inf:
        return np.asarray(days)  # the common case, quickly
    elapsed = np.asarray(days, dtype=np.float64)
    wrong = ~((elapsed >= 0) & np.isfinite(elapsed))
    if wrong.any():
        raise ValueError(
            f"Days must be 0 or more, not {float(elapsed[wrong].flat[0])!r}."
        )
    return elapsed


def normalised(rows: Floats) -> Floats:
    """Return the rows without negative rounding and with a sum of one."""
    kept = np.maximum(rows, 0.0)
    kept /= kept.sum(axis=-1, keepdims=True)
    return kept
