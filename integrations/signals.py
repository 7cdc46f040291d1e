"""News from what comes in and goes out: the roof listens and rings the bell."""

from django.dispatch import Signal

# A worker is wanted for an import. Sent inside its workspace, in the transaction that
# asked for it: workspace_id, run_id.
import_asked = Signal()

# A worker is wanted for an export. Sent inside its workspace, in the transaction that
# asked for it: workspace_id, run_id.
export_asked = Signal()

# An import came to its end, good or bad. Sent in the transaction that ended it: run, now.
import_finished = Signal()

# Something is to be sent to others. Sent in the transaction that asked: workspace_id.
delivery_asked = Signal()
