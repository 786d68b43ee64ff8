"""Settings of the one deployable. Wiring only: which modules, which databases, which middleware; no behaviour."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

import environ
import structlog

from project.demo.logins import demo_logins
from seamline.data.databases import databases
from seamline.data.roles import installation_secret
from seamline.embedded import server_url
from seamline.embedded.valkey import valkey_url
from seamline.signing.places import WrongPlace, feed_places
from seamline.telemetry.log_fields import add_origin

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def _whole_number(name: str, *, default: int) -> int:
    value = env.str(name, default=str(default))
    if not value.isdecimal():
        raise SystemExit(f"error: {name} is {value!r}: give a whole number, 0 or more.")
    return int(value)


MODULES = (
    "catalog",
    "customers",
    "inventory",
    "orders",
    "payments",
    "recommendations",
    "analytics",
    "notifications",
    "storefront",
)
PRESENT = tuple(name for name in MODULES if (BASE_DIR / "modules" / name / "module.py").is_file())
"""Those whose code is here; the others were extracted, and live in repositories of their own."""
_wanted = env.str("SEAMLINE_MODULES", default="all")
HOSTED = PRESENT if _wanted == "all" else tuple(name.strip() for name in _wanted.split(","))
if unknown := set(HOSTED) - set(PRESENT):
    raise SystemExit(f"SEAMLINE_MODULES names {', '.join(sorted(unknown))}; the modules are: {', '.join(PRESENT)}.")

SEAMLINE_SECRET = installation_secret(root=BASE_DIR)
SECRET_KEY = hmac.new(SEAMLINE_SECRET.encode(), b"django secret key", hashlib.sha256).hexdigest()
DEBUG = env.bool("DEBUG", default=True)
DEMO = env.bool("SEAMLINE_DEMO", default=DEBUG)
"""Demo logins and the sandbox's card numbers are shown."""
SEAMLINE_METRICS_TOKEN = env.str("SEAMLINE_METRICS_TOKEN", default="")
"""What Prometheus shows at ``/metrics``. Without one, only this machine may look, and only while ``DEBUG`` is on."""
PAYMENT_WEBHOOK_SECRET = (
    env.str("PAYMENT_WEBHOOK_SECRET", default="")
    or hmac.new(SEAMLINE_SECRET.encode(), b"payment webhooks", hashlib.sha256).hexdigest()
)
"""What the payment provider signs its webhooks with; the sandbox shares it without being told."""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SEAMLINE_POSTGRES = env.str("SEAMLINE_POSTGRES", default="")
"""Which embedded server this process uses: empty is the first, a name the one of modules that run by themselves."""
DATABASE_URL = (
    env.str("DATABASE_URL", default="")
    or server_url(BASE_DIR, name=SEAMLINE_POSTGRES)
    or "postgresql://127.0.0.1:1/not_started"
)
SEAMLINE_SPLIT = env.str("SEAMLINE_SPLIT", default="")
"""What ``manage.py up`` starts as processes of their own: ``orders,payments``, or ``all``. See docs/calls/split.md."""
SEAMLINE_HUB_MODULE = "storefront"
"""The module that stays with the hub in every split: pages and browsers' sessions are there."""
SEAMLINE_MODULE_URLS = {name: url for name in HOSTED if (url := env.str(f"{name.upper()}_DATABASE_URL", default=""))}
"""Servers of modules that live elsewhere than ``DATABASE_URL`` says."""
SEAMLINE_READ_URLS = {name: url for name in HOSTED if (url := env.str(f"{name.upper()}_READ_DATABASE_URL", default=""))}
"""Replicas on which modules' read models are read, where there are any."""
DATABASES = databases(
    url=DATABASE_URL,
    modules=HOSTED,
    secret=SEAMLINE_SECRET,
    module_urls=SEAMLINE_MODULE_URLS,
    read_urls=SEAMLINE_READ_URLS,
    pool_size=_whole_number("SEAMLINE_POOL_SIZE", default=12) or None,
)
EVENT_BUS = env.str("EVENT_BUS", default="thread")
"""Who delivers events: ``thread``, the threads of each web process, or ``celery``, workers of their own."""
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or (valkey_url(BASE_DIR) if EVENT_BUS == "celery" else "")
SEAMLINE_CELERY_APP = "project.celery"
SEAMLINE_QUEUE_PREFIX = env.str("SEAMLINE_QUEUE_PREFIX", default="seamline")
"""What queues' names begin with; one for each installation where several share a broker."""
SEAMLINE_SWEEP_SECONDS = max(50, _whole_number("SEAMLINE_SWEEP_MILLISECONDS", default=1000)) / 1000
"""How often all logs are looked at whatever the broker has lost, and retries and jobs that are due are found."""
SEAMLINE_INTERNAL_KEYS = env.str("SEAMLINE_INTERNAL_KEYS", default="")
"""Keys of requests between deployables, ``id:secret,id2:secret2``: the first signs, all are accepted."""
SEAMLINE_INTERNAL_KEYS_FILE = env.str("SEAMLINE_INTERNAL_KEYS_FILE", default="")
"""The same keys in a file, a key a line, read again when it changes; then the other setting must be empty."""
SEAMLINE_JWT_KEYS = env.str("SEAMLINE_JWT_KEYS", default="")
"""Keys of JSON web tokens for HS256, ``kid:secret,kid2:secret2``: the first signs, all are accepted."""
SEAMLINE_JWT_KEYS_FILE = env.str("SEAMLINE_JWT_KEYS_FILE", default="")
"""The same as a JWKS file, also for RS256, ES256 and EdDSA, read again when it changes."""
SEAMLINE_JWT_ISSUER = env.str("SEAMLINE_JWT_ISSUER", default="seamline")
SEAMLINE_JWT_AUDIENCE = env.str("SEAMLINE_JWT_AUDIENCE", default="shop")
SEAMLINE_JWT_SECONDS = _whole_number("SEAMLINE_JWT_SECONDS", default=300)
"""How long a JSON web token is good for; it cannot be revoked before."""
SEAMLINE_DOOR = env.bool("SEAMLINE_DOOR", default="storefront" in HOSTED)
"""Whether this deployable has the browsers' sessions and passes requests for modules hosted elsewhere on to them."""
SEAMLINE_SESSION_PATHS = tuple(f"/api/v1/customers/{path}/" for path in ("login", "logout", "me/password"))
"""Where the browser's session is changed: served by the hub with its cookies, wherever the module lives."""
SEAMLINE_CREDENTIAL_PATHS = ("/api/v1/customers/tokens/current/",)
"""Where a module ends credentials: a door through which that passes remembers nothing about them."""
try:
    SEAMLINE_FEEDS = feed_places(env.str("SEAMLINE_FEEDS", default=""))
except WrongPlace as wrong:
    raise SystemExit(f"error: {wrong}") from wrong
"""Where the logs of modules that are hosted elsewhere are read: ``orders=http://127.0.0.1:8001,catalog=...``."""
SEAMLINE_REGISTRY = env.str("SEAMLINE_REGISTRY", default="")
"""Where instances of modules are found; empty is this deployable's own table. See docs/calls/discovery.md."""
SEAMLINE_INTERNAL_NETWORKS = env.str(
    "SEAMLINE_INTERNAL_NETWORKS",
    default="127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7",
)
"""Networks that instances may be in, with commas between; calls go nowhere else."""
SEAMLINE_ADVERTISE = env.str("SEAMLINE_ADVERTISE", default="")
"""The address at which others reach this process, such as ``http://10.0.0.3:8000``; empty keeps it to itself."""
SEAMLINE_CONTROL = env.bool("SEAMLINE_CONTROL", default=True)
"""Whether processes tell each other how their breakers stand and obey operators' orders. See docs/calls/control.md."""
SEAMLINE_BREAKER_VOTES = _whole_number("SEAMLINE_BREAKER_VOTES", default=0)
"""How many processes must find a module sick until all open their breakers; 0 is the majority, two at least."""
SEAMLINE_FAULTS = env.bool("SEAMLINE_FAULTS", default=DEBUG)
"""Whether operators may inject faults into calls. See docs/calls/faults.md."""
SEAMLINE_FEED_WAITERS = _whole_number(
    "SEAMLINE_FEED_WAITERS", default=max(1, _whole_number("SEAMLINE_THREADS", default=8) // 4)
)
"""Readers of other deployables that may wait in one process at a time; each takes a thread of the web server."""
SEAMLINE_EXTERNALISE = env.str("SEAMLINE_EXTERNALISE", default="")
"""Brokers that events leave to, ``orders=amqp://...,all=redis://...``; see docs/events/externalise.md."""
DATABASE_ROUTERS = ["seamline.data.router.ModuleRouter"]
SEAMLINE_ARCHIVE_DIR = Path(env.str("SEAMLINE_ARCHIVE_DIR", default="") or BASE_DIR / ".seamline" / "archive")
"""Where old events go, by module; every process that hosts the module must see the same files."""
SEAMLINE_RETENTION: dict[str, timedelta] = {}
"""How long each module's events stay in its log before ``manage.py events archive`` takes them out; others stay."""
SEAMLINE_CONTRACTS = "contracts"
"""The package of all contracts, hosted here or not; its folder ``released`` keeps every event schema ever released."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "seamline",
    "seamline.platform",
    "project",
    *(f"modules.{name}" for name in HOSTED),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "seamline.web.request_context.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "seamline.placement.middleware.PlacementMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SEAMLINE_START_COMMANDS = ("load_data",) if SEAMLINE_HUB_MODULE in PRESENT else ()
"""What ``manage.py up`` runs at every start when the tables are there; each sees for itself what is left to do."""
SEAMLINE_START_PAGES = {
    **({"Shop": "/"} if SEAMLINE_HUB_MODULE in HOSTED else {}),
    "API docs": "/api/docs/",
    "Event docs": "/api/events/docs/",
    "Admin": "/admin/",
}
SEAMLINE_DEMO_LOGINS = {login.title: login.text for login in demo_logins()}
"""Shown by ``manage.py up`` in demo mode."""

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = BASE_DIR / ".seamline" / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Seamline Shop <shop@example.com>")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "seamline.identity.authentication.DoorIdentity",
        "project.authentication.SessionCustomer",
        "project.authentication.TokenCustomer",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["seamline.web.throttling.PrincipalThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "principal": env.str("SEAMLINE_API_RATE", default="600/minute"),
        "purchases": env.str("SEAMLINE_PURCHASE_RATE", default="120/minute"),
        "credentials": env.str("SEAMLINE_LOGIN_RATE", default="20/minute"),
    },
    "EXCEPTION_HANDLER": "seamline.web.problem.exception_handler",
    "UNAUTHENTICATED_USER": "seamline.web.principal.Anonymous",
    "UNAUTHENTICATED_TOKEN": None,
    "NUM_PROXIES": _whole_number("SEAMLINE_PROXIES", default=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Seamline Shop API",
    "DESCRIPTION": "One API over the shop's modules. Errors are `application/problem+json` with a stable `code`. "
    "What the modules tell each other is documented under [events](/api/events/docs/).",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "seamline.web.schema.add_problem_responses",
        "seamline.fallback.schema.add_modules_elsewhere",
    ],
}
SEAMLINE_GATEWAY_RATE = env.str("SEAMLINE_GATEWAY_RATE", default="3000/minute")
"""Requests of one client that the gateway lets in; empty is unlimited."""
SEAMLINE_GATEWAY_RATES: dict[str, str] = {"/api/v1/customers/": "600/minute"}
"""Narrower ones below a path."""
SEAMLINE_GATEWAY_RATE_STORE = env.str("SEAMLINE_GATEWAY_RATE_STORE", default="")
"""Valkey or Redis in which replicas of the gateway count together, ``redis://…``; empty counts in each."""
SEAMLINE_GATEWAY_TRUSTED = env.list("SEAMLINE_GATEWAY_TRUSTED", default=[])
"""Networks of proxies in front of the gateway, whose ``X-Forwarded-For`` is believed."""
SEAMLINE_GATEWAY_ORIGINS = env.list("SEAMLINE_GATEWAY_ORIGINS", default=[])
"""Origins whose pages may call the API with credentials, ``https://shop.example``."""
SEAMLINE_COMPOSITIONS = "project.compositions"
"""The module whose COMPOSITIONS and CACHE_RULES the gateway reads."""
SEAMLINE_ASYNCAPI = {
    "title": "Seamline Shop events",
    "version": "1.0.0",
    "description": "What the shop's modules tell each other. An event's name never changes; events with the same key "
    "come in order, each at least once and with an id to know it by.",
    "servers": {},
}
"""The AsyncAPI document: ``servers`` are brokers to which events are externalised, as AsyncAPI writes them."""
UNFOLD = {
    "SITE_TITLE": "Seamline Shop",
    "SITE_HEADER": "Seamline Shop",
    "SITE_SYMBOL": "storefront",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .012 163)",
            "100": "oklch(94.5% .02 163)",
            "200": "oklch(89% .035 163)",
            "300": "oklch(81% .055 163)",
            "400": "oklch(71% .075 163)",
            "500": "oklch(58% .08 163)",
            "600": "oklch(45% .07 163)",
            "700": "oklch(40.5% .06 163)",
            "800": "oklch(34% .05 163)",
            "900": "oklch(29% .042 163)",
            "950": "oklch(22% .032 163)",
        },
    },
}

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        add_origin,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.render_to_log_kwargs,
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
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.LogfmtRenderer() if not DEBUG else structlog.dev.ConsoleRenderer(colors=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                add_origin,
                structlog.stdlib.add_logger_name,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "seamline": {"level": env.str("LOG_LEVEL", default="INFO")},
        "django": {"handlers": []},  # Django's own would print every line a second time
    },
}
