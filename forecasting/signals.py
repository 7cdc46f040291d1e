"""News of chances, and of how right they were."""

from django.dispatch import Signal

# A forecast was stored because its inputs changed. Sent in its transaction: forecast.
forecast_changed = Signal()

# A worker is wanted for a report of accuracy. Sent in the transaction that asked.
accuracy_asked = Signal()
