"""The API about who is asking, the members and teams, their keys and what was done."""

from accounts.api.members import MEMBERS
from accounts.api.teams import TEAMS
from accounts.api.trail import API_KEYS, AUDIT_EVENTS

RESOURCES = (MEMBERS, TEAMS, API_KEYS, AUDIT_EVENTS)
