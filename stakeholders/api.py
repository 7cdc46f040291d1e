"""The API about the people on the buyer's side, and what happens around a decision."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import in_words
from accounts.models.base import StaleVersion
from accounts.rest import (
    Act,
    Change,
    Creation,
    Filter,
    Reader,
    Resource,
    WorkspaceView,
    everything,
)
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    money,
    object_of,
    one_of,
    or_null,
    reference,
)
from accounts.rest.parameters import BadParameter
from accounts.rest.written import VISIBLE
from opportunities.api import COMPANIES
from opportunities.models import Company, Opportunity, Outcome
from stakeholders.actions.merging import (
    CannotMerge,
    SameRow,
    merge_companies,
    merge_people,
)
from stakeholders.actions.people import (
    SeatTaken,
    UnknownRole,
    add_stakeholder,
    change_person,
    change_stakeholder,
    create_person,
)
from stakeholders.forms.merging import COMPANY, PERSON
from stakeholders.models import (
    DecisionDate,
    FileItemState,
    Influence,
    InfluenceLink,
    OutcomeEvent,
    Person,
    PurchaseFileItem,
    Quote,
    QuoteChange,
    RoleHeld,
    RoleType,
    Stakeholder,
    Task,
)
from stakeholders.queries.roles import held_on
from stakeholders.queries.search import KINDS, search


class PersonBody(body.Body):
    name = body.Text(max_length=160)
    company = body.Id(required=False, allow_null=True)
    email = body.Mail(max_length=254, required=False)
    title = body.Text(max_length=160, required=False)
    phone = body.Text(max_length=60, required=False)
    language = body.Text(max_length=5, required=False)


class StakeholderChangeBody(body.Body):
    influence = body.Choice(Influence.choices, required=False)
    goals = body.Text(max_length=5_000, line=False, required=False)
    criteria = body.Text(max_length=5_000, line=False, required=False)
    worries = body.Text(max_length=5_000, line=False, required=False)


class StakeholderBody(body.Body):
    opportunity = body.Id()
    person = body.Id()
    joined_on = body.Day(required=False)
    roles = serializers.ListField(
        child=body.Text(max_length=40), required=False, max_length=20
    )
    influence = body.Choice(Influence.choices, required=False)
    goals = body.Text(max_length=5_000, line=False, required=False)
    criteria = body.Text(max_length=5_000, line=False, required=False)
    worries = body.Text(max_length=5_000, line=False, required=False)


def row_of(rows: Any, id: UUID | None, *, field: str) -> Any:
    """The row a body points at, if it is one the caller may see."""
    if id is None:
        return None
    row = rows.filter(pk=id).first()
    if row is None:
        raise ValidationError({field: [_("There is no row with this id.")]})
    return row


def seen_by(reader: Reader) -> Any:
    """The opportunities of which the caller may see what hangs on them."""
    return Opportunity.objects.visible_to(reader.membership)


def _create_person(given: Mapping[str, Any], reader: Reader) -> Person:
    values = dict(given)
    company = row_of(Company.objects, values.pop("company", None), field="company")
    return create_person(
        **values, company=company, by=reader.membership, now=reader.now
    )


def _change_person(person: Person, given: Mapping[str, Any], reader: Reader) -> Person:
    values = dict(given)
    if "company" in values:
        values["company"] = row_of(Company.objects, values["company"], field="company")
    if "email" in values:
        values["email"] = values["email"].lower()
    return change_person(
        person=person,
        values=values,
        version=person.version,
        by=reader.membership,
        now=reader.now,
    )


def _change_stakeholder(
    stakeholder: Stakeholder, given: Mapping[str, Any], reader: Reader
) -> Stakeholder:
    return change_stakeholder(
        stakeholder=stakeholder,
        values=dict(given),
        version=stakeholder.version,
        by=reader.membership,
        now=reader.now,
    )


def _create_stakeholder(given: Mapping[str, Any], reader: Reader) -> Stakeholder:
    values = {"joined_on": reader.today} | dict(given)
    deal = row_of(seen_by(reader), values.pop("opportunity"), field="opportunity")
    person = row_of(Person.objects, values.pop("person"), field="person")
    if len(set(values.get("roles", ()))) != len(values.get("roles", ())):
        raise ValidationError({"roles": [_("Name each role once.")]})
    return add_stakeholder(
        **values,
        opportunity=deal,
        person=person,
        by=reader.membership,
        now=reader.now,
    )


PEOPLE = Resource(
    name="people",
    noun="person",
    about="Human beings at customers. No sex, age or nationality, anywhere.",
    permission="person.see",
    rows=everything(Person),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "company": reference("company_id", "company__name", null=True),
        "email": maybe("email"),
        "title": maybe("title"),
        "phone": maybe("phone"),
        "language": maybe("language"),
        "left_company_on": column("left_company_on", DAY, null=True),
        "source": maybe("source"),
        "external_id": maybe("external_id"),
    },
    filters={
        "company": Filter(ID, "company"),
        "email": Filter(TEXT, "email"),
        "source": Filter(TEXT, "source"),
        "external_id": Filter(TEXT, "external_id"),
    },
    orderings={"id": "pk", "name": "name"},
    creation=Creation(PersonBody, _create_person, "person.write"),
    change=Change(PersonBody, _change_person, "person.write"),
    version="version",
)


def _roles_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    held: dict[UUID, list[RoleHeld]] = {pk: [] for pk in ids}
    for row in RoleHeld.objects.filter(stakeholder__in=ids):
        held[row.stakeholder_id].append(row)
    return {pk: {"roles": held_on(rows, reader.today)} for pk, rows in held.items()}


STAKEHOLDERS = Resource(
    name="stakeholders",
    noun="stakeholder",
    about="A person's seat in one opportunity. `roles` are those held today, the first shown.",
    permission="deal.see",
    rows=lambda reader: Stakeholder.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "person": reference("person_id", "person__name"),
        "joined_on": column("joined_on", DAY),
        "left_on": column("left_on", DAY, null=True),
        "replaced_by": reference("replaced_by_id", null=True),
        "influence": maybe("influence", one_of(Influence)),
        "goals": maybe("goals"),
        "criteria": maybe("criteria"),
        "worries": maybe("worries"),
        "external_id": maybe("external_id"),
    },
    loaded={"roles": list_of(TEXT)},
    load=_roles_of,
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "person": Filter(ID, "person"),
    },
    creation=Creation(
        StakeholderBody, _create_stakeholder, "deal.write", (SeatTaken, UnknownRole)
    ),
    change=Change(StakeholderChangeBody, _change_stakeholder, "deal.write"),
    version="version",
)

ROLES = Resource(
    name="roles",
    noun="role",
    about="The roles a person can play in a buying group of this workspace.",
    permission="workspace.enter",
    rows=everything(RoleType),
    columns={
        "id": column("pk", ID),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "counts_as": Column(
            ("counts_as",),
            list_of(one_of(["approve", "veto", "influence", "none"])),
            lambda rights: rights.split("+"),
        ),
        "default_weight": column("default_weight", NUMBER),
        "is_choosable": column("is_choosable", FLAG),
    },
)

INFLUENCE = Resource(
    name="influence",
    noun="influence-link",
    about="Who listens to whom within a buying group: `taker` listens to `giver`.",
    permission="deal.see",
    rows=lambda reader: InfluenceLink.objects.filter(
        giver__opportunity__in=seen_by(reader)
    ),
    columns={
        "id": column("pk", ID),
        "giver": reference("giver_id", "giver__person__name"),
        "taker": reference("taker_id", "taker__person__name"),
        "strength": maybe("strength", one_of(Influence)),
    },
    filters={"opportunity": Filter(ID, "giver__opportunity")},
)

_FACT = {
    "id": column("lineage_id", ID),
    "opportunity": reference("opportunity_id", "opportunity__name"),
}
LOGGED = {
    "logged_at": column("logged_at", INSTANT),
    "logged_by": reference("logged_by_id", "logged_by__name", null=True),
}
_OF_A_DEAL = {"opportunity": Filter(ID, "opportunity")}


def facts_seen(model: Any, *, of: str = "opportunity") -> Any:
    """The standing facts of the deals the caller may see; `of` leads to the deal."""
    return lambda reader: model.objects.standing().filter(
        **{f"{of}__in": seen_by(reader)}
    )


QUOTES = Resource(
    name="quotes",
    noun="quote",
    about="The versions of our quote.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(Quote),
    columns={
        **_FACT,
        "version": column("number", COUNT),
        "sent_on": column("sent_on", DAY),
        "total": money("total", "currency"),
        "change": maybe("change", one_of(QuoteChange)),
        "addressed_to": reference(
            "addressed_to_id", "addressed_to__person__name", null=True
        ),
        **LOGGED,
    },
    filters=_OF_A_DEAL,
)

DECISION_DATES = Resource(
    name="decision-dates",
    noun="decision-date",
    about="When the buyer said they would decide; the last one set counts.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(DecisionDate),
    columns={
        **_FACT,
        "set_at": column("set_at", INSTANT),
        "decision_on": column("decision_on", DAY),
        "reason": maybe("reason"),
        "linked_event": maybe("linked_event"),
        "moved_by": reference("moved_by_id", "moved_by__person__name", null=True),
        "is_moved_by_seller": column("is_moved_by_seller", FLAG),
        **LOGGED,
    },
    filters=_OF_A_DEAL,
)

PURCHASE_FILE = Resource(
    name="purchase-file",
    noun="purchase-file-item",
    about="What the buyer's own file holds; the last row of an item counts.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(PurchaseFileItem),
    columns={
        **_FACT,
        "item": column("item", COUNT | {"minimum": 1, "maximum": 8}),
        "state": column("state", one_of(FileItemState)),
        "evidence": maybe("evidence"),
        "as_of": column("seen_on", DAY),
        **LOGGED,
    },
    filters=_OF_A_DEAL,
)

OUTCOMES = Resource(
    name="outcomes",
    noun="outcome",
    about="A deal ended or was reopened; its state is the last event's.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(OutcomeEvent),
    columns={
        **_FACT,
        "outcome": column("outcome", one_of(Outcome)),
        "on": column("happened_on", DAY),
        "reason": maybe("reason"),
        **LOGGED,
    },
    filters=_OF_A_DEAL | {"outcome": Filter(one_of(Outcome), "outcome")},
)

TASKS = Resource(
    name="tasks",
    noun="task",
    about="Next steps somebody promised.",
    permission="deal.see",
    rows=lambda reader: Task.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "title": column("title"),
        "stakeholder": reference(
            "stakeholder_id", "stakeholder__person__name", null=True
        ),
        "owner": reference("owner_id", "owner__name", null=True),
        "department": maybe("department"),
        "due_on": column("due_on", DAY, null=True),
        "done_at": column("done_at", INSTANT, null=True),
    },
    filters=_OF_A_DEAL
    | {"owner": Filter(ID, "owner"), "due_until": Filter(DAY, "due_on__lte")},
)


class MergeBody(body.Body):
    """The other one, and the fields whose values are taken from it."""

    other = body.Id()
    take = serializers.ListField(
        child=body.Text(max_length=40), required=False, max_length=10
    )


def _merge(kept: Any, given: Mapping[str, Any], reader: Reader) -> Any:
    gone = row_of(type(kept).objects, given["other"], field="other")
    merge: Any = merge_people if isinstance(kept, Person) else merge_companies
    labels = PERSON if isinstance(kept, Person) else COMPANY
    if unknown := [name for name in given.get("take", ()) if name not in labels]:
        raise ValidationError({"take": [_("There is no field “%s”.") % unknown[0]]})
    return merge(
        kept=kept,
        gone=gone,
        values={name: getattr(gone, name) for name in given.get("take", ())},
        by=reader.membership,
        now=reader.now,
    )


MERGE = Act(
    "merge",
    "Make one of two: all that hangs on `other` hangs on this row, and both ids lead to it.",
    _merge,
    "person.write",
    MergeBody,
    (CannotMerge, SameRow, StaleVersion),
)
WORDS = TEXT | {"maxLength": 200, "pattern": f"^[^\\x00]*{VISIBLE}[^\\x00]*$"}


class SearchView(WorkspaceView):
    """People, companies and opportunities by the start of any word; at most 20 of a kind."""

    permission = "person.see"
    scope = "search:read"
    parameters = {
        "q": Filter(WORDS, is_required=True),
        "kind": Filter(one_of(KINDS)),
    }
    answer = object_of(
        results=list_of(
            object_of(kind=one_of(KINDS), id=ID, label=TEXT, hint=or_null(TEXT))
        ),
        next=or_null(TEXT),
    )

    def get(self, request: Request) -> Response:
        given = self.given(request)
        words = given.get("q", "")
        if len(words) > 200 or not re.search(VISIBLE, words):
            raise BadParameter("q", _("Say in a few words what to look for."))
        kinds = [given["kind"]] if "kind" in given else KINDS
        if not set(kinds) <= set(KINDS):
            raise BadParameter("kind", _("This is none of the values it can have."))
        hits = search(words, by=self.reader(request).membership, kinds=kinds)
        results = [
            {
                "kind": hit.kind,
                "id": hit.id,
                "label": hit.label,
                "hint": hit.hint or None,
            }
            for hit in hits
        ]
        return Response({"results": results, "next": None})


RESOURCES = (
    replace(COMPANIES, row_acts=(MERGE,)),
    replace(PEOPLE, row_acts=(*PEOPLE.row_acts, MERGE)),
    *(STAKEHOLDERS, ROLES, INFLUENCE, QUOTES, DECISION_DATES),
    *(PURCHASE_FILE, OUTCOMES, TASKS),
)
