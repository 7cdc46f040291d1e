"""Where no webhook is ever sent, however the address is written or its name answers."""

import socket
import ssl
import threading
import time
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest

from integrations.webhooks import sending
from integrations.webhooks.addresses import (
    BadAddress,
    NotPublic,
    is_public,
    pinned,
    target_of,
)
from integrations.webhooks.sending import Parcel, post
from integrations.webhooks.signing import secret_of
from tests.factories import NOW
from tests.integrations.receiver import receiving

REFUSED = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "//example.com/",
    "example.com",
    "",
    " https://example.com/",
    "https://example.com/\n",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://:@example.com/",
    "https://example.com/#part",
    "https://example.com:80/",
    "https://example.com:0/",
    "https://example.com:5432/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://localhost/",
    "https://localhost./",
    "https://intranet/",
    "https:///",
    "https://./",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.8/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:1::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[::1/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://example\u3002com/",
    "https://ex\u00e4mple.com/",
    "https://-example.com/",
    "https://example..com/",
    f"https://{'a' * 64}.com/",
    f"https://example.com/{'a' * 500}",
]


@pytest.mark.parametrize("url", REFUSED)
def test_such_an_address_is_never_kept(url: str):
    with pytest.raises(BadAddress):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://example.com", "example.com", 443, "/"),
        ("https://Hooks.Example.COM:8443/a?b=c", "hooks.example.com", 8443, "/a?b=c"),
        ("https://xn--exmple-cua.com/x", "xn--exmple-cua.com", 443, "/x"),
        ("https://93.184.215.14/", "93.184.215.14", 443, "/"),
        (
            "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
            "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
            443,
            "/",
        ),
    ],
)
def test_a_public_address_is_taken_apart(url: str, host: str, port: int, path: str):
    target = target_of(url)

    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.is_tls


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00::1"),
    *("::ffff:10.0.0.1", "64:ff9b::a00:1", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_not_called(address: str):
    target = target_of("https://example.com/")

    with pytest.raises(NotPublic):
        pinned(target, look_up=lambda _host, _port: [address])
    # One good address among them makes it no better.
    with pytest.raises(NotPublic):
        pinned(target, look_up=lambda _host, _port: ["93.184.215.14", address])


def test_this_machine_is_called_only_where_the_setting_allows_it(settings: Any):
    settings.WEBHOOK_LOOPBACK = True

    assert pinned(target_of("http://127.0.0.1:9/"), look_up=lambda *_: ["127.0.0.1"])
    with pytest.raises(NotPublic):
        pinned(target_of("https://example.com/"), look_up=lambda *_: ["10.0.0.1"])
    with pytest.raises(BadAddress):
        target_of("http://10.0.0.1/")


def parcel(url: str) -> Parcel:
    return Parcel(
        delivery_id=UUID(int=1),
        message_id="msg_1",
        url=url,
        secrets=(secret_of(b"x" * 32),),
        body="{}",
    )


def test_a_name_whose_answer_flips_is_asked_once(settings: Any):
    settings.WEBHOOK_LOOPBACK = True
    asked = []

    def flipping(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiving() as receiver:
        receiver.secret = secret_of(b"x" * 32)
        url = receiver.url.replace("127.0.0.1", "localhost")
        answer = post(parcel(url), now=NOW, look_up=flipping)

    assert asked == ["localhost"]
    assert answer.status == 400  # signed long ago: the receiver's library refuses that
    assert receiver.seen[0]["host"] == url.split("/")[2]


@pytest.mark.parametrize(
    ("url", "found", "fault"),
    [
        ("https://example.com/", ["127.0.0.1"], "private"),
        ("https://example.com/", [], "name"),
        ("http://example.com/", ["93.184.215.14"], "address"),
    ],
)
def test_a_refusal_is_a_fault_and_no_connection(url: str, found: Any, fault: str):
    answer = post(parcel(url), now=NOW, look_up=lambda *_: found)

    assert (answer.status, answer.fault) == (None, fault)


def test_a_receiver_that_drips_is_cut_off(settings: Any, monkeypatch: Any):
    settings.WEBHOOK_LOOPBACK = True
    monkeypatch.setattr(sending, "SECONDS", 0.4)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        wire, _address = server.accept()
        with wire:
            wire.sendall(b"HTTP/1.1 200 OK\r\n")
            for letter in b"X-Slow: " + b"z" * 200:
                if over.wait(0.05):
                    return
                try:
                    wire.sendall(bytes([letter]))
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        began = time.monotonic()
        port = server.getsockname()[1]
        answer = post(parcel(f"http://127.0.0.1:{port}/"), now=NOW)
        took = time.monotonic() - began
        over.set()
        thread.join(5)

    assert (answer.status, answer.fault) == (None, "time")
    assert took < 2


def test_a_server_without_a_good_certificate_is_not_told(settings: Any):
    settings.WEBHOOK_LOOPBACK = True
    with receiving() as receiver:  # it speaks no TLS at all
        url = receiver.url.replace("http://", "https://")
        answer = post(parcel(url), now=NOW)

    assert answer.fault in {"tls", "connection"}
    assert receiver.seen == []
    assert sending._tls().verify_mode == ssl.CERT_REQUIRED


def test_what_the_registry_calls_global_may_hide_a_private_address():
    assert not is_public(ip_address("64:ff9b::a00:1"))
    assert is_public(ip_address("2606:4700::1111"))
