"""What a synthetic world is made of: every number can be changed, all are checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from forecasting.engine.ends import Hazards
from readiness.engine.expert import (
    BACK_ONE,
    DWELL_DAYS,
    FORWARD_ONE,
    FORWARD_TWO,
)
from readiness.engine.model import IMPORTANCE

SYMPTOMS = ("S1", "S2", "S3", "S4", "S5")


@dataclass(frozen=True, slots=True)
class WorldRole:
    """A role as the world casts it; what it weighs and whether it can stop a purchase."""

    code: str
    weight: float
    can_veto: bool = False


DECIDER = WorldRole("economic_buyer", 0.30)
VETO_HOLDERS = (
    WorldRole("technical_evaluator", 0.12, can_veto=True),
    WorldRole("finance", 0.10, can_veto=True),
    WorldRole("procurement", 0.08, can_veto=True),
    WorldRole("legal_security", 0.06, can_veto=True),
)
OTHERS = (
    WorldRole("champion", 0.15),
    WorldRole("user_buyer", 0.10),
    WorldRole("influencer", 0.08),
    WorldRole("initiator", 0.07),
    WorldRole("executive_sponsor", 0.15),
    WorldRole("external_adviser", 0.05),
    WorldRole("coach", 0.0),
    WorldRole("gatekeeper", 0.0),
)


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long people stay in a phase, and where they go: semi-Markov.

    `erlang` serial sub-states of equal rate share the mean dwell: 1 is exponential.
    `speed_spread` is the deviation of the log of a person's own speed, of whose variance
    the group shares `speed_shared`. The day counts are those of a mid-size deal.
    """

    days: tuple[float, ...] = DWELL_DAYS
    forward_one: tuple[float, ...] = FORWARD_ONE
    forward_two: tuple[float, ...] = FORWARD_TWO
    back_one: tuple[float, ...] = BACK_ONE
    erlang: int = 1
    speed_spread: float = 0.45
    speed_shared: float = 0.5


@dataclass(frozen=True, slots=True)
class Talk:
    """What the seller gets to hear, and does.

    A deal has a contact every `contact_days`, with `signals_a_contact` signals from each
    who takes part. `perturbation` is the deviation of the log of each true p(s | phase)
    from the catalogue's (0: exact); a hidden stance makes a signal of effect e
    e^(±tilt·e) times as likely. `never_found` is the share of people nobody meets.
    With `is_plausible` a signal that cannot have happened (a second quote before the
    first) becomes one that can, and most of what is rare in a phase is left out, so that
    a reader can follow; without it the draws are exactly the catalogue's.
    """

    contact_days: float = 9.0
    signals_a_contact: float = 1.1
    perturbation: float = 0.0
    stance_tilt: float = 0.35
    never_found: float = 0.2
    ill_timed: float = 0.2
    is_plausible: bool = True


@dataclass(frozen=True, slots=True)
class Hidden:
    """Causes of symptoms, which nobody can see; all shares but the days.

    Somebody may be `guarded` for good, give no answer while they `see_no_need` to change,
    or once they are `past_it`; `probing` is the share of talks in which we ask how it
    goes today, `asking` in which we ask for the file. Of what happens the seller notes
    `noted`, and one time in `slip` somebody does otherwise than their cause would have it.
    Each has a talk of their own with us every `talk_days`, and is out of touch for
    `away_days` after about `touch_days`; a `gatekeeper` shields all others from a day on; a
    takeover is `planned` or not. Of files that exist some are `kept_inside`; a project
    without a file may have `lost_sponsor`.
    """

    guarded: float = 0.05
    sees_no_need: float = 0.2
    past_it: float = 0.2
    probing: float = 0.3
    asking: float = 0.15
    noted: float = 0.7
    slip: float = 0.1
    talk_days: float = 30.0
    touch_days: float = 250.0
    away_days: float = 60.0
    gatekeeper: float = 0.12
    planned: float = 0.4
    kept_inside: float = 0.12
    lost_sponsor: float = 0.5


@dataclass(frozen=True, slots=True)
class WorldParameters:
    """A world of so many deals.

    `importance` gives shares and `sizes` the smallest and largest group of each;
    `starts` is where people stand on the first day. A person is for us with chance
    `support`; stances share a factor of correlation `support_correlation`. When the
    decider and the majority of the others' influence disagree, `split` says how often
    that is won, lost and no decision. `replaced` is the share of people whose seat goes
    to a successor; `missing_file` the share of deals of each end that never had a
    purchase file inside. With `hidden` its symptoms have causes of their own (`causes`).
    Source: domain.md 4.5.
    """

    deals: int
    importance: Mapping[str, float] = field(
        default_factory=lambda: {
            "small": 0.25,
            "mid": 0.45,
            "large": 0.20,
            "strategic": 0.10,
        }
    )
    sizes: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {
            "small": (2, 4),
            "mid": (3, 7),
            "large": (5, 9),
            "strategic": (7, 10),
        }
    )
    paces: Mapping[str, float] = field(default_factory=lambda: dict(IMPORTANCE))
    starts: tuple[float, ...] = (0.5, 0.25, 0.125, 0.125, 0.0, 0.0, 0.0)
    veto_holder: float = 0.6
    support: float = 0.62
    support_correlation: float = 0.5
    quorum: float = 0.6
    split: tuple[float, float, float] = (0.30, 0.25, 0.45)
    hazards: Hazards = field(default_factory=Hazards)
    withdrawal: float = 0.00004
    replaced: float = 0.05
    missing_file: Mapping[str, float] = field(
        default_factory=lambda: {
            "won": 0.02,
            "lost": 0.15,
            "no_decision": 0.65,
            "withdrawn": 0.65,
            "open": 0.30,
        }
    )
    horizon_days: int = 1460
    dwell: Dwell = field(default_factory=Dwell)
    talk: Talk = field(default_factory=Talk)
    hidden: Hidden | None = None

    def __post_init__(self) -> None:
        """Refuse a world that cannot be.

        :raises ValueError: for a number that is out of range, with the number.
        """
        if self.deals < 1:
            raise ValueError(f"A world needs a deal, not {self.deals}.")
        if self.dwell.erlang not in {1, 2, 3}:
            raise ValueError(f"Dwell is Erlang-1, 2 or 3, not {self.dwell.erlang}.")
        for name, value in {
            "The support": self.support,
            "The correlation": self.support_correlation,
            "The quorum": self.quorum,
            "Never found": self.talk.never_found,
            "Replaced": self.replaced,
            **{f"The missing file, {k}": v for k, v in self.missing_file.items()},
            "Ill-timed": self.talk.ill_timed,
        }.items():
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is a share, not {value}.")
        for name, shares in {
            "Importance": tuple(self.importance.values()),
            "The starts": self.starts,
            "The split": self.split,
        }.items():
            if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
                raise ValueError(f"{name} must be shares of one, not {shares}.")
