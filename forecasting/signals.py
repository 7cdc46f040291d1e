"""News of a deal's chances."""

from django.dispatch import Signal

# A forecast was stored because its inputs changed. Sent in its transaction: forecast.
forecast_changed = Signal()
