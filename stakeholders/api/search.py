"""The API's search."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import Filter, WorkspaceView
from accounts.rest.columns import ID, TEXT, list_of, object_of, one_of, or_null
from accounts.rest.parameters import BadParameter
from accounts.rest.written import VISIBLE
from stakeholders.queries.search import KINDS, search

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
