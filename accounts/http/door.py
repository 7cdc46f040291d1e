"""The door: /w/<slug>/ and /api/ run inside their workspace, or not at all."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.actions.audit import record_refusal
from accounts.database.races import met_another
from accounts.http.bodies import read_body
from accounts.http.limits import count_call
from accounts.http.programs import find_program
from accounts.http.request import Refusals
from accounts.http.tickets import keep_form
from accounts.models import Membership

GetResponse = Callable[[Any], HttpResponse]


class WorkspaceDoor:
    """The last middleware: sessions, messages and sign-in are saved outside its transaction.

    An answer of 400 or more leaves nothing behind but `request.refusals`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.workspace = request.membership = request.program = None
        request.allowance = None
        place, _slash, rest = request.path_info.lstrip("/").partition("/")
        if place == "w":
            return self._page(request, slug=rest.partition("/")[0])
        if place == "api":
            return self._api(request)
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """A page that met somebody else's; the API says so by itself."""
        if request.workspace and met_another(error):
            return render(request, "409.html", status=HTTPStatus.CONFLICT)
        return None

    def _page(self, request: Any, *, slug: str) -> HttpResponse:
        if not request.user.is_authenticated:
            keep_form(request)
            return to_sign_in(request)
        membership = Membership.objects.at_the_door(request.user, slug).first()
        if membership is None:
            raise Http404  # the same bytes as for a missing id
        if not membership.is_active:
            raise PermissionDenied(
                _("Your access to %(name)s is suspended. Ask an administrator.")
                % {"name": membership.workspace.name}
            )
        read_body(request)
        return self._inside(request, membership, through="page")

    def _api(self, request: Any) -> HttpResponse:
        """By a program, or by session and X-Workspace; the API itself refuses the rest."""
        membership = self._by_program(request) or self._by_session(request)
        if membership is None or not membership.is_active:
            return self.get_response(request)
        request.allowance = count_call(
            workspace_id=membership.workspace_id,
            principal_id=(
                request.program.counted_as if request.program else membership.pk
            ),
        )
        if request.allowance is None or request.allowance.retry_after is None:
            read_body(request)
        return self._inside(request, membership, through="api")

    def _by_program(self, request: Any) -> Membership | None:
        authorization = request.headers.get("Authorization", "")
        found = find_program(authorization, now=timezone.now())
        if found is None:
            return None
        request.program, membership = found
        return membership

    def _by_session(self, request: Any) -> Membership | None:
        slug = request.headers.get("X-Workspace")
        if "Authorization" in request.headers or not slug:
            return None
        if not request.user.is_authenticated:
            return None
        return Membership.objects.at_the_door(request.user, slug).first()

    def _inside(
        self, request: Any, membership: Membership, *, through: str
    ) -> HttpResponse:
        request.workspace, request.membership = membership.workspace, membership
        request.refusals = Refusals()
        called = {
            "through": through,
            "program": request.program.name if request.program else "",
        }
        with (
            tenancy.workspace(membership.workspace, **called),
            timezone.override(_zone(request, membership)),
        ):
            response = self.get_response(request)
            _check(response)
        if is_refusal(response) and request.refusals.seen:
            with tenancy.workspace(membership.workspace, **called):
                for verb, reason in request.refusals.seen:
                    record_refusal(
                        verb=verb, reason=reason, by=membership, at=timezone.now()
                    )
        return response


def _zone(request: Any, membership: Membership) -> ZoneInfo:
    """Instants are shown in the user's own zone, else in the workspace's."""
    own = getattr(request.user, "time_zone", "")
    return ZoneInfo(own or membership.workspace.time_zone)


def _check(response: HttpResponse) -> None:
    """What the transaction may keep, and what can't be sent from inside it."""
    if response.streaming:
        # Just raise: response.close() would close the connection within the transaction.
        raise RuntimeError("a streaming body would be read after the workspace is shut")
    if is_refusal(response):
        transaction.set_rollback(True)
    elif tenancy.is_lost(connection):
        raise TransactionManagementError(
            "a swallowed database error: this success would not be kept"
        )


def is_refusal(response: HttpResponse) -> bool:
    return response.status_code >= HTTPStatus.BAD_REQUEST


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send a visitor to the sign-in page; a part of a page can't be one, so htmx is told."""
    there = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request") != "true":
        return there
    return HttpResponse(
        status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": there["Location"]}
    )
