"""News of what we believe of a person."""

from django.dispatch import Signal

# A conversation was logged by hand or by the API; an import sends nothing. Sent in its
# transaction: interaction, rows (`ContactRows`).
interaction_logged = Signal()

# Readings of a deal were stored because the evidence changed. Sent once, in their
# transaction: changes, pairs of a row and the one it follows, or None.
readings_changed = Signal()

# A worker is wanted for learning. Sent in the transaction that asked: workspace_id, run_id.
learning_asked = Signal()

# The page of a person is made: an app above answers with what it shows besides, by the names
# that the page knows: `advice` (each has `texts` and `is_clarifying`), the templates `on_top`
# and `at_side`, and what these need. Sent with seat, roles, explained, request, now.
person_shown = Signal()
