"""What is asked about an application: what it is, where it gets its answer, what it may."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms.keys import ReachForm
from accounts.models import ApplicationKind

LOOPBACK = {"127.0.0.1", "::1"}
MOST = 10
_IS_AN_ADDRESS = URLValidator(schemes=["https", "http"])


class ApplicationForm(ReachForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As people read it when they are asked to let it in."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("It is"),
        choices=ApplicationKind.choices,
        initial=ApplicationKind.SERVICE,
        widget=forms.RadioSelect,
    )
    redirect_uris = forms.CharField(
        label=_("Where people are sent back to"),
        required=False,
        max_length=4_000,
        help_text=_(
            "One address on a line, compared to the letter: https, or http://127.0.0.1"
            " for an app. A service needs none."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_redirect_uris(self) -> list[str]:
        addresses = self.cleaned_data["redirect_uris"].split()
        if len(addresses) > MOST:
            raise ValidationError(_("At most ten."))
        for address in addresses:
            _refuse_unsafe(address)
        return list(dict.fromkeys(addresses))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        is_a_service = values.get("kind") == ApplicationKind.SERVICE
        addresses = values.get("redirect_uris")
        if not (is_a_service or addresses or self.errors.get("redirect_uris")):
            self.add_error("redirect_uris", _("Give at least one."))
        return values


def _refuse_unsafe(address: str) -> None:
    """:raises ValidationError: where a code could be read on its way, or by others."""
    _IS_AN_ADDRESS(address)
    parts = urlsplit(address)
    is_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    # The host goes into a header, too.
    odd = parts.fragment or "*" in address or set("@;,") & set(parts.netloc)
    if odd or not (parts.scheme == "https" or is_loopback):
        raise ValidationError(
            _("%(address)s is neither https nor http://127.0.0.1."),
            params={"address": address},
        )
