"""What is asked about a webhook: the address, and of what it is told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.webhooks.addresses import LONGEST
from integrations.webhooks.events import EVENTS


def _choices() -> list[tuple[str, Any]]:
    return [(event.name, event.about) for event in EVENTS.values()]


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(label=_("Events"), choices=_choices)

    @property
    def ticks(self) -> list[dict[str, Any]]:
        """Each kind of event, for ticking."""
        ticked = set(self["events"].value() or ())
        return [
            {"name": name, "about": about, "is_ticked": name in ticked}
            for name, about in _choices()
        ]


class ChangeForm(EventsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class NewWebhookForm(EventsForm):
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        help_text=_("It begins with https:// and is reached over the public internet."),
        widget=forms.URLInput(
            attrs={"autocomplete": "off", "placeholder": "https://example.com/hook"}
        ),
    )
