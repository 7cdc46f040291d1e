"""The API about one-to-ones: with whom, and what to speak about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import Reader, Resource, WorkspaceView
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    ID,
    INSTANT,
    NAMED,
    PROBABILITY,
    TEXT,
    column,
    list_of,
    object_of,
    one_of,
    or_null,
)
from coaching.api.whose import whose
from coaching.queries import wording
from coaching.queries.agenda import (
    Agenda,
    agenda_for,
    promised_by,
    questions_of,
)
from opportunities.models import Opportunity
from stakeholders.models import Anchor, Stakeholder


def _open_with(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    promised = promised_by(ids, today=reader.today)
    asked = questions_of(ids)
    return {
        pk: {
            "is_own": pk == reader.membership.pk,
            "due": promised.get(pk, (0, 0))[0],
            "missed": promised.get(pk, (0, 0))[1],
            "questions": asked.get(pk, 0),
        }
        for pk in ids
    }


ONE_TO_ONES = Resource(
    name="one-to-ones",
    noun="one-to-one",
    about="The caller and whom they coach, with what is open between the two: commitments "
    "due and missed, questions without an answer. What to speak about is at "
    "`/one-to-ones/{id}/agenda`; notes and commitments are lists of their own.",
    permission="workspace.enter",
    rows=whose,
    columns={"id": column("pk", ID), "name": column("name")},
    loaded={"is_own": FLAG, "due": COUNT, "missed": COUNT, "questions": COUNT},
    load=_open_with,
)


class AgendaView(WorkspaceView):
    """What to speak about with one rep: at most five points of a kind, of deals both see."""

    permission = "workspace.enter"
    scope = "one_to_ones:read"
    answer = object_of(
        member=NAMED,
        queue=list_of(
            object_of(
                prompt=ID,
                opportunity=NAMED,
                stakeholder=or_null(NAMED),
                sentence=or_null(TEXT),
            )
        ),
        symptoms=list_of(
            object_of(opportunity=NAMED, name=TEXT, ask=TEXT, opened_at=INSTANT)
        ),
        read_otherwise=list_of(
            object_of(
                stakeholder=NAMED,
                opportunity=NAMED,
                phase=one_of(Anchor),
                probability=PROBABILITY,
            )
        ),
        silent=list_of(object_of(stakeholder=NAMED, opportunity=NAMED, days=COUNT)),
        overdue=list_of(object_of(task=ID, title=TEXT, opportunity=NAMED, due_on=DAY)),
    )

    def get(self, request: Request, id: UUID) -> Response:
        self.given(request)
        reader = self.reader(request)
        member = whose(reader).filter(pk=id).first()
        if member is None:
            raise Http404
        agenda = agenda_for(
            Opportunity.objects.visible_to(reader.membership),
            member=member,
            reader=wording.Reader(get_language() or "en", reader.workspace, reader.now),
        )
        return Response({"member": _named(member)} | _told(agenda))


def _told(agenda: Agenda) -> dict[str, Any]:
    return {
        "queue": [
            {
                "prompt": row.prompt.pk,
                "opportunity": _named(row.opportunity),
                "stakeholder": _seat(row.position.stakeholder)
                if row.position
                else None,
                "sentence": row.advised.texts.get("sentence"),
            }
            for row in agenda.queue
        ],
        "symptoms": [
            {
                "opportunity": _named(line.opportunity),
                "name": line.name,
                "ask": line.ask,
                "opened_at": line.since,
            }
            for line in agenda.symptoms
        ],
        "read_otherwise": [
            {
                "stakeholder": _seat(each.position.stakeholder),
                "opportunity": _named(each.position.stakeholder.opportunity),
                "phase": each.override.anchor,
                "probability": each.chance,
            }
            for each in agenda.disagreements
        ],
        "silent": [
            {
                "stakeholder": _seat(each.stakeholder),
                "opportunity": _named(each.stakeholder.opportunity),
                "days": each.days,
            }
            for each in agenda.silent
        ],
        "overdue": [
            {
                "task": task.pk,
                "title": task.title,
                "opportunity": _named(task.opportunity),
                "due_on": task.due_on,
            }
            for task in agenda.overdue
        ],
    }


def _named(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def _seat(seat: Stakeholder) -> dict[str, Any]:
    return {"id": seat.pk, "name": seat.person.name}
