"""Passwords are hashed as OWASP says, a few at a time."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    make_password,
)

from accounts.signin.hashers import OwaspArgon2Hasher

PHRASE = "a few words in a row"


def test_a_hash_carries_owasps_parameters():
    assert make_password(PHRASE).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_fits_its_password_only():
    hashed = make_password(PHRASE)

    assert check_password(PHRASE, hashed)
    assert not check_password(f"{PHRASE} ", hashed)


def test_at_most_four_are_hashed_at_once(monkeypatch):
    lock, inside, most = Lock(), 0, 0

    def slow(self, password, salt):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return ""

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _n: OwaspArgon2Hasher().encode(PHRASE, "salt"), range(20)))

    assert most == 4
