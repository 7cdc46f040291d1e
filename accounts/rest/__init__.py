"""What every endpoint of the API stands on."""

from accounts.rest.authentication import DoorAuthentication, IsMember
from accounts.rest.problems import Conflict, problem
from accounts.rest.resources import (
    Act,
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    Shown,
    everything,
)
from accounts.rest.routes import routes
from accounts.rest.views import WorkspaceView

__all__ = [
    "Act",
    "Change",
    "Conflict",
    "Creation",
    "DoorAuthentication",
    "Filter",
    "IsMember",
    "Reader",
    "Removal",
    "Resource",
    "Shown",
    "WorkspaceView",
    "everything",
    "problem",
    "routes",
]
