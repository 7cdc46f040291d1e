"""Secrets that we must be able to read again: sealed with the installation's own."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unsealable(Exception):
    """Sealed with a key that this installation no longer has."""


def seal(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """:raises Unsealable: after SECRET_KEY was changed without keeping the earlier one."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def _keys() -> MultiFernet:
    words = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(word)) for word in words])


def _key(word: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"webhook secrets")
    return base64.urlsafe_b64encode(derived.derive(word.encode()))
