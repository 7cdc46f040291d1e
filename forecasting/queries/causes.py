"""What moves a forecast, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from forecasting.engine.changes import Part

CAUSES: Mapping[Part, Any] = {
    Part.WON: pgettext_lazy("cause of a change", "Won"),
    Part.LOST: pgettext_lazy("cause of a change", "Lost"),
    Part.NO_DECISION: pgettext_lazy("cause of a change", "No decision"),
    Part.WITHDRAWN: gettext_lazy("Withdrawn or taken back"),
    Part.NEW: pgettext_lazy("cause of a change", "New"),
    Part.REOPENED: pgettext_lazy("cause of a change", "Reopened"),
    Part.PULLED_IN: gettext_lazy("Pulled in"),
    Part.PUSHED_OUT: gettext_lazy("Pushed out"),
    Part.READINESS_UP: gettext_lazy("Readiness up"),
    Part.READINESS_DOWN: gettext_lazy("Readiness down"),
    Part.AMOUNT: gettext_lazy("Amount"),
    Part.RATE: gettext_lazy("Exchange rate"),
    Part.MODEL: gettext_lazy("Model or map"),
    Part.TIME: gettext_lazy("Time passing"),
}
