"""Make one of two: people or companies that were noted twice, with all that hangs on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.actions.merged import remember_merged
from accounts.actions.search import index
from accounts.models import Membership
from accounts.models.base import StaleVersion, replace_version
from opportunities.actions import STALE, request_recomputes
from opportunities.models import Company, Opportunity
from stakeholders.actions.distinct import follow_distinct
from stakeholders.actions.seats import merge_seats
from stakeholders.models import InfluenceLink, Person, Stakeholder

Row = TypeVar("Row", Person, Company)
Fields = Mapping[str, Any]


class SameRow(Exception):
    """It takes two."""


class CannotMerge(Exception):
    """Something says that they are two people, or must be looked at by another member."""


@transaction.atomic
def merge_people(
    *,
    kept: Person,
    gone: Person,
    values: Fields,
    by: Membership | None,
    now: datetime,
) -> Person:
    """Make one person of two; `values` are the fields that are taken from either.

    All that hangs on `gone` hangs on `kept` from now on. Where both have a seat in one
    deal the seats become one: what was heard from either was heard from one person.

    :raises SameRow: when it is one and the same.
    :raises StaleVersion: when somebody else changed one of them meanwhile.
    :raises CannotMerge: when they are two people in a deal, or it isn't seen by `by`.
    """
    _lock(Person, kept, gone)
    seats = list(
        Stakeholder.objects.select_for_update(of=("self",))
        .filter(person__in=[kept.pk, gone.pk])
        .select_related("opportunity")
        .order_by("pk")
    )
    pairs = pairs_of(kept, gone, seats)
    refuse_two_people(pairs, by=by)
    for mine, theirs in pairs:
        merge_seats(kept=mine, gone=theirs, by=by, now=now)
    # Seats that were merged earlier go along: who is asked of them answers by one name.
    Stakeholder._base_manager.filter(person=gone).update(
        person=kept, version=F("version") + 1
    )
    touched = {s.opportunity_id for s in seats if s.person_id == gone.pk}
    return _merge(kept, gone, values, touched=touched, by=by, now=now)


@transaction.atomic
def merge_companies(
    *,
    kept: Company,
    gone: Company,
    values: Fields,
    by: Membership | None,
    now: datetime,
) -> Company:
    """Make one company of two, with the people and the deals of both.

    :raises SameRow: when it is one and the same.
    :raises StaleVersion: when somebody else changed one of them meanwhile.
    """
    _lock(Company, kept, gone)
    deals = Opportunity.objects.filter(company=gone)
    touched = set(deals.values_list("pk", flat=True))
    deals.update(company=kept)
    Person.objects.filter(company=gone).update(company=kept)
    return _merge(kept, gone, values, touched=touched, by=by, now=now)


def refuse_as_two(*, kept: Person, gone: Person, by: Membership | None) -> None:
    """:raises CannotMerge: what a merge of the two would be refused for."""
    both = Stakeholder.objects.filter(person__in=[kept.pk, gone.pk])
    seats = list(both.select_related("opportunity").order_by("pk"))
    refuse_two_people(pairs_of(kept, gone, seats), by=by)


def _lock(model: Any, kept: Any, gone: Any) -> None:
    """Shut both to others, always in the same order."""
    if kept.pk == gone.pk:
        raise SameRow(_("To merge takes two."))
    rows = model.objects.select_for_update(of=("self",)).order_by("pk")
    now = dict(rows.filter(pk__in=[kept.pk, gone.pk]).values_list("pk", "version"))
    if now != {kept.pk: kept.version, gone.pk: gone.version}:
        raise StaleVersion(_(STALE))


def pairs_of(
    kept: Person, gone: Person, seats: list[Stakeholder]
) -> list[tuple[Stakeholder, Stakeholder]]:
    """The seats of both in one deal, side by side."""
    mine = {s.opportunity_id: s for s in seats if s.person_id == kept.pk}
    return [
        (mine[s.opportunity_id], s)
        for s in seats
        if s.person_id == gone.pk and s.opportunity_id in mine
    ]


def refuse_two_people(
    pairs: list[tuple[Stakeholder, Stakeholder]], *, by: Membership | None
) -> None:
    """:raises CannotMerge: with the deal that speaks against it."""
    deals = {mine.opportunity_id: mine.opportunity for mine, _theirs in pairs}
    if by is not None:
        seen = Opportunity.objects.visible_to(by).filter(pk__in=deals)
        hidden = Opportunity.objects.standing().filter(pk__in=deals)
        if hidden.exclude(pk__in=seen.values("pk")).exists():
            raise CannotMerge(
                _(
                    "Both have a seat in a deal that you do not see. Somebody who sees it"
                    " can merge them."
                )
            )
    seats = [seat for pair in pairs for seat in pair]
    links = InfluenceLink.objects.filter(giver__in=seats, taker__in=seats)
    listens = {frozenset(pair) for pair in links.values_list("giver", "taker")}
    for mine, theirs in pairs:
        told = {"deal": mine.opportunity.name}
        if theirs.pk == mine.replaced_by_id or mine.pk == theirs.replaced_by_id:
            raise CannotMerge(
                _(
                    "In the deal “%(deal)s” one of them took over from the other: there"
                    " they are two people."
                )
                % told
            )
        if {mine.pk, theirs.pk} in listens:
            raise CannotMerge(
                _(
                    "In the deal “%(deal)s” one of them listens to the other: there they"
                    " are two people. Take that away first, if it is wrong."
                )
                % told
            )


def _merge(
    kept: Row,
    gone: Row,
    values: Fields,
    *,
    touched: set[Any],
    by: Membership | None,
    now: datetime,
) -> Row:
    """The rest is the same for both: names, fields, words, what was said, the trail."""
    follow_distinct(kept=kept.pk, gone=gone.pk)
    type(gone)._default_manager.filter(pk=gone.pk).delete()
    remember_merged(kept=kept, gone=gone, now=now)
    before, after = differences(kept, values)
    changed = {name: values[name] for name in after}
    replace_version(kept, version=kept.version, fields=changed, stale=_(STALE))
    kind = kept._meta.model_name or ""
    index(kind=kind, object_id=gone.pk, texts=[])
    index(kind=kind, object_id=kept.pk, texts=[kept.name, getattr(kept, "email", "")])
    record(
        verb=f"{kind}.merged",
        subject=kept,
        by=by,
        at=now,
        before=before | {"merged": _as_told(gone)},
        after=after,
    )
    request_recomputes(workspace_id=kept.workspace_id, opportunity_ids=touched, now=now)
    return kept


def _as_told(gone: Any) -> dict[str, Any]:
    """What was known of the one that goes, as JSON can say it: the trail keeps it."""
    names = ("name", "email", "title", "phone", "language", "domain", "country")
    said = {name: getattr(gone, name, "") for name in (*names, "source", "external_id")}
    return {"id": str(gone.pk)} | {name: text for name, text in said.items() if text}
