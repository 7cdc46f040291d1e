"""A request's body: here before a transaction begins, since a slow sender must hold none."""

from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

PARTS = "multipart/form-data"
# What a request's META says when its files were larger than IMPORT_MAX_BYTES.
TOO_LARGE = "buyreadiness.upload_too_large"
_TAIL = 300  # longer than any boundary with what stands around it


class NoLength(BadRequest):
    """In pieces, as nothing here is read: Django would take it for empty."""

    status = 411


class CutOff(BadRequest):
    """The sender has gone, or said nothing for too long."""

    status = 408


def read_body(request: Any) -> None:
    """Read a body to its end, unless it is larger than is taken: its reader refuses it.

    :raises NoLength: when it does not say how long it is.
    :raises CutOff: when it does not come.
    """
    if "Transfer-Encoding" in request.headers:
        raise NoLength(_("Say in Content-Length how long the body is."))
    try:
        if takes_files(request):
            take_in(request)
        elif request.content_type == PARTS and not is_api(request):
            _form = request.POST
        else:
            _body = request.body
    except RequestDataTooBig:
        pass
    except UnreadablePostError:
        raise CutOff(_("The rest of the request did not come.")) from None


def is_api(request: Any) -> bool:
    return bool(request.path_info.startswith("/api/"))


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
    """Read the parts of a body to its end, and note whether they are broken or too large."""
    body = Watched(request)
    try:
        request._post, request._files = request.parse_file_upload(request.META, body)
    except (MultiPartParserError, SuspiciousOperation):
        request.upload_is_broken = True
    else:
        request.upload_is_broken = not body.is_whole
    request.upload_is_too_large = TOO_LARGE in request.META
