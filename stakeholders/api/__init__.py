"""The API about the people on the buyer's side, and what happens around a decision."""

from dataclasses import replace

from opportunities.api import COMPANIES
from stakeholders.api.duplicates import (
    APART,
    DUPLICATE_COMPANIES,
    DUPLICATE_PEOPLE,
)
from stakeholders.api.group import HELD_ROLES, INFLUENCE, ROLES
from stakeholders.api.merging import MERGE
from stakeholders.api.outcomes import OUTCOME_REVIEWS, OUTCOMES
from stakeholders.api.people import PEOPLE
from stakeholders.api.purchase_file import PURCHASE_FILE
from stakeholders.api.tasks import TASKS

RESOURCES = (
    replace(COMPANIES, row_acts=(MERGE, APART)),
    replace(PEOPLE, row_acts=(MERGE, APART)),
    *(DUPLICATE_COMPANIES, DUPLICATE_PEOPLE),
    *(ROLES, HELD_ROLES, INFLUENCE),
    *(PURCHASE_FILE, OUTCOMES, OUTCOME_REVIEWS, TASKS),
)
