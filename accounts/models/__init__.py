"""Who uses the product: users, workspaces, who belongs to which, and what they did."""

from accounts.models.access import ApiKey, Invitation, Token
from accounts.models.answers import RememberedAnswer
from accounts.models.applications import (
    Application,
    ApplicationKind,
    Grant,
    IssuedToken,
)
from accounts.models.audit import AuditEvent, SecurityEvent
from accounts.models.base import AppendOnlyModel, WorkspaceModel
from accounts.models.days import end_of, start_of
from accounts.models.facts import (
    Fact,
    FactQuerySet,
    Sourced,
    one_per_lineage,
    one_per_source,
)
from accounts.models.membership import Membership, MembershipStatus, Role
from accounts.models.merged import MergedRow
from accounts.models.search import SearchToken
from accounts.models.team import Team, TeamMember, TeamPart
from accounts.models.user import Theme, User
from accounts.models.words import in_words
from accounts.models.workspace import Period, Visibility, Workspace

__all__ = [
    "ApiKey",
    "AppendOnlyModel",
    "Application",
    "ApplicationKind",
    "AuditEvent",
    "Fact",
    "FactQuerySet",
    "Grant",
    "Invitation",
    "IssuedToken",
    "Membership",
    "MembershipStatus",
    "MergedRow",
    "Period",
    "RememberedAnswer",
    "Role",
    "SearchToken",
    "SecurityEvent",
    "Sourced",
    "Team",
    "TeamMember",
    "TeamPart",
    "Theme",
    "Token",
    "User",
    "Visibility",
    "Workspace",
    "WorkspaceModel",
    "end_of",
    "in_words",
    "one_per_lineage",
    "one_per_source",
    "start_of",
]
