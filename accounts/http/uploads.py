"""Files for the API: here before a transaction begins, since a slow sender must hold none."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve

PARTS = "multipart/form-data"
# What a request's META says when its files were larger than IMPORT_MAX_BYTES.
TOO_LARGE = "buyreadiness.upload_too_large"
_TAIL = 300  # longer than any boundary with what stands around it


class Watched:
    """A body that remembers how it ended: the parser takes one that was cut off for whole."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._tail = b""

    def read(self, size: int) -> bytes:
        data: bytes = self._request.read(size)
        self._tail = (self._tail + data)[-_TAIL:]
        return data

    @property
    def is_whole(self) -> bool:
        boundary = self._request.content_params.get("boundary", "")
        return f"--{boundary}--".encode() in self._tail


def takes_files(request: Any) -> bool:
    """Whether this is a form for an address of the API that takes files."""
    if request.method != "POST" or request.content_type != PARTS:
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return bool(getattr(getattr(view, "cls", None), "takes_files", False))


def take_in(request: Any) -> None:
    """Read the parts of a body to its end, and note whether they are broken or too large.

    :raises UnreadablePostError: when the sender has gone.
    """
    body = Watched(request)
    try:
        request._post, request._files = request.parse_file_upload(request.META, body)
    except (MultiPartParserError, SuspiciousOperation):
        request.upload_is_broken = True
    else:
        request.upload_is_broken = not body.is_whole
    request.upload_is_too_large = TOO_LARGE in request.META
