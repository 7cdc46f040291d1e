"""News from the deals: the roof listens and rings the bell."""

from django.dispatch import Signal

# Something an opportunity's readings rest on has changed. Sent inside its workspace,
# in the transaction that changed it: workspace_id, opportunity_id.
recompute_requested = Signal()

# A deal was opened. Sent inside its workspace, in its transaction: opportunity, now.
opportunity_created = Signal()

# What a currency is worth was set or taken back. Sent inside its workspace, in its
# transaction: workspace_id, currency, now.
rates_changed = Signal()
