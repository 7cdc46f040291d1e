"""Log a conversation: who took part, what each of them signalled, what we did."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.actions.audit import record
from accounts.actions.facts import amend, retract
from accounts.models import Membership, end_of, start_of
from opportunities.actions import request_recompute
from opportunities.models import Opportunity
from readiness.models import (
    ActionType,
    SellerAction,
    SellerActionTarget,
    Signal,
    SignalType,
)
from readiness.queries.catalogue import Catalogue
from readiness.queries.evidence import CLOCK_DRIFT
from readiness.signals import interaction_logged
from stakeholders.actions.acts import InTheFuture, refuse_other_deals
from stakeholders.models import Interaction, Participation, Stakeholder

BEFORE_OPENING = timedelta(days=730)  # a deal is often older than its record


class TooLongAgo(Exception):
    """Before the deal can have been going on."""


class LeftBefore(Exception):
    """The stakeholder had left by then."""


class UnknownSignal(Exception):
    """Not a signal of the active phase model."""


class UnknownAction(Exception):
    """Not a seller action of the active phase model."""


class NobodyTookPart(Exception):
    """An interaction is with somebody."""


@dataclass(frozen=True, slots=True)
class Said:
    """One signal somebody gave, perhaps in their own words."""

    code: str
    quotation: str = ""


@dataclass(frozen=True, slots=True)
class Took:
    """One stakeholder's part in an interaction."""

    stakeholder: Stakeholder
    signals: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Did:
    """One thing we did, and for whom."""

    code: str
    stakeholders: Sequence[Stakeholder] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction as it is told, before it is a row."""

    occurred_at: datetime
    channel: str
    parts: Sequence[Took]
    actions: Sequence[Did] = ()
    direction: str = ""
    summary: str = ""
    minutes: int | None = None
    form_opened_at: datetime | None = None
    source: str = ""
    external_id: str = ""


@transaction.atomic
def log_interaction(
    *,
    opportunity: Opportunity,
    contact: Contact,
    zone: ZoneInfo,
    by: Membership | None,
    now: datetime,
    logged_at: datetime | None = None,
    pk: UUID | None = None,
    catalogue: Catalogue | None = None,
) -> Interaction:
    """Write an interaction with all its signals and actions, and ask for a recompute.

    `zone` is the workspace's: a person's last day ends at its midnight. With `pk` given
    a second call of the same is refused by the database (IntegrityError). Whoever holds
    the `catalogue` of the active model spares two statements.

    :raises NobodyTookPart: without a participant.
    :raises NotInThisDeal: for somebody without a seat in the deal.
    :raises LeftBefore: for somebody who had left by then.
    :raises InTheFuture: beyond ten minutes of clock drift.
    :raises TooLongAgo: more than 24 months before the deal was opened.
    :raises UnknownSignal: for a code the active model lacks.
    :raises UnknownAction: for a code the active model lacks.
    """
    refuse_contact(opportunity=opportunity, contact=contact, zone=zone, now=now)
    refuse_unknown_codes(contact, catalogue)
    when = logged_at or now
    interaction = Interaction.objects.create(
        id=pk or uuid7(),
        opportunity=opportunity,
        occurred_at=contact.occurred_at,
        channel=contact.channel,
        direction=contact.direction,
        summary=contact.summary,
        minutes=contact.minutes,
        form_opened_at=contact.form_opened_at,
        source=contact.source,
        external_id=contact.external_id,
        logged_at=when,
        logged_by=by,
    )
    rows = rows_of(interaction, contact)
    Participation.objects.bulk_create(rows.participations)
    Signal.objects.bulk_create(rows.signals)
    SellerAction.objects.bulk_create(rows.actions)
    SellerActionTarget.objects.bulk_create(rows.targets)
    record(
        verb="interaction.logged",
        subject=interaction,
        by=by,
        at=now,
        after={"signals": [signal.code for signal in rows.signals]},
    )
    interaction_logged.send(sender=Interaction, interaction=interaction, rows=rows)
    request_recompute(opportunity=opportunity, now=now)
    return interaction


@transaction.atomic
def correct_interaction(
    *,
    interaction: Interaction,
    contact: Contact,
    zone: ZoneInfo,
    by: Membership | None,
    now: datetime,
) -> Interaction:
    """Put what really happened in an interaction's place; return the new row of its lineage.

    A signal that stays the same person's and the same code keeps its lineage; the others
    are taken back or made anew.

    :raises AlreadyRetracted: when somebody corrected it or took it back meanwhile.
    :raises NobodyTookPart, NotInThisDeal, LeftBefore, InTheFuture, TooLongAgo: as
        `log_interaction`.
    :raises UnknownSignal, UnknownAction: for a code the active model lacks.
    """
    opportunity = interaction.opportunity
    refuse_contact(opportunity=opportunity, contact=contact, zone=zone, now=now)
    refuse_unknown_codes(contact)
    before = list(Signal.objects.standing().filter(interaction=interaction))
    retract(fact=interaction, by=by, now=now)
    kept = {"retracted_at": now, "retracted_by": by}
    Signal.objects.standing().filter(interaction=interaction).update(**kept)
    SellerAction.objects.standing().filter(interaction=interaction).update(**kept)
    heir = Interaction.objects.create(
        opportunity=opportunity,
        lineage_id=interaction.lineage_id,
        revision=interaction.revision + 1,
        occurred_at=contact.occurred_at,
        channel=contact.channel,
        direction=contact.direction,
        summary=contact.summary,
        minutes=contact.minutes,
        form_opened_at=interaction.form_opened_at,
        source=interaction.source,
        external_id=interaction.external_id,
        logged_at=now,
        logged_by=by,
    )
    rows = rows_of(heir, contact)
    lineages = {(each.stakeholder_id, each.code): each for each in before}
    for signal in rows.signals:
        if old := lineages.pop((signal.stakeholder_id, signal.code), None):
            signal.lineage_id, signal.revision = old.lineage_id, old.revision + 1
    Participation.objects.bulk_create(rows.participations)
    Signal.objects.bulk_create(rows.signals)
    SellerAction.objects.bulk_create(rows.actions)
    SellerActionTarget.objects.bulk_create(rows.targets)
    record(
        verb="interaction.amended",
        subject=heir,
        by=by,
        at=now,
        before={"signals": [signal.code for signal in before]},
        after={"signals": [signal.code for signal in rows.signals]},
    )
    request_recompute(opportunity=opportunity, now=now)
    return heir


@transaction.atomic
def retract_interaction(
    *, interaction: Interaction, by: Membership | None, now: datetime
) -> Interaction:
    """Take an interaction back, with all that was signalled and done in it.

    :raises AlreadyRetracted: when somebody did so before.
    """
    retract(fact=interaction, by=by, now=now)
    for rows in (Signal.objects, SellerAction.objects):
        rows.standing().filter(interaction=interaction).update(
            retracted_at=now, retracted_by=by
        )
    request_recompute(opportunity=interaction.opportunity, now=now)
    return interaction


@transaction.atomic
def retract_signal(*, signal: Signal, by: Membership | None, now: datetime) -> Signal:
    """Take one signal back.

    :raises AlreadyRetracted: when somebody did so before.
    """
    retract(fact=signal, by=by, now=now)
    request_recompute(opportunity=signal.interaction.opportunity, now=now)
    return signal


@transaction.atomic
def correct_signal(
    *,
    signal: Signal,
    said: Said,
    by: Membership | None,
    now: datetime,
) -> Signal:
    """Put what was really said in a signal's place; return the new row of its lineage.

    :raises AlreadyRetracted: when somebody corrected it or took it back meanwhile.
    :raises UnknownSignal: for a code the active model lacks.
    """
    if said.code not in _known(SignalType, {said.code}):
        raise UnknownSignal(_("There is no signal “%(code)s”.") % {"code": said.code})
    values = {"code": said.code, "quotation": said.quotation}
    heir = amend(fact=signal, values=values, by=by, now=now)
    request_recompute(opportunity=signal.interaction.opportunity, now=now)
    return heir


@dataclass(frozen=True, slots=True)
class ContactRows:
    """What one contact becomes in the tables below its interaction."""

    participations: list[Participation]
    signals: list[Signal]
    actions: list[SellerAction]
    targets: list[SellerActionTarget]


def rows_of(interaction: Interaction, contact: Contact) -> ContactRows:
    """The rows of a contact, unsaved: an import writes those of thousands at once."""
    kept = {
        "logged_at": interaction.logged_at,
        "logged_by_id": interaction.logged_by_id,
    }
    rows = ContactRows([], [], [], [])
    present = {part.stakeholder.pk: part.stakeholder for part in contact.parts}
    rows.participations.extend(
        Participation(interaction=interaction, stakeholder=stakeholder)
        for stakeholder in present.values()
    )
    for part in contact.parts:
        rows.signals.extend(
            Signal(
                interaction=interaction,
                stakeholder=part.stakeholder,
                code=said.code,
                quotation=said.quotation,
                occurred_at=interaction.occurred_at,
                **kept,
            )
            for said in part.signals
        )
    for did in contact.actions:
        action = SellerAction(interaction=interaction, code=did.code, **kept)
        rows.actions.append(action)
        rows.targets.extend(
            SellerActionTarget(action=action, stakeholder=stakeholder)
            for stakeholder in {each.pk: each for each in did.stakeholders}.values()
        )
    return rows


def refuse_contact(
    *, opportunity: Opportunity, contact: Contact, zone: ZoneInfo, now: datetime
) -> None:
    """Refuse what can't have happened, or not with these people. See `log_interaction`."""
    if not contact.parts:
        raise NobodyTookPart(_("Say who took part."))
    if contact.occurred_at > now + CLOCK_DRIFT:
        raise InTheFuture(_("A conversation can't be logged before it took place."))
    earliest = start_of(opportunity.opened_on, zone) - BEFORE_OPENING
    if contact.occurred_at < earliest:
        raise TooLongAgo(
            _("The deal was opened on %(day)s: this is more than 24 months before.")
            % {"day": opportunity.opened_on}
        )
    for stakeholder in _people_in(contact):
        refuse_other_deals(opportunity, stakeholder)
        left_on = stakeholder.left_on
        if left_on is not None and contact.occurred_at >= end_of(left_on, zone):
            raise LeftBefore(
                _("%(name)s left on %(day)s.")
                % {"name": stakeholder.person.name, "day": left_on}
            )


def refuse_unknown_codes(contact: Contact, catalogue: Catalogue | None = None) -> None:
    """:raises UnknownSignal, UnknownAction: for a code the active model lacks."""
    signals = {said.code for part in contact.parts for said in part.signals}
    actions = {did.code for did in contact.actions}
    known = (
        (catalogue.signals.keys(), catalogue.actions.keys())
        if catalogue
        else (_known(SignalType, signals), _known(ActionType, actions))
    )
    for code in sorted(signals - known[0]):
        raise UnknownSignal(_("There is no signal “%(code)s”.") % {"code": code})
    for code in sorted(actions - known[1]):
        raise UnknownAction(_("There is no action “%(code)s”.") % {"code": code})


def _known(
    model: type[SignalType] | type[ActionType], codes: Collection[str]
) -> set[str]:
    if not codes:
        return set()
    here = model._default_manager.filter(model__status="active", code__in=codes)
    return set(here.values_list("code", flat=True))


def _people_in(contact: Contact) -> Iterable[Stakeholder]:
    for part in contact.parts:
        yield part.stakeholder
    for did in contact.actions:
        yield from did.stakeholders
