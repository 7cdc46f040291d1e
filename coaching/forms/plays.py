"""The words of a play in three languages, and whether it is said at all."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coaching.actions.plays import PressureInAPlay, UnknownName, refuse_text
from coaching.models import Play
from coaching.queries.library import text_names
from coaching.queries.shipped import LANGUAGES

LONGEST = 600
LABELS = {
    "observation": _("What is seen"),
    "doubt": _("What is not sure"),
    "next_step": _("One question or step"),
    "do": pgettext_lazy("advice", "Do"),
    "do_not": pgettext_lazy("advice", "Do not"),
    "missing": _("What would tell"),
    "sentence": _("Sentence"),
}
LANGUAGE_NAMES = {"en": _("English"), "nl": _("Dutch"), "fr": _("French")}


class PlayForm(forms.Form):
    is_on = forms.BooleanField(label=_("This advice is given"), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(), min_value=1, max_value=2**31 - 1
    )

    def __init__(self, data: Any, *, play: Play) -> None:
        self.play = play
        self.names = text_names(play)
        said = {
            _field(name, code): play.texts[name].get(code, "")
            for name in self.names
            for code in LANGUAGES
        }
        super().__init__(
            data, initial={"is_on": play.is_on, "version": play.version} | said
        )
        for name in self.names:
            for code in LANGUAGES:
                self.fields[_field(name, code)] = forms.CharField(
                    label=LANGUAGE_NAMES[code],
                    max_length=LONGEST,
                    # What is missing in a language is said in English.
                    required=code == "en",
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in self.names:
            for code in LANGUAGES:
                try:
                    refuse_text(
                        values.get(_field(name, code), ""),
                        name=name,
                        language=code,
                        situation=self.play.situation,
                    )
                except (UnknownName, PressureInAPlay) as refusal:
                    self.add_error(_field(name, code), str(refusal))
        return values

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """What was typed, by text and language; nothing where nothing was."""
        given = self.cleaned_data
        return {
            name: {
                code: text
                for code in LANGUAGES
                if (text := given.get(_field(name, code), ""))
            }
            for name in self.names
        }

    @property
    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Each text with its fields, one a language."""
        return [
            (
                LABELS.get(name, name),
                [self[_field(name, code)] for code in LANGUAGES],
            )
            for name in self.names
        ]


class RoleForm(forms.Form):
    """Whom to say it otherwise to."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, data: Any, *, roles: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


def _field(name: str, language: str) -> str:
    return f"{name}_{language}"
