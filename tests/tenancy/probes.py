"""What can be done to rows through Django. A probe takes the rows it is aimed at.

Names say what is probed; the answers expected are those of a workspace with one row
of each kind, next to one with two.
"""

import asyncio
import pickle
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Rank

from accounts.models import AuditEvent, Membership, SearchToken, Team, TeamMember
from opportunities.models import Company, Opportunity
from tests.factories import DAY, NOW
from tests.tenancy.probe_app import models as probe_app

Probe = Callable[[Any], Any]

# The type checker knows the product's apps, not the one of the tests.
Note: Any = probe_app.Note
Tag: Any = probe_app.Tag
Thing: Any = probe_app.Thing
ThingTag: Any = probe_app.ThingTag

HERE = "current_setting('app.workspace_id')::uuid"

C, O, T = Company.objects, Opportunity.objects, Thing.objects  # noqa: E741 -- short, for a long table


def names(rows: Any) -> list[str]:
    return sorted(str(row) for row in rows)


def flat(queryset: Any, field: str = "name") -> list[Any]:
    return sorted(queryset.values_list(field, flat=True), key=str)


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    async def main() -> Any:
        await asyncio.sleep(0)
        return await coroutine

    return async_to_sync(main)()


async def iterated(queryset: QuerySet[Any]) -> list[str]:
    return sorted([str(row) async for row in queryset])


def fetched(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def changed(row: Any, **values: Any) -> Any:
    """The row with new values, not saved yet."""
    for name, value in values.items():
        setattr(row, name, value)
    return row


def refreshed(row: Any) -> Any:
    row.refresh_from_db()
    return row


def through_pickle(queryset: QuerySet[Any]) -> QuerySet[Any]:
    copy = queryset.all()
    copy.query = pickle.loads(pickle.dumps(queryset.query))
    return copy


READS: dict[str, tuple[Callable[[], Any], Any]] = {
    "list": (lambda: names(C.all()), ["own"]),
    "count": (lambda: C.count(), 1),
    "exists": (lambda: C.filter(name="canary").exists(), False),
    "exclude exists": (lambda: C.exclude(name="own").exists(), False),
    "exclude over many": (lambda: names(C.exclude(opportunities__name="x")), ["own"]),
    "exclude over m2m": (
        lambda: names(T.exclude(tags__name="x").exclude(children__name="x")),
        ["own", "part"],
    ),
    "aggregate": (lambda: T.aggregate(Sum("weight")), {"weight__sum": 6}),
    "in_bulk": (lambda: names(C.in_bulk().values()), ["own"]),
    "iterator": (lambda: names(C.iterator()), ["own"]),
    "iterator in chunks": (lambda: names(C.iterator(chunk_size=1)), ["own"]),
    "iterator prefetching": (
        lambda: [
            names(company.opportunities.all())
            for company in C.prefetch_related("opportunities").iterator(chunk_size=1)
        ],
        [["own"]],
    ),
    "first and last": (
        lambda: (str(C.order_by("name").first()), str(C.order_by("name").last())),
        ("own", "own"),
    ),
    "earliest": (lambda: str(C.earliest("name")), "own"),
    "get": (lambda: str(C.get()), "own"),
    "values": (lambda: list(C.values("name")), [{"name": "own"}]),
    "values over a key": (lambda: flat(O, "company__name"), ["own"]),
    "distinct on": (
        lambda: names(O.order_by("company__name").distinct("company__name")),
        ["own"],
    ),
    "union": (lambda: names(C.all().union(C.all(), all=True)), ["own", "own"]),
    "difference": (lambda: names(C.difference(C.filter(name="own"))), []),
    "or-ed and and-ed": (
        lambda: (
            names(C.filter(name="own") | C.filter(name="canary")),
            names(C.all() & C.exclude(name="x")),
        ),
        (["own"], ["own"]),
    ),
    "evaluated twice": (
        lambda: [names(every.all()) for every in [C.all()] for _twice in range(2)],
        [["own"], ["own"]],
    ),
    "pickled": (lambda: names(through_pickle(C.all())), ["own"]),
    "Subquery": (
        lambda: flat(
            Membership.objects.annotate(
                deal=Subquery(O.filter(owner=OuterRef("pk")).values("name")[:1])
            ),
            "deal",
        ),
        [None, None, "own"],
    ),
    "Exists": (
        lambda: names(
            Membership.objects.filter(Exists(O.filter(owner=OuterRef("pk"))))
        ),
        ["own"],
    ),
    "ArraySubquery": (
        lambda: [
            deals
            for deals in Membership.objects.annotate(
                deals=ArraySubquery(O.filter(owner=OuterRef("pk")).values("name"))
            ).values_list("deals", flat=True)
            if deals
        ],
        [["own"]],
    ),
    "in a subquery": (lambda: names(O.filter(company__in=C.all())), ["own"]),
    "in a global table's filter": (
        lambda: names(Membership.objects.filter(pk__in=O.values("owner"))),
        ["own"],
    ),
    "select_related": (
        lambda: [
            (str(deal.company), str(deal.owner))
            for deal in O.select_related("company", "owner")
        ],
        [("own", "own")],
    ),
    "select_related, outer and twice": (
        lambda: sorted(
            str(thing.parent) for thing in T.select_related("parent__parent", "twin")
        ),
        ["None", "own"],
    ),
    "prefetch_related": (
        lambda: [
            [
                names(thing.tags.all()),
                names(thing.notes.all()),
                names(thing.twins.all()),
            ]
            for thing in T.prefetch_related("tags", "notes", "twins").filter(name="own")
        ],
        [[["own"], ["own"], ["part"]]],
    ),
    "Prefetch with a queryset": (
        lambda: [
            names(company.deals)
            for company in C.prefetch_related(
                Prefetch("opportunities", O.exclude(name="x"), to_attr="deals")
            )
        ],
        [["own"]],
    ),
    "only and defer": (
        lambda: [(d.name, d.company.name) for d in O.only("outcome")],
        [("own", "own")],
    ),
    "count per row": (
        lambda: flat(C.annotate(n=Count("opportunities")), "n"),
        [1],
    ),
    "count per row, two keys": (
        lambda: list(
            T.filter(name="own")
            .annotate(
                a=Count("children", distinct=True), b=Count("twins", distinct=True)
            )
            .values_list("a", "b")
        ),
        [(1, 1)],
    ),
    "count over m2m": (
        lambda: flat(Tag.objects.annotate(n=Count("things")), "n"),
        [1],
    ),
    "count over a generic relation": (
        lambda: flat(T.annotate(n=Count("notes")), "n"),
        [0, 1],
    ),
    "aggregate of annotated": (
        lambda: C.annotate(n=Count("opportunities")).aggregate(m=Max("n"), c=Sum("n")),
        {"m": 1, "c": 1},
    ),
    "ArrayAgg": (
        lambda: flat(C.annotate(deals=ArrayAgg("opportunities__name")), "deals"),
        [["own"]],
    ),
    "FilteredRelation": (
        lambda: names(
            C.annotate(
                deal=FilteredRelation(
                    "opportunities", condition=~Q(opportunities__name="x")
                )
            ).filter(deal__outcome="open")
        ),
        ["own"],
    ),
    "group by": (
        lambda: list(O.values("company__name").annotate(n=Count("pk"))),
        [{"company__name": "own", "n": 1}],
    ),
    "Window": (
        lambda: flat(
            T.annotate(rank=Window(Rank(), order_by=F("weight").desc())), "rank"
        ),
        [1, 2],
    ),
    "F over a key": (
        lambda: names(T.filter(parent__name=F("twin__name"))),
        ["part"],
    ),
    "or across an outer join": (
        lambda: names(T.filter(Q(parent__name="x") | Q(name="own"))),
        ["own"],
    ),
    "isnull over a reverse key": (
        lambda: names(T.filter(children__isnull=True)),
        ["part"],
    ),
    "Case": (
        lambda: flat(
            C.annotate(k=Case(When(name="own", then=Value(1)), default=Value(0))), "k"
        ),
        [1],
    ),
    "Coalesce of a Subquery": (
        lambda: flat(
            C.annotate(
                deal=Coalesce(
                    Subquery(O.filter(company=OuterRef("pk")).values("name")[:1]),
                    Value("-"),
                )
            ),
            "deal",
        ),
        ["own"],
    ),
    "filter over m2m": (lambda: names(T.filter(tags__name="own")), ["own"]),
    "filter over a generic relation": (
        lambda: names(T.filter(notes__text="own")),
        ["own"],
    ),
    "select_for_update": (lambda: names(C.select_for_update()), ["own"]),
    "select_for_update of self": (
        lambda: names(O.select_related("company").select_for_update(of=("self",))),
        ["own"],
    ),
    "base manager": (lambda: names(Company._base_manager.all()), ["own"]),
    "places in teams": (
        lambda: flat(TeamMember.objects.select_related("team"), "team__name"),
        ["own"],
    ),
    "append-only": (lambda: flat(AuditEvent.objects, "verb"), ["own"]),
    "words": (lambda: flat(SearchToken.objects, "token"), ["own"]),
    "async iteration": (lambda: awaited(iterated(C.all())), ["own"]),
    "async count": (lambda: awaited(C.acount()), 1),
    "explain": (lambda: bool(C.explain()), True),
    "raw": (
        lambda: names(
            C.raw(f"SELECT * FROM opportunities_company WHERE workspace_id = {HERE}")
        ),
        ["own"],
    ),
    "cursor": (
        lambda: fetched(
            f"SELECT name FROM Opportunities_Company WHERE workspace_id = {HERE}"
        ),
        [("own",)],
    ),
}

# Aimed at a row by its id.
LOOKUPS: dict[str, Probe] = {
    "get": lambda r: C.filter(pk=r.company.pk).get(),
    "refresh_from_db": lambda r: refreshed(r.company),
    "in_bulk": lambda r: C.in_bulk([r.company.pk])[r.company.pk],
    "contains": lambda r: {True: r.company}[C.contains(r.company)],
    "forward key": lambda r: Opportunity(company_id=r.company.pk).company,
    "reverse key": lambda r: r.company.opportunities.get(),
    "many to many": lambda r: r.thing.tags.get(),
    "generic relation": lambda r: r.thing.notes.get(),
    "through": lambda r: ThingTag.objects.get(thing=r.thing),
    "append-only": lambda r: AuditEvent.objects.get(pk=r.event.pk),
    "async get": lambda r: awaited(C.aget(pk=r.company.pk)),
    "get_or_create by id": lambda r: Tag.objects.get(pk=r.tag.pk, name=r.tag.name),
}

WRITES: dict[str, Probe] = {
    "update": lambda r: C.filter(pk=r.company.pk).update(name="hacked"),
    "update all": lambda r: T.filter(name=r.thing.name).update(weight=F("weight") + 1),
    "update over a join": lambda r: O.filter(company__name=r.company.name).update(
        name="hacked"
    ),
    "update from a subquery": lambda r: T.filter(parent=r.thing).update(
        name=Subquery(Tag.objects.filter(pk=r.tag.pk).values("name")[:1])
    ),
    "update of a slice": lambda r: T.filter(
        pk__in=T.filter(name=r.thing.name).order_by("-weight").values("pk")[:1]
    ).update(name="hacked"),
    "save": lambda r: changed(r.company, name="hacked").save(),
    "save update_fields": lambda r: changed(r.company, name="hacked").save(
        update_fields=["name"]
    ),
    "bulk_update": lambda r: C.bulk_update(
        [changed(r.company, name="hacked")], ["name", "version"]
    ),
    "instance delete": lambda r: r.word.delete(),
    "cascade delete": lambda r: r.team.delete(),
    "delete that sets null": lambda r: r.thing.delete(),
    "delete": lambda r: SearchToken.objects.filter(token=r.word.token).delete(),
    "raw delete": lambda r: Note.objects.filter(pk=r.note.pk)._raw_delete("default"),
    "delete over a join": lambda r: ThingTag.objects.filter(
        tag__name=r.tag.name, thing__name=r.thing.name
    ).delete(),
    "delete of a slice": lambda r: ThingTag.objects.filter(
        pk__in=ThingTag.objects.filter(tag=r.tag).values("pk")[:1]
    ).delete(),
    "m2m clear": lambda r: r.thing.tags.clear(),
    "m2m remove": lambda r: r.thing.tags.remove(r.tag),
    "m2m set": lambda r: r.thing.tags.set([]),
    "reverse remove": lambda r: r.thing.children.remove(r.part),
    "reverse set": lambda r: r.thing.children.set([]),
    "generic clear": lambda r: r.thing.notes.clear(),
    "create": lambda r: Company.objects.create(name="new", workspace=r.workspace),
    "create a child": lambda r: O.create(
        name="new", company=r.company, owner=r.member, opened_on=DAY
    ),
    "bulk_create": lambda r: C.bulk_create([Company(name="n", workspace=r.workspace)]),
    "bulk_create ignoring": lambda r: ThingTag.objects.bulk_create(
        [ThingTag(thing_id=r.thing.pk, tag_id=r.tag.pk)], ignore_conflicts=True
    ),
    "bulk upsert": lambda r: Tag.objects.bulk_create(
        [Tag(pk=r.tag.pk, workspace=r.workspace, name="hacked")],
        update_conflicts=True,
        unique_fields=["workspace", "id"],
        update_fields=["name"],
    ),
    "update_or_create": lambda r: T.update_or_create(
        name="part", parent=r.thing, defaults={"weight": 9}
    ),
    "get_or_create": lambda r: T.get_or_create(name="fresh", parent=r.thing),
    "m2m add": lambda r: r.thing.tags.add(r.tag, through_defaults={}),
    "async create": lambda r: awaited(
        C.acreate(name="async", workspace_id=r.workspace.pk)
    ),
    "append": lambda r: AuditEvent.objects.create(
        at=NOW, verb="new", source="system", workspace=r.workspace
    ),
}
# These add a row to r's workspace by naming one of its rows, or add nothing when the
# row is there already.
NO_CHANGE_OF_ITS_OWN = {"m2m add"}

# Rows of ours that would point at one of theirs.
POINTERS: dict[str, Probe] = {
    "create": lambda r: O.create(
        name="x",
        company=r.company,
        owner=Membership.objects.get(name="own"),
        opened_on=DAY,
    ),
    "create by id": lambda r: ThingTag.objects.bulk_create(
        [ThingTag(thing_id=r.thing.pk, tag_id=Tag.objects.get().pk)]
    ),
    "update": lambda r: T.update(twin=r.thing),
    "save": lambda r: changed(T.get(name="part"), twin_id=r.thing.pk).save(),
    "m2m add": lambda r: T.get(name="own").tags.add(r.tag),
    "owner of another workspace": lambda r: O.update(owner=r.member),
    "a place in our team": lambda r: TeamMember.objects.create(
        team=Team.objects.get(), membership=r.member, part="coach"
    ),
}

MOVES: dict[str, Probe] = {
    "update": lambda r: C.update(workspace=r.workspace),
    "update with more": lambda r: C.update(workspace=r.workspace, name="moved"),
    "save": lambda r: changed(C.get(), workspace_id=r.workspace.pk).save(),
    "bulk_update": lambda r: C.bulk_update(
        [changed(C.get(), workspace_id=r.workspace.pk)], ["workspace"]
    ),
}
