"""How the sign-in library behaves in our house."""

import logging
import time
from datetime import timedelta
from threading import Thread
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.models import SecurityEvent, User
from accounts.models.audit import SecurityKind
from accounts.signin.devices import known_device, remember_device
from accounts.signin.invited import INVITATION_IN_SESSION, invitation_of

__all__ = ["INVITATION_IN_SESSION", "AccountAdapter"]

logger = logging.getLogger(__name__)

LOCKED_FOR = timedelta(minutes=10)
LOCKED_AFTER = 10  # as ACCOUNT_RATE_LIMITS says for one account
ONE_LETTER_IN = timedelta(days=1)
SIGN_UP_TAKES = (
    0.5  # seconds, whether the address was new (113 ms, measured) or not (91)
)
WORTH_A_WORD = 3  # fewer wrong passwords are one's own


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are open to everybody, or to whom an invitation proved the address of."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _lazy("E-mail address or password is wrong."),
        "incorrect_password": _lazy("That is not your password."),
        "enter_current_password": _lazy("That is not your password."),
        "incorrect_code": _lazy("This code does not open, or not any more."),
        "too_many_login_attempts": _lazy(
            "Too many wrong tries. Wait ten minutes, or choose a new password."
        ),
        "rate_limited": _lazy("Too many tries. Wait ten minutes."),
        "duplicate_email": _lazy("You use this address already."),
    }

    # --- Signing up ---

    def is_open_for_signup(self, request: Any) -> bool:
        return settings.REGISTRATION == "open" or invitation_of(request) is not None

    def is_email_verified(self, request: Any, email: str) -> bool:
        """The letter with the link reached this address: no second letter is needed."""
        invitation = invitation_of(request)
        return invitation is not None and invitation.email == email.lower()

    def save_user(
        self, request: Any, user: User, form: Any, *args: Any, **kwargs: Any
    ) -> User:
        user.name = form.cleaned_data["name"]
        saved: User = super().save_user(request, user, form, *args, **kwargs)
        return saved

    def respond_email_verification_sent(self, request: Any, user: Any) -> HttpResponse:
        """Where every sign-up ends; making an account takes longer than not making one."""
        began = getattr(request, "sign_up_began", None)
        if began is not None:
            time.sleep(max(0.0, began + SIGN_UP_TAKES - time.monotonic()))
        answer: HttpResponse = super().respond_email_verification_sent(request, user)
        return answer

    def confirm_email(self, request: Any, email_address: Any) -> bool:
        """Two accounts may ask for one address; the second to confirm it is told so."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            words = {"email": email_address.email}
            self.add_message(request, messages.ERROR, failed, words)
            return False

    # --- Where to go ---

    def get_login_redirect_url(self, request: Any) -> str:
        if invitation_of(request):
            return reverse("accounts:joining")
        return str(super().get_login_redirect_url(request))

    def get_signup_redirect_url(self, request: Any) -> str:
        return self.get_login_redirect_url(request)

    def logout(self, request: Any) -> None:
        """Who came with an invitation as the wrong person still has it as the right one."""
        token_hash = request.session.get(INVITATION_IN_SESSION)
        super().logout(request)
        if token_hash:
            request.session[INVITATION_IN_SESSION] = token_hash

    def is_ajax(self, request: Any) -> bool:
        """Every answer is a page."""
        return False

    # --- Guessing ---

    def _get_login_attempts_cache_key(self, request: Any, **credentials: Any) -> str:
        """Count by account alone: allauth adds the request's host, which a guesser may vary."""
        email = credentials.get("email", "").lower()
        return f"{email}:{known_device(request, email)}"

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._write_to_owner(credentials.get("email", ""))
            raise

    def _write_to_owner(self, email: str) -> None:
        """Tell who owns an account that somebody is guessing; nobody waits for the letter.

        A stranger can't learn from the clock whether the account exists.
        """
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            return
        since = timezone.now() - LOCKED_FOR
        if _failures(user, since).count() < LOCKED_AFTER:
            return  # it was the limit of the network address
        if cache.add(f"guessing-told:{user.pk}", 1, ONE_LETTER_IN.total_seconds()):
            reset = self.request.build_absolute_uri(reverse("account_reset_password"))
            words = {"user": user, "password_reset_url": reset}
            with translation.override(_language_of(user)):
                letter = self.render_mail("account/email/guessing", user.email, words)
            Thread(target=_send, args=[letter], name="letter", daemon=True).start()

    def post_login(self, request: Any, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(response, user)
        self._tell_of_failures(request, user)
        return response

    def _tell_of_failures(self, request: Any, user: User) -> None:
        visits = SecurityEvent.objects.filter(user=user, kind=SecurityKind.SIGNED_IN)
        before = visits.order_by("-at").values_list("at", flat=True)[1:2].first()
        number = _failures(user, before or user.joined_at).count()
        if number >= WORTH_A_WORD:
            sentence = ngettext(
                "%(n)s attempt to sign in to your account failed since your last visit. "
                "If that was not you, choose a new password.",
                "%(n)s attempts to sign in to your account failed since your last visit. "
                "If that was not you, choose a new password.",
                number,
            )
            messages.warning(request, sentence % {"n": number})

    # --- Letters ---

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Any = None, **kwargs: Any
    ) -> None:
        words = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, words, **kwargs)

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """In the reader's own language; a letter that can't leave is no fault of the page."""
        with translation.override(_language_of(context.get("user"))):
            try:
                super().send_mail(template_prefix, email, context)
            except OSError:  # smtplib's errors are OSErrors
                logger.exception("Could not send %s", template_prefix)
                sorry = _("We could not send you a letter just now. Try again later.")
                messages.error(self.request, sorry)


def _failures(user: User, since: Any) -> Any:
    failed = SecurityEvent.objects.filter(user=user, at__gt=since)
    return failed.filter(kind=SecurityKind.SIGN_IN_FAILED)


def _language_of(user: User | None) -> str | None:
    return getattr(user, "language", "") or translation.get_language()


def _send(letter: Any) -> None:
    try:
        letter.send()
    except OSError:
        logger.exception("Could not tell an owner about guesses")
