"""A user's own page: what the product looks like to them, and who came in as them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.profile import PREFERENCES, change_profile
from accounts.forms.profile import ProfileForm
from accounts.http.guards import signed_in
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import UserRequest
from accounts.models import ApplicationKind, Grant, SecurityEvent, User

EVENTS_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: UserRequest) -> HttpResponse:
    form = ProfileForm(posted(request), initial=initial_of(request.user))
    if not form.is_valid():
        context = {
            "form": form,
            "events": latest_events(request.user),
            "applications": applications_of(request.user),
        }
        status = 422 if form.is_bound else 200
        return render_page(request, "accounts/profile.html", context, status=status)
    user = change_profile(user=request.user, values=form.cleaned_data)
    # The answer is in the language that was just chosen.
    with translation.override(user.language or browser_language(request)):
        messages.success(request, _("Your profile is saved."))
    return see_other("accounts:profile")


def initial_of(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in PREFERENCES}


def latest_events(user: User) -> list[SecurityEvent]:
    mine = SecurityEvent.objects.filter(user=user).order_by("-at", "-id")
    return list(mine[:EVENTS_SHOWN])


def applications_of(user: User) -> list[Grant]:
    """What the user let in, in every workspace; an application once."""
    mine = Grant.objects.live().filter(membership__user=user)
    mine = mine.exclude(application__kind=ApplicationKind.SERVICE)
    rows = mine.select_related("application", "membership__workspace")
    return list(
        rows.order_by("application__name", "application", "-created_at", "pk").distinct(
            "application__name", "application"
        )
    )


def browser_language(request: UserRequest) -> str:
    return translation.get_language_from_request(request) or settings.LANGUAGE_CODE
