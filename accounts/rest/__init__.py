"""What every endpoint of the API stands on."""

from accounts.rest.authentication import DoorAuthentication, IsMember
from accounts.rest.problems import Conflict, problem
from accounts.rest.views import WorkspaceView

__all__ = ["Conflict", "DoorAuthentication", "IsMember", "WorkspaceView", "problem"]
