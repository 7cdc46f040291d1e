"""How a file comes in: never larger than allowed, and read before a workspace is open."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse, UnreadablePostError

from accounts.http.uploads import TOO_LARGE


class Limited(FileUploadHandler):
    """Counts what really comes, whatever its sender declared; the rest is read past."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._count = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._count += len(raw_data)
        if self._count <= settings.IMPORT_MAX_BYTES:
            return raw_data
        # Not StopUpload: Django reads past the rest by lines, and one may be all of it.
        if self.request is not None:
            self.request.META[TOO_LARGE] = True
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class ReadBeforeTheDoor:
    """A slow sender must not hold a transaction: the body is here before one begins."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        # Pages only: those of the API are read by the door, which knows who sends them.
        is_form = (
            request.content_type == "multipart/form-data"
            and not request.path_info.startswith("/api/")
        )
        if request.method == "POST" and is_form and request.user.is_authenticated:
            try:
                _ = request.POST
            except UnreadablePostError:  # the sender has gone: nobody reads the answer
                return HttpResponse(status=400)
        return self.get_response(request)
