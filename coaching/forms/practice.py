"""Where one puts the buyer of a case; a case of one's own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import languages
from coaching.queries.practice import Shown
from readiness.queries.catalogue import Catalogue
from stakeholders.models import ANCHORS, Anchor

MOST_SIGNALS = 6
LONGEST_AGO = 400


class ReadingForm(forms.Form):
    """A number for each phase; they need not sum to a hundred."""

    def __init__(self, *args: Any, names: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (anchor, name) in enumerate(zip(ANCHORS, names, strict=True), 1):
            self.fields[anchor] = forms.IntegerField(
                label=f"{number}. {name}",
                min_value=0,
                max_value=100,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 5}),
            )

    @property
    def weights(self) -> list[float]:
        return [float(self.cleaned_data[anchor] or 0) for anchor in ANCHORS]

    @property
    def total(self) -> int:
        """Of what is typed so far, as far as it can be read."""
        typed = [str(self[anchor].value() or "").strip() for anchor in ANCHORS]
        return sum(int(each) for each in typed if each.isdecimal() and len(each) < 4)


class CaseForm(forms.Form):
    """A buyer in words, the key and why, and the signals a listener would have logged."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("It should not give the phase away."),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=languages)
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    story = forms.CharField(
        label=_("What happened"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Nobody who exists, no sex, age or origin. Write it as if the buyer will"
            " read it."
        ),
    )
    anchor = forms.ChoiceField(
        label=_("The phase it is"), choices=[("", _("choose…")), *Anchor.choices]
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Name the signals by their codes. It is shown after the answer."),
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, f"{code} · {kind}") for code, kind in catalogue.signals.items()]
        for place in range(1, MOST_SIGNALS + 1):
            self.fields[f"signal_{place}"] = forms.ChoiceField(
                label=_("Signal"), choices=[("", _("none")), *kinds], required=False
            )
            self.fields[f"days_{place}"] = forms.IntegerField(
                label=_("days ago"), min_value=0, max_value=LONGEST_AGO, required=False
            )

    @property
    def signal_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        places = range(1, MOST_SIGNALS + 1)
        return [(self[f"signal_{place}"], self[f"days_{place}"]) for place in places]

    @property
    def values(self) -> dict[str, Any]:
        names = ("title", "language", "industry", "story", "anchor", "why")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "signals": [
                Shown(code, self.cleaned_data[f"days_{place}"] or 0)
                for place in range(1, MOST_SIGNALS + 1)
                if (code := self.cleaned_data[f"signal_{place}"])
            ],
        }
