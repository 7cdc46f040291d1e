"""Pick a row by typing: a script offers what matches, and without one the words must do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.queries import matching

NEW = "new"  # in place of an id: make one of that name
OFFERED = 8


@dataclass(frozen=True, slots=True)
class NewName:
    """There is none of that name, and one is to be made."""

    text: str


class PickWidget(forms.MultiWidget):
    """The words, and the id that was chosen for them; radio buttons where several match."""

    template_name = "forms/pick.html"
    use_fieldset = False  # one label, for the words

    def __init__(self, kind: str, *, creates: bool) -> None:
        self.kind, self.creates = kind, creates
        self.offers: list[tuple[str, str]] = []
        words = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__({"text": words, "id": forms.HiddenInput()})

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, Model):
            return [str(value), str(value.pk)]
        if isinstance(value, NewName):
            return [value.text, NEW]
        return ["", ""]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "kind": self.kind,
            "creates": self.creates,
            "offers": self.offers,
        }
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class PickField(forms.MultiValueField):
    """Cleans to a row of `rows`, to a `NewName` where `creates`, or to None.

    `rows` is what the member may see; its model is indexed for search as `kind` and has a
    `name`.
    """

    widget: PickWidget

    def __init__(
        self,
        *,
        rows: "QuerySet[Any]",
        kind: str,
        creates: bool = False,
        max_length: int = 200,
        **kwargs: Any,
    ) -> None:
        self.rows, self.kind, self.creates = rows, kind, creates
        fields = (
            forms.CharField(max_length=max_length, required=False),
            forms.CharField(max_length=36, required=False),
        )
        kwargs["widget"] = PickWidget(kind, creates=creates)
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, values: list[str]) -> Any:
        text, chosen = (*values, "", "")[:2] if values else ("", "")
        if not text and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if not text:
            return None
        if chosen == NEW and self.creates:
            return NewName(text)
        row = self._chosen(chosen, text) or self._only(text)
        return row if row is not None else self._refuse(text)

    def _chosen(self, chosen: str, text: str) -> Any:
        """The row of that id, while the words still say its name."""
        try:
            row = self.rows.filter(pk=UUID(chosen)).first()
        except ValueError:
            return None
        return row if row is not None and row.name == text else None

    def _only(self, text: str) -> Any:
        """The one row of that very name, else the one that the words match."""
        for some in (
            self.rows.filter(name=text),
            self.rows.filter(pk__in=matching(text, kind=self.kind)),
        ):
            found = list(some.order_by("name", "pk")[: OFFERED + 1])
            if len(found) == 1:
                return found[0]
            if found:
                self.widget.offers = [(str(row.pk), str(row)) for row in found]
                break
        return None

    def _refuse(self, text: str) -> Any:
        offers = self.widget.offers
        if offers:
            sentence = _("Several have these letters. Choose one.")
        elif self.creates:
            sentence = _("There is none of that name yet.")
        else:
            sentence = _("Nothing here has these letters.")
        if self.creates:
            new = _("Make a new one: “%(name)s”") % {"name": text}
            self.widget.offers = [*offers, (NEW, new)]
        raise ValidationError(sentence, code="pick")
