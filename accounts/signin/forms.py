"""The sign-in library's forms: our words, and the hints that password managers read."""

import time
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.signin.hashers import MAX_BYTES
from accounts.signin.invited import invitation_of

PASSWORD_HELP = _(
    "12 characters or more. A few words in a row are easy to remember and hard to guess."
)
USED_CODE_KEPT = 180  # seconds: longer than the clock's tolerance accepts a code


class Plain(forms.Form):
    """Labels instead of placeholders; the caret stands where something is to be done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs["maxlength"] = MAX_BYTES
        self._begin_at(next(iter(self.fields), ""))

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            wrong = [name for name in self.fields if name in self.errors]
            emptied = [name for name in self.fields if "password" in name]
            self._begin_at(next(iter([*wrong, *emptied]), ""))

    def _begin_at(self, name: str) -> None:
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True

    def say(self, name: str, label: Any, help_text: Any = "", **attrs: Any) -> None:
        field = self.fields[name]
        field.label, field.help_text = label, help_text
        field.widget.attrs.update(attrs)


class SignInForm(Plain, account.LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("login", _("E-mail address"), autocomplete="username")
        self.say("password", _("Password"))


class SignUpForm(Plain, account.SignupForm):  # type: ignore[misc]
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("email", _("E-mail address"), autocomplete="username")
        self.say("password1", _("Password"), PASSWORD_HELP)
        if invitation := invitation_of(context.request):
            self.initial.setdefault("email", invitation.email)
            self.initial.setdefault("name", invitation.membership.name)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    def try_save(self, request: Any) -> tuple[User | None, HttpResponse | None]:
        """An address that is taken gets the same answer, in the same time, and another letter."""
        request.sign_up_began = time.monotonic()
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    saved: tuple[User, None] = super().try_save(request)
                    return saved
            except IntegrityError:  # the same address was sent twice at once
                self.account_already_exists = True
        refused: tuple[None, HttpResponse] = super().try_save(request)
        return refused


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("email", _("E-mail address"), autocomplete="username")


class NewPasswordForm(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password1", _("New password"), PASSWORD_HELP)
        del self.fields["password2"]


class ChangePasswordForm(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("oldpassword", _("Password you have now"))
        self.say("password1", _("New password"), PASSWORD_HELP)
        del self.fields["password2"]


class SetPasswordForm(Plain, account.SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password1", _("Password"), PASSWORD_HELP)
        del self.fields["password2"]


class ConfirmForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password", _("Password"))


class ChangeEmailForm(Plain, account.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("email", _("New e-mail address"), autocomplete="email")
        self._begin_at("")


class OnceOnly(Plain):
    """A code of the authenticator app opens once.

    allauth forgets a used code after 30 seconds, but with a tolerance for slow clocks it
    accepts one for 90; and it does not count the code that set the app up.
    """

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("code", _("Code"), inputmode="numeric", maxlength=20)

    def clean_code(self) -> str:
        key = self._key()
        if cache.get(key):
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form beside it
        if self._is_app() and not cache.add(key, 1, USED_CODE_KEPT):
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _key(self) -> str:
        digits = "".join(c for c in self.cleaned_data["code"] if c.isalnum())
        return f"totp-used:{self.user.pk}:{digits[:20]}"

    def _is_app(self) -> bool:
        return True


class _Either(OnceOnly):
    """A code of the app, or a recovery code (which is crossed out in its own row)."""

    authenticator: Authenticator

    def _is_app(self) -> bool:
        return bool(self.authenticator.type == Authenticator.Type.TOTP)


class SecondFactorForm(_Either, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmByCodeForm(_Either, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateAppForm(OnceOnly, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass
