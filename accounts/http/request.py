"""What the middleware has put on a request, by the time a view sees it."""

from dataclasses import dataclass, field

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.http.programs import Program
from accounts.models import Membership, User, Workspace


@dataclass(slots=True)
class Refusals:
    """Attempts that were refused: written by the door after its transaction was rolled back."""

    seen: list[tuple[str, str]] = field(default_factory=list)

    def add(self, verb: str, reason: str) -> None:
        self.seen.append((verb, reason))


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


class WorkspaceRequest(UserRequest):
    """A request that came through the door."""

    workspace: Workspace
    membership: Membership
    program: Program | None
    refusals: Refusals
