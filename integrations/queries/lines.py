"""Rows as lines of a bundle: what an export writes, and what an import compares with.

A line leaves out what is not known and what stands at its default. Each function takes
a chunk of rows and answers one line for each, so that what hangs on them is read at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from integrations.queries.names import Names
from integrations.queries.texts import instant, money, plain
from opportunities.models import Opportunity, Outcome
from readiness.models import SellerAction, SellerActionTarget, Signal
from stakeholders.models import (
    FileExisted,
    Interaction,
    OutcomeEvent,
    Participation,
    ReviewedPhase,
    RoleHeld,
)

Line = dict[str, Any]
Rows = Sequence[Any]

# Roles told by lines of their own stand behind those held since joining.
ROLE_LINES_FROM = 100


def said(**fields: Any) -> Line:
    """The fields that say something; 0 does."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value is not False and value not in ("", [])
    }


def companies(rows: Rows, names: Names) -> list[Line]:
    return [
        said(id=names.of(row.pk), name=row.name, domain=row.domain, country=row.country)
        for row in rows
    ]


def persons(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            id=names.of(row.pk),
            name=row.name,
            company=names.of(row.company_id),
            email=row.email,
            title=row.title,
            phone=row.phone,
            language=row.language,
        )
        for row in rows
    ]


def opportunities(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            id=names.of(row.pk),
            name=row.name,
            opened_on=str(row.opened_on),
            company=names.of(row.company_id),
            **names.owner(row.owner_id),
            amount=money(row.amount, row.currency),
            currency=row.currency,
            importance=row.importance,
            buying_class=row.buying_class,
            expected_group_size=row.expected_group_size,
            outcome=row.outcome if row.outcome != Outcome.OPEN else None,
            closed_on=_day(row.closed_on),
            won_amount=money(row.won_amount, row.currency),
            lost_to=row.lost_to,
            opened_on_assumed=row.opened_on_is_assumed,
        )
        for row in rows
    ]


def outcome_events(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            outcome=row.outcome,
            on=str(row.happened_on),
            reason=row.reason,
        )
        for row in rows
    ]


def is_told_by_its_deal(deal: Opportunity, events: Sequence[OutcomeEvent]) -> bool:
    """Whether `outcome` and `closed_on` of a deal say all that its events do."""
    if not events:
        return True
    only = events[0]
    return (
        len(events) == 1
        and not only.reason
        and (only.outcome, only.happened_on) == (deal.outcome, deal.closed_on)
    )


def stage_changes(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            stage=row.stage,
            changed_at=instant(row.changed_at),
        )
        for row in rows
    ]


def seller_forecasts(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            set_at=instant(row.set_at),
            probability=row.probability,
            close_on=_day(row.close_on),
        )
        for row in rows
    ]


def stakeholders(rows: Rows, names: Names) -> list[Line]:
    joined = {row.pk: row.joined_on for row in rows}
    roles: dict[UUID, list[str]] = defaultdict(list)
    held = RoleHeld.objects.filter(stakeholder__in=list(joined))
    for role in held.order_by("position", "role"):
        if is_held_since_joining(role, joined[role.stakeholder_id]):
            roles[role.stakeholder_id].append(role.role)
    return [
        said(
            id=names.of(row.pk),
            opportunity=names.of(row.opportunity_id),
            person=names.of(row.person_id),
            joined_on=str(row.joined_on),
            roles=roles[row.pk],
            influence=row.influence,
            left_on=_day(row.left_on),
            replaced_by=names.of(row.replaced_by_id),
        )
        for row in rows
    ]


def is_held_since_joining(role: RoleHeld, joined_on: Any) -> bool:
    """A role that stands in its stakeholder's own line, without end and without source."""
    return (
        role.held_from_on == joined_on
        and role.held_until_on is None
        and not role.source_note
        and role.position < ROLE_LINES_FROM
    )


def roles(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            stakeholder=names.of(row.stakeholder_id),
            role=row.role,
            **{"from": str(row.held_from_on)},
            to=_day(row.held_until_on),
            source=row.source_note,
        )
        for row in rows
    ]


def influences(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            **{"from": names.of(row.giver_id)},
            to=names.of(row.taker_id),
            strength=row.strength,
        )
        for row in rows
    ]


def interactions(rows: Rows, names: Names) -> list[Line]:
    pks = [row.pk for row in rows]
    first_logged = _first_logged(rows)
    people, signals = _people_of(pks, names), _signals_of(pks, names)
    actions = _actions_of(pks, names)
    lines = []
    for row in rows:
        logged_at = first_logged.get(row.lineage_id, row.logged_at)
        line = said(
            id=names.of(row.pk),
            opportunity=names.of(row.opportunity_id),
            occurred_at=instant(row.occurred_at),
            channel=row.channel,
            direction=row.direction,
            participants=people[row.pk],
            summary=row.summary,
            minutes=row.minutes,
            logged_at=instant(logged_at) if logged_at != row.occurred_at else None,
            logged_by=names.member(row.logged_by_id),
            signals=signals[row.pk],
            actions=actions[row.pk],
        )
        # Required, and not always known: the one field that may be null.
        lines.append({"direction": None} | line)
    return lines


def _first_logged(rows: Rows) -> dict[UUID, Any]:
    """When corrected interactions were logged first: a correction is not a new fact."""
    corrected = [row.lineage_id for row in rows if row.revision > 1]
    if not corrected:
        return {}
    first = Interaction.objects.filter(lineage_id__in=corrected, revision=1)
    return dict(first.values_list("lineage_id", "logged_at"))


def _people_of(pks: list[UUID], names: Names) -> dict[UUID, list[str | None]]:
    people: dict[UUID, list[str | None]] = defaultdict(list)
    here = Participation.objects.filter(interaction__in=pks).order_by("pk")
    for interaction, stakeholder in here.values_list("interaction", "stakeholder"):
        people[interaction].append(names.of(stakeholder))
    return people


def _signals_of(pks: list[UUID], names: Names) -> dict[UUID, list[Line]]:
    signals: dict[UUID, list[Line]] = defaultdict(list)
    for row in Signal.objects.standing().filter(interaction__in=pks).order_by("pk"):
        signals[row.interaction_id].append(
            said(
                stakeholder=names.of(row.stakeholder_id),
                code=row.code,
                quote=row.quotation,
            )
        )
    return signals


def _actions_of(pks: list[UUID], names: Names) -> dict[UUID, list[Line]]:
    rows = list(
        SellerAction.objects.standing().filter(interaction__in=pks).order_by("pk")
    )
    targets: dict[UUID, list[str | None]] = defaultdict(list)
    here = SellerActionTarget.objects.filter(action__in=[row.pk for row in rows])
    for action, stakeholder in here.order_by("pk").values_list("action", "stakeholder"):
        targets[action].append(names.of(stakeholder))
    actions: dict[UUID, list[Line]] = defaultdict(list)
    for row in rows:
        line = said(code=row.code, stakeholders=targets[row.pk])
        actions[row.interaction_id].append(line)
    return actions


def decision_dates(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            set_at=instant(row.set_at),
            decision_on=str(row.decision_on),
            reason=row.reason,
            linked_event=row.linked_event,
            moved_by="seller" if row.is_moved_by_seller else names.of(row.moved_by_id),
        )
        for row in rows
    ]


def quotes(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            version=row.number,
            sent_on=str(row.sent_on),
            total=money(row.total, row.currency),
            currency=row.currency,
            change=row.change,
            addressed_to=names.of(row.addressed_to_id),
        )
        for row in rows
    ]


def file_items(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            item=row.item,
            state=row.state,
            evidence=row.evidence,
            as_of=str(row.seen_on),
        )
        for row in rows
    ]


def confirmations(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            stakeholder=names.of(row.stakeholder_id),
            phase=row.anchor,
            confirmed_at=instant(row.confirmed_at),
            quote=row.quotation,
            by=names.member(row.logged_by_id),
        )
        for row in rows
    ]


def overrides(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            stakeholder=names.of(row.stakeholder_id),
            phase=row.anchor,
            set_at=instant(row.set_at),
            reason=row.reason,
            by=names.member(row.logged_by_id),
            expires_on=_day(row.expires_on),
        )
        for row in rows
    ]


def outcome_reviews(rows: Rows, names: Names) -> list[Line]:
    phases: dict[UUID, list[Line]] = defaultdict(list)
    here = ReviewedPhase.objects.filter(review__in=[row.pk for row in rows])
    for phase in here.order_by("pk"):
        phases[phase.review_id].append(
            said(stakeholder=names.of(phase.stakeholder_id), phase=phase.anchor)
        )
    return [
        said(
            opportunity=names.of(row.opportunity_id),
            reviewed_on=str(row.reviewed_on),
            file_existed=(
                row.file_existed if row.file_existed != FileExisted.UNKNOWN else None
            ),
            stopped_by=names.of(row.stopped_by_id),
            phases=phases[row.pk],
            note=row.note,
            by=names.member(row.logged_by_id),
        )
        for row in rows
    ]


def tasks(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            id=names.of(row.pk),
            opportunity=names.of(row.opportunity_id),
            title=row.title,
            stakeholder=names.of(row.stakeholder_id),
            owner_email=names.email(row.owner_id),
            department=row.department,
            due_on=_day(row.due_on),
            done_at=instant(row.done_at),
        )
        for row in rows
    ]


def exchange_rates(rows: Rows, names: Names) -> list[Line]:
    return [
        said(
            on=str(row.valid_on),
            currency=row.currency,
            base=row.base,
            rate=plain(row.rate),
        )
        for row in rows
    ]


LINES: dict[str, Callable[[Rows, Names], list[Line]]] = {
    "company": companies,
    "person": persons,
    "opportunity": opportunities,
    "outcome_event": outcome_events,
    "stage_change": stage_changes,
    "seller_forecast": seller_forecasts,
    "stakeholder": stakeholders,
    "role": roles,
    "influence": influences,
    "interaction": interactions,
    "decision_date": decision_dates,
    "quote": quotes,
    "purchase_file_item": file_items,
    "confirmation": confirmations,
    "override": overrides,
    "outcome_review": outcome_reviews,
    "task": tasks,
    "exchange_rate": exchange_rates,
}


def lines_of(kind: str, rows: Iterable[Any], names: Names) -> list[Line]:
    chunk = list(rows)
    return LINES[kind](chunk, names) if chunk else []


def _day(day: Any) -> str | None:
    return None if day is None else str(day)
