"""Workbooks for tests, written by another hand than the one that reads them."""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook

Rows = Iterable[Iterable[Any]]


def workbook(
    *sheets: Rows, names: Iterable[str] = ("Deals", "People", "Notes")
) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in zip(names, sheets, strict=False):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
