"""The people on the buyer's side, and what happened with them."""

from stakeholders.models.acts import (
    DecisionDate,
    FileItemState,
    PurchaseFileItem,
    Quote,
    QuoteChange,
)
from stakeholders.models.anchor import ANCHORS, Anchor
from stakeholders.models.duplicate import DistinctPair
from stakeholders.models.interaction import (
    Channel,
    Direction,
    Interaction,
    Participation,
)
from stakeholders.models.outcome import (
    FileExisted,
    OutcomeEvent,
    OutcomeReview,
    ReviewedPhase,
)
from stakeholders.models.person import Person
from stakeholders.models.role import RoleType
from stakeholders.models.stakeholder import (
    Influence,
    InfluenceLink,
    RoleHeld,
    Stakeholder,
)
from stakeholders.models.task import Task

__all__ = [
    "ANCHORS",
    "Anchor",
    "Channel",
    "DecisionDate",
    "Direction",
    "DistinctPair",
    "FileExisted",
    "FileItemState",
    "Influence",
    "InfluenceLink",
    "Interaction",
    "OutcomeEvent",
    "OutcomeReview",
    "Participation",
    "Person",
    "PurchaseFileItem",
    "Quote",
    "QuoteChange",
    "ReviewedPhase",
    "RoleHeld",
    "RoleType",
    "Stakeholder",
    "Task",
]
