"""The API about one-to-ones: notes, commitments and questions, between two people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.queries import coached_by
from accounts.rest import Act, Conflict, Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    FLAG,
    ID,
    INSTANT,
    column,
    maybe,
    one_of,
    reference,
)
from coaching.actions.meetings import (
    AnsweredAlready,
    DueInThePast,
    NothingSaid,
    NotYourNote,
    answer_help,
    ask_for_help,
    commit_to,
    keep,
    retract_note,
    write_note,
)
from coaching.api.whose import member_of, papers_of
from coaching.models import CoachingNote, Commitment, CommitmentState, HelpRequest
from coaching.queries.help import help_seen_by
from stakeholders.actions.outcomes import AlreadyClosed
from stakeholders.api.seen import open_deal_of, person_in


class CommitmentBody(body.Body):
    member = body.Id(required=False)
    text = body.Text(max_length=200)
    due_on = body.Day()


class NoteBody(body.Body):
    member = body.Id(required=False)
    text = body.Text(max_length=3_000, line=False)


class HelpBody(body.Body):
    opportunity = body.Id()
    stakeholder = body.Id(required=False, allow_null=True)
    question = body.Text(max_length=3_000, line=False)


class HelpAnswerBody(body.Body):
    answer = body.Text(max_length=3_000, line=False)


def _commit(given: Mapping[str, Any], reader: Reader) -> Commitment:
    return commit_to(
        member=member_of(reader, given.get("member")),
        text=given["text"],
        due_on=given["due_on"],
        today=reader.today,
        by=reader.membership,
        now=reader.now,
    )


def _keep(row: Commitment, given: Mapping[str, Any], reader: Reader) -> Commitment:
    return keep(commitment=row, by=reader.membership, now=reader.now)


def _note(given: Mapping[str, Any], reader: Reader) -> CoachingNote:
    return write_note(
        member=member_of(reader, given.get("member")),
        text=given["text"],
        by=reader.membership,
        now=reader.now,
    )


def _unwrite(
    note: CoachingNote, given: Mapping[str, Any], reader: Reader
) -> CoachingNote:
    return retract_note(note=note, by=reader.membership, now=reader.now)


def _ask(given: Mapping[str, Any], reader: Reader) -> HelpRequest:
    deal = open_deal_of(given, reader)
    about = person_in(deal, given.get("stakeholder"), field="stakeholder")
    return ask_for_help(
        opportunity=deal,
        stakeholder=about,
        question=given["question"],
        by=reader.membership,
        now=reader.now,
    )


def _answer(row: HelpRequest, given: Mapping[str, Any], reader: Reader) -> HelpRequest:
    if row.asked_by_id not in coached_by(reader.membership):
        raise Conflict(_("Only who coaches them answers."))
    return answer_help(
        request=row, answer=given["answer"], by=reader.membership, now=reader.now
    )


def _states_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    rows = Commitment.objects.filter(pk__in=ids)
    zone = reader.workspace.zone
    return {row.pk: {"state": row.state(reader.today, zone=zone)} for row in rows}


COMMITMENTS = Resource(
    name="commitments",
    noun="commitment",
    about="What a rep said they would do, until a day; kept or missed by the clock. Read by "
    "them and whoever coaches them.",
    permission="workspace.enter",
    rows=papers_of(Commitment),
    columns={
        "id": column("pk", ID),
        "member": reference("member_id", "member__name"),
        "text": column("text"),
        "due_on": column("due_on", DAY),
        "made_by": reference("made_by_id", "made_by__name"),
        "made_at": column("made_at", INSTANT),
        "kept_at": column("kept_at", INSTANT, null=True),
    },
    loaded={"state": one_of(CommitmentState)},
    load=_states_of,
    filters={
        "member": Filter(ID, "member"),
        "is_open": Filter(FLAG, "kept_at__isnull"),
    },
    creation=Creation(
        CommitmentBody, _commit, "workspace.enter", (DueInThePast, NothingSaid)
    ),
    row_acts=(
        Act("keep", "It was done; the first time counts.", _keep, "workspace.enter"),
    ),
)

NOTES = Resource(
    name="coaching-notes",
    noun="coaching-note",
    about="Read by the rep it is about and by whoever coaches them, and by nobody else.",
    permission="workspace.enter",
    rows=papers_of(CoachingNote, retracted_at__isnull=True),
    columns={
        "id": column("pk", ID),
        "member": reference("member_id", "member__name"),
        "text": column("text"),
        "written_by": reference("written_by_id", "written_by__name"),
        "written_at": column("written_at", INSTANT),
    },
    filters={"member": Filter(ID, "member")},
    creation=Creation(NoteBody, _note, "workspace.enter", (NothingSaid,)),
    row_acts=(
        Act(
            "retract",
            "Take one's own note back.",
            _unwrite,
            "workspace.enter",
            refusals=(NotYourNote,),
        ),
    ),
)

HELP_REQUESTS = Resource(
    name="help-requests",
    noun="help-request",
    about="A question about a deal to whoever coaches one, and the answer. Read by who "
    "asked and whoever coaches them.",
    permission="workspace.enter",
    rows=lambda reader: help_seen_by(reader.membership),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "stakeholder": reference(
            "stakeholder_id", "stakeholder__person__name", null=True
        ),
        "question": column("question"),
        "asked_by": reference("asked_by_id", "asked_by__name"),
        "asked_at": column("asked_at", INSTANT),
        "answer": maybe("answer"),
        "answered_by": reference("answered_by_id", "answered_by__name", null=True),
        "answered_at": column("answered_at", INSTANT, null=True),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "asked_by": Filter(ID, "asked_by"),
        "is_open": Filter(FLAG, "answered_at__isnull"),
    },
    creation=Creation(HelpBody, _ask, "deal.write", (AlreadyClosed, NothingSaid)),
    row_acts=(
        Act(
            "answer",
            "Answer whom one coaches; the first answer counts.",
            _answer,
            "help.answer",
            HelpAnswerBody,
            (AnsweredAlready, NothingSaid),
        ),
    ),
)
