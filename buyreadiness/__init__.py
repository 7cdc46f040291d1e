"""The roof: settings, urls, the worker, the recompute. It imports everything; nobody imports it."""

from buyreadiness.celery import app as celery_app

__all__ = ["celery_app"]
