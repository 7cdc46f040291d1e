"""How a file comes in: never larger than allowed."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from accounts.http.bodies import TOO_LARGE


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
