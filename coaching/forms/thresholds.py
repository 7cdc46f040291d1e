"""From where on something is a symptom: what the experts say, and what is set here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from coaching.engine.symptoms import Symptom, Thresholds
from coaching.queries.symptoms import told

COUNT, DAYS, TENTHS, PERCENT = "count", "days", "tenths", "percent"


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold as a person sets it; a share is typed in percent."""

    symptom: Symptom
    label: Any
    unit: str
    low: float
    high: float


SETTINGS: Mapping[str, Setting] = {
    "pushes": Setting(
        Symptom.DATES_PUSHED,
        _("Moves to a later day without an event, at least"),
        *(COUNT, 1, 20),
    ),
    "pushed_share": Setting(
        Symptom.DATES_PUSHED,
        _("or moved by more than this share of the time there was, %"),
        *(PERCENT, 1, 500),
    ),
    "questions": Setting(
        Symptom.PROBING_DODGED,
        _("Questions about how they work now, at least"),
        *(COUNT, 1, 20),
    ),
    "coverage": Setting(
        Symptom.CONTACT_REPLACED,
        _("Share of the influence that was heard lately, less than, %"),
        *(PERCENT, 0, 100),
    ),
    "quotes": Setting(
        Symptom.SEVERAL_QUOTES, _("Quotes sent, at least"), *(COUNT, 2, 20)
    ),
    "scope_changes": Setting(
        Symptom.SEVERAL_QUOTES,
        _("or quotes that changed the scope, at least"),
        *(COUNT, 1, 20),
    ),
    "file_score": Setting(
        Symptom.NO_FILE,
        _("Share of the purchase file that is known, less than, %"),
        *(PERCENT, 0, 100),
    ),
    "unresolved_days": Setting(
        Symptom.NO_FILE,
        _("Days that a missing file may stay without an answer"),
        *(DAYS, 1, 365),
    ),
    "recent_days": Setting(
        Symptom.SELLER_AHEAD, _("Our steps of this many days"), *(DAYS, 1, 365)
    ),
    "fewest_actions": Setting(
        Symptom.SELLER_AHEAD, _("and of these at least"), *(COUNT, 1, 50)
    ),
    "bad_fit_share": Setting(
        Symptom.SELLER_AHEAD,
        _("of which more than this share came at the wrong moment, %"),
        *(PERCENT, 0, 99),
    ),
    "happy_steps": Setting(
        Symptom.HAPPY_EARS,
        _("Phases that a human reading is ahead of what is heard, at least"),
        *(TENTHS, 0.5, 6),
    ),
    "supporter": Setting(
        Symptom.STANCE_WITHOUT_PHASE,
        _("Chance that they are for us, more than, %"),
        *(PERCENT, 50, 94),
    ),
    "stale_dwells": Setting(
        Symptom.STALE,
        _("Silent for this many times the usual stay in a phase"),
        *(TENTHS, 0.5, 20),
    ),
    "spread": Setting(
        Symptom.PHASE_SPREAD,
        _("Phases between the first and the last, at least"),
        *(TENTHS, 1, 6),
    ),
    "influential": Setting(
        Symptom.PHASE_SPREAD,
        _("among those who have at least this share of the influence, %"),
        *(PERCENT, 0, 100),
    ),
}


class ThresholdsForm(forms.Form):
    """Every threshold; an empty one is the experts'."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, setting in SETTINGS.items():
            self.fields[name] = _field(name, setting)

    @property
    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields of each symptom, under its name."""
        for symptom in dict.fromkeys(each.symptom for each in SETTINGS.values()):
            names = [n for n, each in SETTINGS.items() if each.symptom == symptom]
            yield told(symptom).name, [self[name] for name in names]

    @property
    def own(self) -> dict[str, float]:
        """What was set, as the engine has it: shares from 0 to 1."""
        return {
            name: _stored(value, SETTINGS[name])
            for name, value in self.cleaned_data.items()
            if name in SETTINGS and value is not None
        }


def shown(own: Mapping[str, float]) -> dict[str, Any]:
    """What is stored, as it is typed."""
    return {
        name: _typed(value, SETTINGS[name])
        for name, value in own.items()
        if name in SETTINGS
    }


def _field(name: str, setting: Setting) -> forms.Field:
    kind: Any = forms.FloatField if setting.unit == TENTHS else forms.IntegerField
    default = _typed(getattr(Thresholds(), name), setting)
    field: forms.Field = kind(
        label=setting.label,
        required=False,
        min_value=setting.low,
        max_value=setting.high,
        help_text=_now("Expert default: %(value)s") % {"value": default},
    )
    return field


def _typed(value: float, setting: Setting) -> float:
    if setting.unit == TENTHS:
        return round(value, 1)
    return round(value * 100 if setting.unit == PERCENT else value)


def _stored(value: float, setting: Setting) -> float:
    if setting.unit == PERCENT:
        return value / 100
    return float(value) if setting.unit in {DAYS, TENTHS} else value
