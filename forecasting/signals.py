"""News of a deal's chances."""

from django.dispatch import Signal

# A forecast was stored because its inputs changed. Sent in its transaction: forecast.
forecast_changed = Signal()

# The sums of the periods rest on something that changed. Sent inside the workspace:
# workspace_id, now.
sums_outdated = Signal()
