# One image for web, worker, beat and the migrations; the command says which.
FROM python:3.11-slim AS build
WORKDIR /srv/buyreadiness
COPY bootstrap.py requirements.lock ./
RUN python3 bootstrap.py
COPY . .
ENV STATIC_MANIFEST=True
# It reads no data: manage.py gives it addresses at which nothing listens. Any command
# compiles the translations.
RUN .venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv/buyreadiness buyreadiness
WORKDIR /srv/buyreadiness
COPY --from=build /srv/buyreadiness ./
ENV PATH=/srv/buyreadiness/.venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=buyreadiness.settings \
    STATIC_MANIFEST=True \
    OPENBLAS_NUM_THREADS=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER buyreadiness
EXPOSE 8000
CMD ["gunicorn", "--config", "python:buyreadiness.web", "--bind", "0.0.0.0:8000", \
     "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
