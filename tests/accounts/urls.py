"""Addresses of the pages, as tests write them."""

from typing import Any

from django.urls import reverse


def address(name: str, **kwargs: Any) -> str:
    return reverse(f"accounts:{name}", kwargs={"slug": "ours"} | kwargs)
