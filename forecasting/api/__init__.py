"""The API about opportunities with what is believed of them, and about forecasts."""

from forecasting.api.forecasts import FORECASTS, PORTFOLIO
from forecasting.api.frozen import PERIOD_REVIEWS, SNAPSHOTS
from forecasting.api.opportunities import OPPORTUNITIES
from forecasting.api.said import CALLS, TARGETS
from forecasting.api.saved_views import VIEWS

RESOURCES = (
    *(OPPORTUNITIES, FORECASTS, PORTFOLIO, SNAPSHOTS, PERIOD_REVIEWS),
    *(TARGETS, CALLS, VIEWS),
)
