"""News from the buying group."""

from django.dispatch import Signal

# A deal ended or was reopened. Sent in the transaction: opportunity, event, now.
outcome_recorded = Signal()

# Two seats of one deal became one. Sent in the transaction: kept, gone, now. What hangs
# on `gone` in apps above is moved by a receiver there.
seats_merged = Signal()

# Which steps of ours can be planned? An app above answers with their names in the reader's
# language by their codes, those that are offered, in the order in which they are.
steps_asked = Signal()
