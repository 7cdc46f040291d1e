"""What is asked of a version of the phase model besides its row: the pack, what it changes."""

from collections.abc import Iterable
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import WorkspaceView
from accounts.rest.columns import ID, TEXT, list_of, object_of
from readiness.models import ModelStatus, PhaseModel
from readiness.queries.differences import Change, differences_between
from readiness.queries.pack import pack_of

CHANGES = list_of(object_of(of=TEXT, what=TEXT, before=TEXT, after=TEXT))


class PackView(WorkspaceView):
    """A version as a file that `POST /phase-models/upload` makes a draft of, here or elsewhere."""

    permission = "model.manage"
    scope = "phase_models:read"
    answer = {"type": "object"}

    def get(self, request: Request, id: UUID) -> Response:
        self.given(request)
        return Response(pack_of(get_object_or_404(PhaseModel, pk=id)))


class DifferencesView(WorkspaceView):
    """What a version changes against the active one, in the words of the language asked for."""

    permission = "model.manage"
    scope = "phase_models:read"
    answer = object_of(
        active=ID, phases=CHANGES, signals=CHANGES, actions=CHANGES, parameters=CHANGES
    )

    def get(self, request: Request, id: UUID) -> Response:
        self.given(request)
        row = get_object_or_404(PhaseModel, pk=id)
        active = PhaseModel.objects.get(status=ModelStatus.ACTIVE)
        found = differences_between(active, row)
        return Response(
            {
                "active": active.pk,
                "phases": _told(found.phases),
                "signals": _told(found.signals),
                "actions": _told(found.actions),
                "parameters": _told(found.parameters),
            }
        )


def _told(changes: Iterable[Change]) -> list[dict[str, str]]:
    return [
        {
            "of": str(each.of),
            "what": str(each.what),
            "before": str(each.before),
            "after": str(each.after),
        }
        for each in changes
    ]
