"""Settings, read from the environment. A missing or misspelt value stops the start.

DATABASE_URL   default: SQLite in var/db.sqlite3
REDIS_URL      empty: jobs run inside the web process; set: Celery sends them through Redis
SECRET_KEY     default: made once, kept in var/secret_key
FIELD_KEYS     comma-separated Fernet keys, the newest first, that seal names of private persons;
               default: made once, kept in var/field_keys (one a line); lost keys lose the names
DEBUG          0 or 1, default 0
ALLOWED_HOSTS  comma-separated, default: this machine only
SECURE         0 or 1, default 0; 1 when served over HTTPS
TRUSTED_PROXIES  how many proxies of ours stand before the web server, default 0
EMAIL_HOST     empty: reminders stay in the product; set: they are mailed, too, through this host
EMAIL_PORT     default 25
EMAIL_USER, EMAIL_PASSWORD  default: no log-in to the mail host
EMAIL_SECURITY none, tls or ssl, default none
EMAIL_FROM     the sender's address; needed where EMAIL_HOST is set
SITE_URL       the address of the product as mails name it, default: none
"""

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("PINGAN_VAR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _count(name: str, default: str = "0") -> int:
    value = os.environ.get(name, default)
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}")
    return int(value)


def _secret_key() -> str:
    if key := os.environ.get("SECRET_KEY"):
        return key
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(60), encoding="ascii")
        kept.chmod(0o600)
    return kept.read_text(encoding="ascii")


def _field_keys() -> list[str]:
    if keys := os.environ.get("FIELD_KEYS"):
        return [_fernet_key(key.strip()) for key in keys.split(",") if key.strip()]
    kept = VAR_DIR / "field_keys"
    if not kept.exists():
        kept.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(), "ascii")
        kept.chmod(0o600)
    return kept.read_text(encoding="ascii").split()


def _fernet_key(key: str) -> str:
    try:
        is_key = len(base64.urlsafe_b64decode(key)) == 32
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise ImproperlyConfigured("FIELD_KEYS must hold Fernet keys: 32 bytes, base64 url-safe.")
    return key


SECRET_KEY = _secret_key()
FIELD_KEYS = _field_keys()
DEBUG = _flag("DEBUG")
SECURE = _flag("SECURE")
TRUSTED_PROXIES = _count("TRUSTED_PROXIES")
ALLOWED_HOSTS = [
    host.strip()
    for host in os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
    if host.strip()
]

INSTALLED_APPS = [
    "reports",
    "assessments",
    "campaigns",
    "disputes",
    "pingan",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pingan.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "pingan.urls"
WSGI_APPLICATION = "pingan.wsgi.application"

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
                "pingan.context.page",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    config: dict[str, Any] = dict(
        dj_database_url.config(default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60)
    )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Several threads write while a job runs: readers never wait, writers queue (see docs).
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                # 32 MB a connection: with the default 2 MB a close of the 60th month took 2.3
                # times as long as one of the first.
                "PRAGMA cache_size=-32768;"
            ),
        }
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "pingan.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "pingan.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "pingan.passwords.MixtureValidator"},
]
LOGIN_URL = "pingan:sign-in"
LOGIN_REDIRECT_URL = "reports:home"
LOGOUT_REDIRECT_URL = "pingan:sign-in"

# The limits themselves are a row that the security administrator edits.
AXES_FAILURE_LIMIT = "pingan.passwords.failure_limit"
AXES_COOLOFF_TIME = "pingan.passwords.lock_time"
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
# Whoever goes on trying does not keep the owner out for longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail is the log of sign-ins
# W006 wants the address among the lock's parameters: here the account is locked, whoever tries.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_LOCKOUT_CALLABLE = "pingan.views.accounts.locked_out"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "pingan.middleware.client_address"

CSRF_FAILURE_VIEW = "pingan.views.accounts.stale_page"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "pingan.staticfiles.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pingan.staticfiles.ManifestStorage"},
}

MESSAGE_TAGS = {messages.ERROR: "danger"}
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_RESULT_BACKEND = None  # a result backend would make sending block while Redis is down
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False  # tests only: it hides progress
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "visibility_timeout": 3600,
    "max_retries": 0,  # sending fails at once while Redis is down: the sweep sends again
}
CELERY_TASK_PUBLISH_RETRY = False
# Without Redis the web process keeps this schedule itself (pingan/jobs.py).
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-jobs": {"task": "pingan.tasks.sweep_jobs", "schedule": 10.0},
    "send-reminders": {"task": "campaigns.tasks.send_reminders", "schedule": 3600.0},
    "settle-problems": {"task": "assessments.tasks.settle_problems", "schedule": 3600.0},
    "keep-dispute-clocks": {"task": "disputes.tasks.keep_clocks", "schedule": 3600.0},
}
CELERY_TIMEZONE = TIME_ZONE


def _mail_security() -> str:
    value = os.environ.get("EMAIL_SECURITY", "none")
    if value not in {"none", "tls", "ssl"}:
        raise ImproperlyConfigured(f"EMAIL_SECURITY must be none, tls or ssl, not {value!r}")
    return value


EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = _count("EMAIL_PORT", "25")
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = _mail_security() == "tls"
EMAIL_USE_SSL = _mail_security() == "ssl"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "")
if EMAIL_HOST and "@" not in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("EMAIL_FROM must be the sender's address where EMAIL_HOST is set")
SITE_URL = os.environ.get("SITE_URL", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"axes": {"level": "WARNING"}},
}
