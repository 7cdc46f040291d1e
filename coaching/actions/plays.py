"""The library of advice: copied into a new workspace, and from then on its own to edit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from accounts.models.base import replace_version
from coaching.engine.pressure import pressing_words
from coaching.models import Play, Prompt
from coaching.queries.library import PROHIBITED, unknown_names
from coaching.queries.shipped import Shipped, shipped_plays
from opportunities.actions import request_recomputes
from opportunities.models import Opportunity
from stakeholders.queries.roles import role_codes

Texts = Mapping[str, Mapping[str, str]]


class PressureInAPlay(Exception):
    """No pressure and no invented deadline, ever."""


class UnknownName(Exception):
    """A text has a {name} that nothing fills in."""


class NothingShipped(Exception):
    """A play that was written here has no text to go back to."""


class AlreadyForRole(Exception):
    """A role has its own words for this play."""


@transaction.atomic
def copy_default_plays() -> None:
    """Give the workspace those plays of the shipped library that it has not."""
    there = set(Play.objects.values_list("code", "role"))
    Play.objects.bulk_create(
        [_copy(each) for key, each in shipped_plays().items() if key not in there]
    )


def _copy(shipped: Shipped) -> Play:
    return Play(
        code=shipped.code,
        role=shipped.role,
        situation=shipped.situation,
        anchor=shipped.anchor,
        texts=dict(shipped.texts),
        is_default=True,
    )


@transaction.atomic
def edit_play(
    *,
    play: Play,
    texts: Texts,
    is_on: bool,
    version: int,
    by: Membership,
    now: datetime,
) -> Play:
    """Say it in other words, or not at all.

    :raises UnknownName: for a {name} that nothing fills in.
    :raises PressureInAPlay: when a text presses the buyer.
    :raises StaleVersion: when somebody else saved it meanwhile.
    """
    for name, said in texts.items():
        for language, text in said.items():
            refuse_text(text, name=name, language=language, situation=play.situation)
    shipped = shipped_plays().get((play.code, play.role))
    return _save(
        play,
        {
            "texts": {name: dict(said) for name, said in texts.items()},
            "is_on": is_on,
            "is_default": shipped is not None and shipped.texts == texts,
        },
        version=version,
        by=by,
        now=now,
    )


@transaction.atomic
def reset_play(*, play: Play, by: Membership, now: datetime) -> Play:
    """Go back to the shipped words.

    :raises NothingShipped: when there are none.
    """
    shipped = shipped_plays().get((play.code, play.role))
    if shipped is None:
        raise NothingShipped(
            _("This was written here: there is nothing to go back to.")
        )
    return _save(
        play,
        {"texts": dict(shipped.texts), "is_default": True},
        version=play.version,
        by=by,
        now=now,
    )


@transaction.atomic
def add_play_for_role(*, play: Play, role: str, by: Membership, now: datetime) -> Play:
    """Begin other words for people of one role, from those for everybody.

    :raises AlreadyForRole: when that role has its own.
    """
    is_there = Play.objects.filter(code=play.code, role=role).exists()
    if role not in role_codes() or play.role or is_there:
        raise AlreadyForRole(_("Choose a role that has no words of its own here."))
    row = Play.objects.create(
        code=play.code,
        role=role,
        situation=play.situation,
        anchor=play.anchor,
        texts=play.texts,
        is_on=play.is_on,
    )
    record(verb="play.added", subject=row, by=by, at=now, after={"role": role})
    if row.is_on:
        _say_again(row, now=now)
    return row


def refuse_text(text: str, *, name: str, language: str, situation: str) -> None:
    """Refuse what no prompt could fill in, and what no prompt may say.

    :raises UnknownName: for a {name} that nothing fills in.
    :raises PressureInAPlay: when it presses the buyer.
    """
    unknown = unknown_names(text, situation=situation)
    if unknown:
        raise UnknownName(
            _("Nothing fills in %(names)s here.") % {"names": ", ".join(unknown)}
        )
    if name in PROHIBITED:
        return  # it says what not to do
    pressing = pressing_words(text, language=language)
    if pressing:
        raise PressureInAPlay(
            _("“%(words)s” presses the buyer. Ask, or offer help instead.")
            % {"words": "”, “".join(pressing)}
        )


def _save(
    play: Play,
    new: dict[str, Any],
    *,
    version: int,
    by: Membership,
    now: datetime,
) -> Play:
    before = {name: getattr(play, name) for name in new}
    replace_version(
        play,
        version=version,
        fields=new,
        stale=_("Somebody else saved this play in the meantime."),
    )
    changed = [name for name, value in new.items() if before[name] != value]
    if not changed:
        return play
    record(
        verb="play.edited",
        subject=play,
        by=by,
        at=now,
        before={name: before[name] for name in changed},
        after={name: new[name] for name in changed},
    )
    if "is_on" in changed:
        _say_again(play, now=now)
    return play


def _say_again(play: Play, *, now: datetime) -> None:
    """A play that is off says nothing from this moment; the open deals find another."""
    if not play.is_on:
        Prompt.objects.filter(play=play, closed_at__isnull=True).update(closed_at=now)
    deals = Opportunity.objects.still_open().values_list("pk", flat=True)
    request_recomputes(
        workspace_id=play.workspace_id, opportunity_ids=list(deals), now=now
    )
