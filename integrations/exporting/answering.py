"""An exported file as an answer."""

from django.http import HttpResponse

from integrations.models import ExportRun

MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "jsonl": "application/jsonl; charset=utf-8",
}


def file_response(run: ExportRun, data: bytes) -> HttpResponse:
    ending = run.file_name.rpartition(".")[2]
    response = HttpResponse(data, content_type=MIME[ending])
    response["Content-Disposition"] = f'attachment; filename="{run.file_name}"'
    return response
