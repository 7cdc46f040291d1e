"""The worker. Redis may be emptied at any moment: the database is the queue of truth."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "buyreadiness.settings")

app = Celery("buyreadiness")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def log_as_the_pages_do(**kwargs: object) -> None:
    """Leave logging to Django's settings: one line a thing, with its task's id."""


@worker_init.connect
def refuse_a_dangerous_role(**kwargs: object) -> None:
    """Connect once before any work: the connection itself refuses a superuser."""
    from django.db import connection  # noqa: PLC0415 -- the settings aren't read yet above

    connection.ensure_connection()
    connection.close()
