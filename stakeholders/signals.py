"""News from the buying group."""

from django.dispatch import Signal

# A deal ended or was reopened. Sent in the transaction: opportunity, event, now.
outcome_recorded = Signal()

# Two seats of one deal became one. Sent in the transaction: kept, gone, now. What hangs
# on `gone` in apps above is moved by a receiver there.
seats_merged = Signal()
