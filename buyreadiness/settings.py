"""All settings, read from the environment; docs/settings.md says what each is for."""

from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from buyreadiness.logs import mask_secret_links

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

# --- Where it runs ---------------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
STYLEGUIDE = env.bool("STYLEGUIDE", default=DEBUG)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
HTTPS = env.bool("HTTPS", default=False)
# "open": anybody may make an account and a workspace. "invitation": only who was invited.
REGISTRATION = env.str("REGISTRATION", default="open")

ROOT_URLCONF = "buyreadiness.urls"
WSGI_APPLICATION = "buyreadiness.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "buyreadiness",
    "integrations",
    "coaching",
    "forecasting",
    "readiness",
    "stakeholders",
    "opportunities",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "rest_framework",
    "template_partials",
    "django_htmx",
    "django_structlog",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.signin.limits.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.http.preferences.Preferences",
    # Last: everything above is saved outside its transaction.
    "accounts.http.door.WorkspaceDoor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.http.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "accounts.http.rendering.FormRenderer"

# --- Where things are kept -------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", engine="accounts.database")
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
}
if env.str("DATABASE_OWNER_URL", default=""):
    # The hardened form: migrations run as the owner, the product as a role that owns nothing.
    DATABASES["owner"] = env.db_url("DATABASE_OWNER_URL", engine="accounts.database")
    DATABASES["owner"]["TEST"] = {"MIRROR": "default"}

# Limits of sign-in, reset and second factor are counted here: losing Redis never opens them.
CACHES = {
    "default": {
        "BACKEND": "accounts.signin.counters.Counters",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000},  # from here on what is over is swept out
    },
}

REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
        # A killed worker's task comes back within minutes, not within an hour.
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }
    if CELERY_BROKER_URL.startswith(("redis", "sentinel", "unix"))
    else {}
)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "buyreadiness.tasks.sweep",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "open_nights": {
        "task": "buyreadiness.tasks.open_nights",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}

# --- Who comes in ----------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.signin.hashers.OwaspArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.signin.hashers.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation"
        ".UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("accounts:home")

ACCOUNT_ADAPTER = "accounts.signin.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.signin.forms.SignInForm",
    "signup": "accounts.signin.forms.SignUpForm",
    "reset_password": "accounts.signin.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.signin.forms.NewPasswordForm",
    "change_password": "accounts.signin.forms.ChangePasswordForm",
    "set_password": "accounts.signin.forms.SetPasswordForm",
    "reauthenticate": "accounts.signin.forms.ConfirmForm",
    "add_email": "accounts.signin.forms.ChangeEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True  # SESSION_IDLE_AGE and SESSION_COOKIE_AGE end it
# How many proxies in front of us write X-Forwarded-For; 0: the header is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if HTTPS else 0)
ACCOUNT_RATE_LIMITS = {
    "login": "100/10m/ip",
    "login_failed": "100/10m/ip,10/10m/key",
    "signup": "20/10m/ip",
    "reset_password": "20/10m/ip,5/10m/key",
    "reset_password_from_key": "20/10m/ip",
    "confirm_email": "1/1m/key",
    "change_password": "10/10m/user",
    "manage_email": "10/10m/user",
    "reauthenticate": "10/10m/user",
}
IDP_OIDC_RATE_LIMITS = {"token": "300/5m/ip"}  # each answer may cost a slow hash
MFA_FORMS = {
    "authenticate": "accounts.signin.forms.SecondFactorForm",
    "reauthenticate": "accounts.signin.forms.ConfirmByCodeForm",
    "activate_totp": "accounts.signin.forms.ActivateAppForm",
}
# Who has a second factor may still change address: the new one counts once it is confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "BuyReadiness"
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = False  # it would write a row at every request

SESSION_COOKIE_AGE = 7 * 24 * 3600  # since signing in, whatever was clicked
SESSION_IDLE_AGE = 12 * 3600
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if HTTPS:
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.rest.DoorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.rest.IsMember"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.rest.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.bodies.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.rest.rendering.OnlyJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "accounts.rest.schema.Schema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "accounts.rest.problem",
    "UNAUTHENTICATED_USER": None,
}
# Calls of the API in a minute; 0: no limit.
API_LIMIT_PER_CALLER = env.int("API_LIMIT_PER_CALLER", default=600)
API_LIMIT_PER_WORKSPACE = env.int("API_LIMIT_PER_WORKSPACE", default=3_000)
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "BuyReadiness",
    "VERSION": "1",
    "DESCRIPTION": "Where each buyer stands in their own decision, and what follows.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["accounts.rest.schema.finish"],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "bearerFormat": "brk_…"},
            "oauth2": {
                "type": "oauth2",
                # Their scopes are filled in from the operations.
                "flows": {
                    "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}},
                    "authorizationCode": {
                        "authorizationUrl": "/oauth/authorize",
                        "tokenUrl": "/oauth/token",
                        "refreshUrl": "/oauth/token",
                        "scopes": {},
                    },
                },
            },
            # The three together: who, in which workspace, and that our own page asks.
            "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE_NAME},
            "workspace": {"type": "apiKey", "in": "header", "name": "X-Workspace"},
            "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
        }
    },
}

# --- Words, days and files -------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["buyreadiness.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The image collects its files, with hashes in their names; elsewhere they are found.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=False)
STATIC_ROOT = BASE_DIR / "staticfiles" if STATIC_MANIFEST else None
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Files come in for imports only; what is larger is read past and not kept.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=50 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "integrations.importing.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- What goes out ---------------------------------------------------------------------

# Webhooks go to public addresses over TLS. On: also to this machine, plainly; for tests.
WEBHOOK_LOOPBACK = env.bool("WEBHOOK_LOOPBACK", default=False)

# --- Letters and log lines -------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="BuyReadiness <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOG_JSON = env.bool("LOG_JSON", default=not DEBUG)
_before_rendering: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    mask_secret_links,
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_before_rendering,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _before_rendering,
            "processor": structlog.processors.JSONRenderer()
            if LOG_JSON
            else structlog.dev.ConsoleRenderer(),
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", default="INFO"),
    },
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
