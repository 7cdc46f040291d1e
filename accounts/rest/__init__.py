"""What every endpoint of the API stands on."""

from accounts.rest.authentication import DoorAuthentication, IsMember
from accounts.rest.problems import Conflict, problem
from accounts.rest.resources import (
    Creation,
    Filter,
    Reader,
    Resource,
    Withdrawal,
    everything,
)
from accounts.rest.views import WorkspaceView, routes

__all__ = [
    "Conflict",
    "Creation",
    "DoorAuthentication",
    "Filter",
    "IsMember",
    "Reader",
    "Resource",
    "Withdrawal",
    "WorkspaceView",
    "everything",
    "problem",
    "routes",
]
