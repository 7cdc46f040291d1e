"""News from the buying group."""

from django.dispatch import Signal

# A deal ended or was reopened. Sent in the transaction: opportunity, event, now.
outcome_recorded = Signal()
