"""What is asked of a draft of the phase model: words in three languages, and numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from readiness.actions.editing.phases import LEAST_DAYS, MOST_DAYS
from readiness.actions.editing.signal_types import SignalSpec
from readiness.actions.phase_models import LANGUAGES
from readiness.models import EvidenceClass, Phase, SignalType, SymptomCode

Words = str | Promise

NAME, DAYS_STEP = 120, 0.1
STEPS = [
    (1, _("1 rare")),
    (2, _("2 unusual")),
    (3, _("3 neutral")),
    (4, _("4 typical")),
    (5, _("5 very typical")),
]
FITS = [
    (-2, _("-2 does harm")),
    (-1, _("-1 rather not")),
    (0, _("0 neutral")),
    (1, _("+1 fits")),
    (2, _("+2 right now")),
]
EFFECTS = [
    (-2, _("-2 strongly against us")),
    (-1, _("-1 against us")),
    (0, _("0 says nothing")),
    (1, _("+1 for us")),
    (2, _("+2 strongly for us")),
]
ONE_A_LINE = _("One on each line.")
FALLS_BACK = _("Where a language is empty, the English words are shown.")


@dataclass(frozen=True, slots=True)
class Text:
    """One text that has words in each language; `is_list`: a line for each."""

    label: Words
    is_list: bool = False
    length: int = 600
    rows: int = 2
    required: bool = False


DEFINITION = Text(_("What it is"))
NAMES = Text(_("Name"), length=NAME, rows=1, required=True)
PHASE = {
    "name": NAMES,
    "definition": DEFINITION,
    "cues": Text(_("Typical cues"), is_list=True, rows=5),
    "moves_on": Text(_("Moves on"), is_list=True, rows=4),
    "pushes_back": Text(_("Pushes back"), is_list=True, rows=4),
    "do": Text(pgettext_lazy("advice", "Do"), is_list=True, rows=4),
    "do_not": Text(pgettext_lazy("advice", "Do not"), is_list=True, rows=4),
    "look_for": Text(_("What to look for"), is_list=True, rows=3),
}
SIGNAL = {"name": NAMES, "definition": DEFINITION, "example": Text(_("Example"))}
ACTION = {"name": NAMES, "definition": DEFINITION}


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together under one heading."""

    label: Words
    fields: list[forms.BoundField]
    help: Words = ""
    kind: str = "texts"


class DraftForm(forms.Form):
    """What a draft is called, and why it is made."""

    name = forms.CharField(label=_("Name"), max_length=40)
    note = forms.CharField(
        label=_("What it is for"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RevisionForm(forms.Form):
    """Knows which state of the draft it was filled in on."""

    revision = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )


class RenameForm(RevisionForm, DraftForm):
    pass


class PackForm(forms.Form):
    file = forms.FileField(
        label=_("Phase-model pack"),
        help_text=_("A file that “As JSON” gave, at most 2 MB. It becomes a draft."),
        widget=forms.FileInput(attrs={"accept": "application/json,.json"}),
    )


class TextsForm(RevisionForm):
    """Texts in three languages; English is what the others fall back to."""

    asked: Mapping[str, Text] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in self.asked.items():
            for language in LANGUAGES:
                self.fields[f"{name}_{language}"] = _field_of(text, language)

    def text_groups(self) -> Iterator[Group]:
        """The texts, each with its fields by language."""
        for name, text in self.asked.items():
            fields = [self[f"{name}_{language}"] for language in LANGUAGES]
            help = FALLS_BACK if text is NAMES else ONE_A_LINE if text.is_list else ""
            yield Group(text.label, fields, help=help)

    def groups(self) -> Iterator[Group]:
        """All that the page shows, in order."""
        yield from self.text_groups()

    @property
    def texts(self) -> dict[str, dict[str, Any]]:
        given = self.cleaned_data
        return {
            name: {
                language: _read(given[f"{name}_{language}"], text)
                for language in LANGUAGES
            }
            for name, text in self.asked.items()
        }

    @classmethod
    def initial_of(cls, texts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The words as the form shows them."""
        return {
            f"{name}_{language}": _shown(texts.get(name, {}).get(language, ""))
            for name in cls.asked
            for language in LANGUAGES
        }


class PhaseForm(TextsForm):
    asked = PHASE


class MergeForm(TextsForm):
    asked = {"name": NAMES}


class SplitForm(RevisionForm):
    """How much of the stay belongs to the first part, and what both are called."""

    share = forms.IntegerField(
        label=_("Part of the stay that is the first, in percent"),
        min_value=1,
        max_value=99,
        initial=50,
        help_text=_("Who comes is in the first part, and goes on to the second."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in ("first", "second"):
            for language in LANGUAGES:
                self.fields[f"{part}_{language}"] = _field_of(NAMES, language)

    def groups(self) -> Iterator[Group]:
        """All that the page shows, in order."""
        yield Group("", [self["share"]], kind="plain")
        for part, label in (
            ("first", _("Name of the first part")),
            ("second", _("Name of the second part")),
        ):
            yield Group(label, [self[f"{part}_{lang}"] for lang in LANGUAGES])

    @property
    def names(self) -> tuple[dict[str, str], dict[str, str]]:
        first, second = (
            {lang: self.cleaned_data[f"{part}_{lang}"] for lang in LANGUAGES}
            for part in ("first", "second")
        )
        return first, second


class NumbersForm(RevisionForm):
    """Where people start and how long they stay, a row for each phase."""

    def __init__(self, *args: Any, phases: Sequence[Phase], **kwargs: Any) -> None:
        self.phases = phases
        kwargs["initial"] = kwargs.get("initial", {}) | {
            name: value
            for n, phase in enumerate(phases)
            for name, value in (
                (f"start_{n}", _plain(100 * phase.prior_probability)),
                (f"days_{n}", _plain(phase.mean_dwell_days)),
            )
        }
        super().__init__(*args, **kwargs)
        for n, phase in enumerate(phases):
            self.fields[f"start_{n}"] = forms.FloatField(
                label=_("%(phase)s: people who start here, in percent")
                % {"phase": phase},
                min_value=0,
                max_value=100,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )
            self.fields[f"days_{n}"] = forms.FloatField(
                label=_("%(phase)s: mean stay in days") % {"phase": phase},
                min_value=LEAST_DAYS,
                max_value=MOST_DAYS,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )

    def rows(self) -> list[tuple[Phase, forms.BoundField, forms.BoundField]]:
        """A phase with its two fields."""
        return [
            (phase, self[f"start_{n}"], self[f"days_{n}"])
            for n, phase in enumerate(self.phases)
        ]

    @property
    def starts(self) -> list[float] | None:
        """None when none was touched: what is shown is rounded."""
        names = [f"start_{n}" for n in range(len(self.phases))]
        if not set(names) & set(self.changed_data):
            return None
        return [self.cleaned_data[name] / 100 for name in names]

    @property
    def dwell_days(self) -> list[float]:
        return [
            self.cleaned_data[f"days_{n}"]
            if f"days_{n}" in self.changed_data
            else phase.mean_dwell_days
            for n, phase in enumerate(self.phases)
        ]


class GridForm(TextsForm):
    """Texts, and one choice for each phase."""

    grid: Sequence[tuple[int, Words]] = ()
    grid_label: Words = ""
    grid_help: Words = ""

    code = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_-]{0,19}\Z",
        label=_("Code"),
        help_text=_("A letter, then letters and digits. It can't be changed later."),
        max_length=20,
    )

    def __init__(
        self, *args: Any, phases: Sequence[Phase], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.phases = phases
        if not is_new:
            del self.fields["code"]
        for n, phase in enumerate(phases):
            self.fields[f"place_{n}"] = forms.TypedChoiceField(
                label=str(phase),
                choices=self.grid,
                coerce=int,
                widget=forms.RadioSelect,
            )

    def groups(self) -> Iterator[Group]:
        """All that the page shows, in order."""
        if "code" in self.fields:
            yield Group("", [self["code"]], kind="plain")
        yield from self.text_groups()
        places = [self[f"place_{n}"] for n in range(len(self.phases))]
        yield Group(self.grid_label, places, help=self.grid_help, kind="grid")

    @property
    def places(self) -> list[int]:
        return [self.cleaned_data[f"place_{n}"] for n in range(len(self.phases))]

    @staticmethod
    def places_of(numbers: Sequence[int]) -> dict[str, int]:
        """The choices as the form shows them."""
        return {f"place_{n}": number for n, number in enumerate(numbers)}


class SignalTypeForm(GridForm):
    asked = SIGNAL
    grid = STEPS
    grid_label = _("How typical it is of each phase")
    grid_help = _("A step is a factor of 2.2. All alike says nothing of the phase.")

    evidence_class = forms.ChoiceField(
        label=_("Evidence"), choices=EvidenceClass.choices
    )
    stance_effect = forms.TypedChoiceField(
        label=_("Effect on stance"), choices=EFFECTS, coerce=int, initial=0
    )
    is_retired = forms.BooleanField(
        label=_("Retired: still read where it was logged, offered no more"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in SymptomCode.choices:
            self.fields[f"symptom_{code}"] = forms.ChoiceField(
                label=label,
                choices=[
                    ("", _("no sign of it")),
                    (code, _("a sign of it")),
                    (f"{code}-", _("a sign of the contrary")),
                ],
                required=False,
            )

    def groups(self) -> Iterator[Group]:
        """All that the page shows, in order."""
        yield from super().groups()
        yield Group("", [self["evidence_class"], self["stance_effect"]])
        symptoms = [self[f"symptom_{code}"] for code in SymptomCode.values]
        yield Group(_("Symptoms of a stalling deal"), symptoms)
        yield Group("", [self["is_retired"]], kind="plain")

    @property
    def spec(self) -> SignalSpec:
        given = self.cleaned_data
        symptoms = (given[f"symptom_{code}"] for code in SymptomCode.values)
        return SignalSpec(
            texts=self.texts,
            steps=self.places,
            evidence_class=given["evidence_class"],
            stance_effect=given["stance_effect"],
            symptoms=" ".join(filter(None, symptoms)),
            is_retired=given["is_retired"],
        )

    @classmethod
    def values_of(cls, row: SignalType) -> dict[str, Any]:
        """A signal as the form shows it."""
        symptoms = {
            f"symptom_{each.rstrip('-')}": each for each in row.symptoms.split()
        }
        return {
            **cls.initial_of(row.texts),
            **cls.places_of(row.steps),
            **symptoms,
            "evidence_class": row.evidence_class,
            "stance_effect": row.stance_effect,
            "is_retired": row.is_retired,
        }


class ActionTypeForm(GridForm):
    asked = ACTION
    grid = FITS
    grid_label = _("How it fits each phase")
    grid_help = _("What we do is no evidence: it moves no probability.")


class SignalFilter(forms.Form):
    """Which signals of a version are listed."""

    q = forms.CharField(label=_("Word or code"), max_length=80, required=False)
    evidence = forms.ChoiceField(
        label=_("Evidence"),
        choices=lambda: [("", _("any")), *EvidenceClass.choices],
        required=False,
    )

    def narrow(self, rows: Sequence[SignalType]) -> list[SignalType]:
        """Those that hold the word, of the class."""
        given = self.cleaned_data if self.is_valid() else {}
        word, kind = given.get("q", "").casefold(), given.get("evidence")
        return [
            row
            for row in rows
            if (not kind or row.evidence_class == kind)
            and (not word or word in _all_words(row).casefold())
        ]


def _plain(number: float) -> float:
    """As somebody would type it."""
    rounded = round(number, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _all_words(row: SignalType) -> str:
    told = (words for texts in row.texts.values() for words in texts.values())
    return "\n".join([row.code, *told])


def _field_of(text: Text, language: str) -> forms.CharField:
    widget: forms.Widget = forms.Textarea(attrs={"rows": text.rows, "lang": language})
    if text.rows == 1:
        widget = forms.TextInput(attrs={"lang": language, "autocomplete": "off"})
    return forms.CharField(
        label=get_language_info(language)["name_local"].capitalize(),
        required=text.required and language == "en",
        max_length=4_000 if text.is_list else text.length,
        widget=widget,
    )


def _read(words: str, text: Text) -> Any:
    # Browsers send the end of a line as two characters.
    lines = words.replace("\r\n", "\n")
    if not text.is_list:
        return lines
    return [line.strip() for line in lines.splitlines() if line.strip()]


def _shown(words: Any) -> str:
    return "\n".join(words) if isinstance(words, list) else words or ""
