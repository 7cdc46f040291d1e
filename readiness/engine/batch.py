"""Many persons at once: one step of everybody per matrix product."""

from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import (
    SECONDS_PER_DAY,
    Floats,
    Integers,
    frozen,
    probabilities,
)
from readiness.engine.dynamics import Dynamics, checked_durations, transition
from readiness.engine.evidence import TEMPERS
from readiness.engine.model import ReadinessModel
from readiness.engine.stance import voices

# Persons filtered together: their K x CHUNK numbers stay in the second-level cache.
CHUNK = 4_096
CLASSES = tuple(TEMPERS)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts of N persons, M in all, each array (M,), in any order.

    `person` is 0..N-1, `at` seconds since 1970 UTC. `row` is the catalogue's row of a
    signal, or S + k for a confirmation of the anchor of phase k. `evidence_class` is an
    index into `CLASSES`, -1 for the class of the row and for confirmations.
    """

    person: Integers
    at: Floats
    row: Integers
    evidence_class: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Facts in the order in which they are filtered; made once, filtered many times.

    Persons stand by falling number of facts (`persons`, (N,)), cut into chunks. Within
    a chunk come the first facts of all persons, then the second facts of those who have
    one, and so on: `waits` and `columns` (M,) hold the paced days before each and its
    column in `likelihoods` (K x U). `active[c]` says how many persons take each step;
    `places` (M,) is where each fact, as it was given, stands.
    """

    persons: Integers
    active: tuple[Integers, ...]
    waits: Floats
    columns: Integers
    likelihoods: Floats
    last_waits: Floats
    places: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Stances:
    """`support` (N,) is P(for), nan where nothing bearing on it was heard."""

    support: Floats
    negative_signals: Integers


def propagate_many(dynamics: Dynamics, chances: Floats, days: Floats) -> Floats:
    """Return each row p exp(Q days): N x K probabilities after N paced durations.

    Equal to `propagate` row by row to about 1e-15, in far less time.

    :raises ValueError: if a row is no distribution or a duration is negative.
    """
    start = probabilities(chances, name="The probabilities", count=dynamics.count)
    elapsed = checked_durations(days)
    if elapsed.shape != (len(start),):
        raise ValueError(f"{elapsed.shape} durations do not fit {start.shape}.")
    moved = np.empty_like(start)
    for low in range(0, len(start), CHUNK):
        part = np.ascontiguousarray(start[low : low + CHUNK].T)
        _wait(dynamics, part, elapsed[low : low + CHUNK])
        moved[low : low + CHUNK] = part.T
    return moved


def schedule_of(
    facts: Facts,
    *,
    model: ReadinessModel,
    joined_at: Floats,
    as_of: Floats,
    pace: Floats,
) -> Schedule:
    """Return the facts of N persons in filtering order.

    `joined_at`, `as_of` (seconds) and `pace` (importance times buying class) are (N,).

    :raises ValueError: if shapes differ, a time is not finite or after `as_of`, a pace
        is not above zero, or a person, row or class does not exist.
    """
    _check_facts(facts, model, count=len(joined_at))
    _check_persons(facts, joined_at=joined_at, as_of=as_of, pace=pace)
    lengths = np.bincount(facts.person, minlength=len(joined_at))
    order = np.lexsort((facts.at, facts.person))
    person, at = facts.person[order], facts.at[order]
    index = np.arange(len(at)) - (np.cumsum(lengths) - lengths)[person]
    starts = joined_at.copy()
    np.minimum.at(starts, facts.person, facts.at)
    before = np.where(index == 0, starts[person], np.roll(at, 1))
    persons = np.argsort(-lengths, kind="stable")
    active, place = _places(lengths[persons], np.argsort(persons)[person], index)
    waits, columns = np.empty(len(at)), np.empty(len(at), dtype=np.int64)
    waits[place] = (at - before) / SECONDS_PER_DAY / pace[person]
    used, likelihoods = _columns(facts, model)
    columns[place] = used[order]
    ends = starts.copy()
    np.maximum.at(ends, facts.person, facts.at)
    return Schedule(
        persons=persons,
        active=active,
        waits=waits,
        columns=columns,
        likelihoods=likelihoods,
        last_waits=((as_of - ends) / SECONDS_PER_DAY / pace)[persons],
        places=place[np.argsort(order)],
    )


def filter_many(schedule: Schedule, *, dynamics: Dynamics, priors: Floats) -> Floats:
    """Return N x K probabilities at each person's `as_of`, in the order of the persons.

    `priors` is (N, K) or (K,) for everybody. Equal to `replay` to 1e-12.

    :raises ValueError: if a prior is no distribution or the shapes differ.
    """
    return _filtered(schedule, dynamics=dynamics, priors=priors, before=None)


def before_moments(
    schedule: Schedule, facts: Facts, *, dynamics: Dynamics, priors: Floats
) -> Floats:
    """Return M x K probabilities just before the moment of each fact, as they were given.

    :raises ValueError: as `filter_many`.
    """
    before = np.empty((len(facts.at), dynamics.count))
    _filtered(schedule, dynamics=dynamics, priors=priors, before=before)
    order = np.lexsort((facts.at, facts.person))
    person, at = facts.person[order], facts.at[order]
    is_later = np.ones(len(order), dtype=bool)
    is_later[1:] = (person[1:] != person[:-1]) | (at[1:] != at[:-1])
    first = np.maximum.accumulate(np.where(is_later, np.arange(len(order)), 0))
    answer = np.empty_like(before)
    answer[order] = before[schedule.places[order[first]]]
    return answer


def _filtered(
    schedule: Schedule, *, dynamics: Dynamics, priors: Floats, before: Floats | None
) -> Floats:
    """Filter; what is known before each fact goes into `before`, in filtering order."""
    checked = probabilities(priors, name="The priors", count=dynamics.count)
    shape = (len(schedule.persons), dynamics.count)
    start = np.broadcast_to(checked, shape)
    answer = np.empty(shape)
    done = 0
    for chunk, active in enumerate(schedule.active):
        ranks = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
        persons = schedule.persons[ranks]
        chances = np.ascontiguousarray(start[persons].T)
        for heard in active:
            now = chances[:, :heard]
            facts = slice(done, done + heard)
            _wait(dynamics, now, schedule.waits[facts])
            if before is not None:
                before[facts] = (now / now.sum(axis=0)).T
            now *= schedule.likelihoods.take(schedule.columns[facts], axis=1)
            now *= 1 / now.sum(axis=0)
            done += int(heard)
        _wait(dynamics, chances, schedule.last_waits[ranks])
        answer[persons] = (chances / chances.sum(axis=0)).T
    return answer


def stances_many(
    facts: Facts,
    *,
    model: ReadinessModel,
    as_of: Floats,
    before: Floats | None = None,
) -> Stances:
    """Return the stances of N persons at `as_of` (N,), each as `replay` gives it.

    Decay and addition commute, so the logit is a sum:
    L0 + sum of temper * weight * (gain * effect) * exp(-(as_of - at) / 90 days); with a
    tilt that was learned, the log of the voices' ratio in place of gain * effect, where
    `before` (M, K) says each person stood (`before_moments`).

    :raises ValueError: as `schedule_of`, or if `before` lacks where it is needed.
    """
    count, scale = len(as_of), model.settings.stance
    _check_facts(facts, model, count=count)
    effects = np.array([*model.catalogue.effects, *[0.0] * model.count])[facts.row]
    loudness = _tempers(facts, model) / _repeats(facts, model)
    days = (as_of[facts.person] - facts.at) / SECONDS_PER_DAY
    pulls = scale.gain * effects
    if scale.tilt:
        pulls = _ratios(facts, model, before=before)
    pushes = loudness * pulls * np.exp(-days / scale.decay_days)
    logits = scale.origin + np.bincount(facts.person, pushes, minlength=count)
    heard = np.bincount(facts.person, effects != 0, minlength=count)
    support = np.exp(-np.logaddexp(0, -logits))
    capped = np.clip(support, scale.floor, scale.ceiling)
    support = np.where(heard < scale.free_from, capped, support)
    against = np.bincount(facts.person, effects < 0, minlength=count)
    return Stances(
        support=frozen(np.where(heard == 0, np.nan, support)),
        negative_signals=against.astype(np.int64),
    )


def _ratios(facts: Facts, model: ReadinessModel, *, before: Floats | None) -> Floats:
    """Return the log ratio (M,) of the voices for and against; 0 of a confirmation."""
    if before is None or before.shape != (len(facts.at), model.count):
        raise ValueError("A learned stance needs where each person stood before.")
    catalogue, tilt = model.catalogue, model.settings.stance.tilt
    favour, against = voices(catalogue.likelihoods, catalogue.effects, tilt=tilt)
    is_signal = facts.row < len(catalogue.classes)
    row, stood = facts.row[is_signal], before[is_signal]
    ratios = np.zeros(len(facts.at))
    ratios[is_signal] = np.log(
        np.einsum("mk,mk->m", stood, favour[row])
        / np.einsum("mk,mk->m", stood, against[row])
    )
    return ratios


def loudness_of(facts: Facts, model: ReadinessModel) -> tuple[Floats, Floats]:
    """Return temper and repeat weight (M,) of each fact, as the filter weighs it.

    :raises ValueError: if shapes differ or a row or class does not exist.
    """
    people = int(facts.person.max(initial=-1)) + 1
    _check_facts(facts, model, count=people)
    return _tempers(facts, model), 1 / _repeats(facts, model)


def _wait(dynamics: Dynamics, chances: Floats, days: Floats) -> None:
    """Let paced days pass for the columns of `chances` (K x n), in place."""
    modes = dynamics.modes
    if modes is None:
        moved = np.einsum("kn,nkm->mn", chances, transition(dynamics, days))
    else:
        spread = modes.right.T @ chances
        spread *= np.exp(modes.eigenvalues[:, None] * days)
        moved = (modes.left.T @ spread).real
    np.maximum(moved, 0.0, out=chances)


def _places(
    lengths: Integers, rank: Integers, index: Integers
) -> tuple[tuple[Integers, ...], Integers]:
    """Return how many persons take each step of each chunk, and each fact's place.

    `lengths` (N,) fall; `rank` and `index` (M,) are a fact's person and its number.
    """
    active, starts, first = [], [], []
    done = steps = 0
    for low in range(0, len(lengths), CHUNK):
        rising = lengths[low : low + CHUNK][::-1]
        longest = int(rising[-1])
        counts = len(rising) - np.searchsorted(rising, np.arange(longest), "right")
        active.append(counts.astype(np.int64))
        starts.append(done + np.cumsum(counts) - counts)
        first.append(steps)
        done, steps = done + int(counts.sum()), steps + longest
    if not len(rank):
        return tuple(active), np.empty(0, dtype=np.int64)
    chunk = rank // CHUNK
    begin = np.concatenate(starts)[np.array(first)[chunk] + index]
    return tuple(active), begin + rank - chunk * CHUNK


def _columns(facts: Facts, model: ReadinessModel) -> tuple[Integers, Floats]:
    """Return each fact's column and, per column, p(fact | phase)^(temper * weight).

    Columns are scaled to a maximum of one: only ratios count, and none underflows.
    """
    repeats = _repeats(facts, model)
    tempers = _tempers(facts, model)
    signals = len(model.catalogue.classes)
    logs = np.vstack(
        [model.catalogue.log_likelihoods]
        + [model.confirmation(anchor)[None, :] for anchor in model.anchors]
    )
    heard = np.array(list(TEMPERS.values()))
    # One number per combination of row, class and repeat; few of them occur.
    classes = np.searchsorted(np.sort(heard), tempers)
    most = int(repeats.max(initial=1)) + 1
    keys = (facts.row * len(heard) + classes) * most + repeats
    occurs = np.bincount(keys, minlength=(signals + model.count) * len(heard) * most)
    occurring = np.flatnonzero(occurs)
    row, rest = np.divmod(occurring, len(heard) * most)
    tau = np.sort(heard)[rest // most]
    weighed = logs[row].T * (tau / (rest % most))
    column = np.zeros(len(occurs), dtype=np.int64)
    column[occurring] = np.arange(len(occurring))
    likelihoods = np.exp(weighed - weighed.max(axis=0, initial=-np.inf))
    return column[keys], np.ascontiguousarray(likelihoods)


def _tempers(facts: Facts, model: ReadinessModel) -> Floats:
    """Return the temper (M,) of each fact; a confirmation is not tempered."""
    own = [TEMPERS[name] for name in model.catalogue.classes] + [1.0] * model.count
    given = np.array(list(TEMPERS.values()))[facts.evidence_class]
    return np.where(facts.evidence_class < 0, np.array(own)[facts.row], given)


def _repeats(facts: Facts, model: ReadinessModel) -> Integers:
    """Return n (M,): the how many-th of its code within the damping days it is."""
    counts = np.ones(len(facts.at), dtype=np.int64)
    window = model.settings.damping_days
    if window is None or not len(counts):
        return counts
    tempers = _tempers(facts, model)
    order = np.lexsort((-tempers, facts.at, facts.row, facts.person))
    at, row, person = facts.at[order], facts.row[order], facts.person[order]
    is_signal = row < len(model.catalogue.classes)
    candidates, back = np.flatnonzero(is_signal), 1
    while len(candidates):
        # Compare with the fact `back` places earlier; who has none drops out.
        candidates = candidates[candidates >= back]
        other = candidates - back
        is_repeat = (
            (person[candidates] == person[other])
            & (row[candidates] == row[other])
            & (at[other] >= at[candidates] - window * SECONDS_PER_DAY)
        )
        candidates = candidates[is_repeat]
        counts[order[candidates]] += 1
        back += 1
    return counts


def _check_facts(facts: Facts, model: ReadinessModel, *, count: int) -> None:
    size = len(facts.at)
    for name, values, low, high in (
        ("person", facts.person, 0, count),
        ("row", facts.row, 0, len(model.catalogue.classes) + model.count),
        ("class", facts.evidence_class, -1, len(CLASSES)),
    ):
        if values.shape != (size,):
            raise ValueError(f"{size} facts need as many of {name}: {values.shape}.")
        wrong = values[(values < low) | (values >= high)]
        if len(wrong):
            raise ValueError(f"There is no {name} {int(wrong[0])}.")
    if not np.isfinite(facts.at).all():
        raise ValueError("The time of a fact must be a finite number.")


def _check_persons(
    facts: Facts, *, joined_at: Floats, as_of: Floats, pace: Floats
) -> None:
    for name, values in (("as_of", as_of), ("pace", pace)):
        if values.shape != joined_at.shape:
            raise ValueError(f"{name} must be {joined_at.shape}, not {values.shape}.")
    if not (np.isfinite(joined_at) & np.isfinite(as_of)).all():
        raise ValueError("The time of joining and of a reading must be finite.")
    wrong = pace[~((pace > 0) & np.isfinite(pace))]
    if len(wrong):
        raise ValueError(f"A pace must be above zero, not {float(wrong[0])!r}.")
    late = facts.at[facts.at > as_of[facts.person]]
    if len(late) or (joined_at > as_of).any():
        raise ValueError("A fact or a start lies after its reading.")
