"""What cannot be is refused in one sentence, and nothing is written."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from accounts.actions.facts import AlreadyRetracted
from accounts.models import Membership, end_of
from opportunities.models import RecomputeRequest
from readiness.actions import human, interactions
from readiness.actions.interactions import Contact, Did, Said, Took
from readiness.models import PhaseModel, SellerActionTarget, Signal
from readiness.queries.models import NoActiveModel, active_model
from stakeholders.actions import acts, people
from stakeholders.models import Interaction, Participation
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    ZONE,
    days_ago,
    make,
    open_deal,
    readings,
    say,
    seat,
)

SAID: dict[str, Any] = {"by": None, "now": NOW}
LEFT = date(2026, 4, 1)


class Cast:
    def __init__(self, owner: Membership) -> None:
        give_defaults()
        self.deal = open_deal(owner=owner)
        self.karel, self.gone = seat(self.deal), seat(self.deal, "Jan")
        people.leave(stakeholder=self.gone, left_on=LEFT, **SAID)
        self.stranger = seat(open_deal(owner=owner, name="Other"), "Sofie")
        self.talk = say(self.karel, "B03", at=days_ago(3))
        interactions.retract_interaction(interaction=self.talk, **SAID)


def log(
    c: Cast, *parts: Took, at: datetime = NOW, actions: tuple[Did, ...] = ()
) -> Interaction:
    return interactions.log_interaction(
        opportunity=c.deal,
        contact=Contact(occurred_at=at, channel="call", parts=parts, actions=actions),
        zone=ZONE,
        **SAID,
    )


def override(c: Cast, **other: Any) -> Any:
    values: dict[str, Any] = {
        "stakeholder": c.karel,
        "anchor": "criteria",
        "reason": "A nod.",
        "set_at": NOW,
        "today": DAY,
    }
    return human.override_phase(**values | SAID | other)


REFUSED: dict[str, tuple[Callable[[Cast], Any], type[Exception], str]] = {
    "nobody took part": (log, interactions.NobodyTookPart, "Say who took part."),
    "somebody of another deal": (
        lambda c: log(c, Took(c.stranger, [Said("B03")])),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "somebody who had left": (
        lambda c: log(c, Took(c.gone, [Said("B03")]), at=end_of(LEFT, ZONE)),
        interactions.LeftBefore,
        "Jan left on 2026-04-01.",
    ),
    "an action for somebody of another deal": (
        lambda c: log(c, Took(c.karel), actions=(Did("A01", [c.stranger]),)),
        acts.NotInThisDeal,
        "Sofie has no seat in “Planning”.",
    ),
    "an interaction in the future": (
        lambda c: log(c, Took(c.karel), at=NOW + timedelta(minutes=10, seconds=1)),
        acts.InTheFuture,
        "A conversation can't be logged before it took place.",
    ),
    "an interaction of long ago": (
        lambda c: log(c, Took(c.karel), at=datetime(2024, 1, 1, tzinfo=UTC)),
        interactions.TooLongAgo,
        "The deal was opened on 2026-01-12: this is more than 24 months before.",
    ),
    "an unknown signal": (
        lambda c: log(c, Took(c.karel, [Said("B03"), Said("B99")])),
        interactions.UnknownSignal,
        "There is no signal “B99”.",
    ),
    "an unknown action": (
        lambda c: log(c, Took(c.karel), actions=(Did("A99"),)),
        interactions.UnknownAction,
        "There is no action “A99”.",
    ),
    "an interaction taken back twice": (
        lambda c: interactions.retract_interaction(interaction=c.talk, **SAID),
        AlreadyRetracted,
        "This was changed or taken back meanwhile.",
    ),
    "a signal taken back twice": (
        lambda _: interactions.retract_signal(signal=Signal.objects.get(), **SAID),
        AlreadyRetracted,
        "This was changed or taken back meanwhile.",
    ),
    "a correction of what was taken back": (
        lambda _: interactions.correct_signal(
            signal=Signal.objects.get(), said=Said("B04"), **SAID
        ),
        AlreadyRetracted,
        "This was changed or taken back meanwhile.",
    ),
    "a correction into an unknown signal": (
        lambda _: interactions.correct_signal(
            signal=Signal.objects.get(), said=Said("B99"), **SAID
        ),
        interactions.UnknownSignal,
        "There is no signal “B99”.",
    ),
    "a confirmation in the future": (
        lambda c: human.confirm_phase(
            stakeholder=c.karel,
            anchor="criteria",
            confirmed_at=NOW + timedelta(seconds=1),
            **SAID,
        ),
        acts.InTheFuture,
        "That lies in the future.",
    ),
    "a confirmation of no phase": (
        lambda c: human.confirm_phase(
            stakeholder=c.karel, anchor="hope", confirmed_at=NOW, **SAID
        ),
        acts.UnknownPhase,
        "There is no phase “hope”.",
    ),
    "an override of no phase": (
        lambda c: override(c, anchor="hope"),
        acts.UnknownPhase,
        "There is no phase “hope”.",
    ),
    "an override without a reason": (
        lambda c: override(c, reason="  "),
        human.ReasonNeeded,
        "Say why you read it otherwise.",
    ),
    "an override that is over": (
        lambda c: override(c, expires_on=DAY - timedelta(days=1)),
        human.ExpiresInThePast,
        "Choose an end that lies ahead.",
    ),
}


def everything() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for app in ("opportunities", "stakeholders", "readiness")
        for model in apps.get_app_config(app).get_models()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("what", list(REFUSED))
def test_it_is_refused_in_a_sentence_and_nothing_is_written(
    alice: Membership, what: str
):
    act, kind, sentence = REFUSED[what]
    cast = Cast(alice)
    before = everything()

    with pytest.raises(kind) as refusal:
        act(cast)

    assert str(refusal.value) == sentence
    assert everything() == before


@pytest.mark.django_db
def test_the_last_day_and_a_clock_ten_minutes_ahead_are_accepted(alice: Membership):
    cast = Cast(alice)

    log(cast, Took(cast.gone), at=end_of(LEFT, ZONE) - timedelta(seconds=1))
    log(cast, Took(cast.karel, [Said("B03")]), at=NOW + timedelta(minutes=10))
    make(cast.deal)

    assert [row[4] for row in readings()] == [1]


@pytest.mark.django_db
def test_somebody_named_twice_took_part_once(alice: Membership):
    cast = Cast(alice)

    talk = log(
        cast,
        Took(cast.karel, [Said("B03")]),
        Took(cast.karel, [Said("B04")]),
        actions=(Did("A01", [cast.karel, cast.karel]),),
    )

    assert Participation.objects.filter(interaction=talk).count() == 1
    assert SellerActionTarget.objects.count() == 1
    assert talk.signals.count() == 2


@pytest.mark.django_db
def test_an_override_asks_for_no_recompute(alice: Membership):
    cast = Cast(alice)
    RecomputeRequest.objects.all().delete()

    override(cast)

    assert not RecomputeRequest.objects.exists()


@pytest.mark.django_db
def test_without_an_active_model_nothing_is_read(alice: Membership):
    cast = Cast(alice)
    PhaseModel.objects.update(status="retired")

    with pytest.raises(NoActiveModel):
        active_model()
    with pytest.raises(NoActiveModel):
        make(cast.deal)


@pytest.mark.django_db
def test_a_phase_that_a_merge_took_away_says_nothing(
    alice: Membership, monkeypatch: pytest.MonkeyPatch
):
    cast = Cast(alice)
    human.confirm_phase(
        stakeholder=cast.karel, anchor="criteria", confirmed_at=days_ago(1), **SAID
    )
    cast.karel.confirmations.update(anchor="gone")

    make(cast.deal)

    assert readings() == []
