"""News of what we believe of a person."""

from django.dispatch import Signal

# A reading was stored because the evidence changed. Sent in its transaction:
# reading, before (the row it follows, or None).
reading_changed = Signal()

# A worker is wanted for learning. Sent in the transaction that asked: workspace_id, run_id.
learning_asked = Signal()

# The page of a person is made: who has advice answers with pieces of it, heaviest first,
# that have `texts` (observation, next_step …) and `is_clarifying`. seat, roles, catalogue,
# workspace, now.
advice_wanted = Signal()
