"""News from what comes in: the roof listens and rings the bell."""

from django.dispatch import Signal

# A worker is wanted for an import. Sent inside its workspace, in the transaction that
# asked for it: workspace_id, run_id.
import_asked = Signal()
