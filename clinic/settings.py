"""The project's settings. What differs from place to place is an environment variable; README lists them."""

import os
from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from clinic.environment import (
    database_from_url,
    env_address,
    env_bool,
    env_choice,
    env_gateway,
    env_int,
    env_list,
    env_secret,
    env_sender,
    mailer_from_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_secret("SECRET_KEY", development="development-only-" * 4, debug=DEBUG)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_URL = env_address("SITE_URL", default="http://localhost:8000")  # the address in messages to patients
TRUSTED_CALENDAR_HOSTS = env_list("TRUSTED_CALENDAR_HOSTS")  # inside the house, whose calendars may be read too

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "admin_ext.apps.ClinicAdminConfig",  # django.contrib.admin, with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "import_export",
    "simple_history",
    "django_q",
    "phonenumber_field",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "clinic",
    "admin_ext.apps.AdminExtConfig",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "admin_ext.middleware.StaffLocaleMiddleware",
    "admin_ext.middleware.DoorMiddleware",
    "admin_ext.middleware.SignInAgainMiddleware",
    "admin_ext.middleware.NoSuchPageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",  # last, so that a locked-out sign-in is seen by all of the above
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "admin_ext" / "templates"],  # before unfold's, so that our admin/index.html is found
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

DATABASES = {
    "default": database_from_url(os.environ.get("DATABASE_URL") or "sqlite:///clinic.sqlite3", base=BASE_DIR),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

# People

AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "admin:login"

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # one person's typing does not lock a whole desk out
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# Safety

SESSION_COOKIE_AGE = env_int("SESSION_HOURS", default=10, minimum=1) * 3600
SESSION_SAVE_EVERY_REQUEST = env_bool("SESSION_IDLE_LOGOUT", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
CSRF_FAILURE_VIEW = "clinic.portal.pages.form_refused"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked from within, where there is no TLS
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)  # its headers say who asks, and how
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],  # Alpine evaluates the expressions in unfold's attributes
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}

# Language, time, numbers

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / app / "locale" for app in ("clinic", "admin_ext", "admin_ext/vendor", "reports")]
FORMAT_MODULE_PATH = "clinic.formats"
TIME_ZONE = "UTC"  # each clinic has a zone of its own
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = env_choice(
    "PHONE_REGION", SUPPORTED_REGIONS, default="SA", hint="write the two letters of a country, as in SA"
)
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# Files and mail

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static-files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG  # straight from the apps, without collectstatic
MAILERS = {"default": mailer_from_url(os.environ.get("EMAIL_URL") or ("console:" if DEBUG else "smtp://localhost:25"))}
DEFAULT_FROM_EMAIL = env_sender("DEFAULT_FROM_EMAIL", default="clinic@localhost")

# Text messages: where they leave, by channel, and the key of who tells what became of them; empty for none

GATEWAYS = {"sms": env_gateway("SMS_URL", debug=DEBUG), "whatsapp": env_gateway("WHATSAPP_URL", debug=DEBUG)}
RECEIPTS_SECRET = os.environ.get("RECEIPTS_SECRET", "")

# Background work. A task is handed out again `retry` seconds after it was fetched, so `retry` must outlast the tasks
# fetched before it: timeout * (queue_limit / workers + 1). There are so many workers that messages leave while two
# people's long jobs run beside the audit, or beside a calendar that answers slowly.

Q_CLUSTER = {
    "name": "clinic",
    "orm": "default",
    "broker_class": "clinic.queue.Queue",
    "cache": "process",  # the cluster reports its health twice a second: not into the database
    "workers": 4,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 300,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "poll": 1,
}

# Virtual appointments

VIDEO_ROOMS = os.environ.get("VIDEO_ROOMS") or "clinic.scheduling.video.private_room"  # who makes up their addresses

# Staff screens

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"  # patients' rows: not in loose files
SIMPLE_HISTORY_REVERT_DISABLED = False

UNFOLD = {
    "SITE_TITLE": _("Clinic"),
    "SITE_HEADER": "admin_ext.theme.header",
    "SITE_SYMBOL": "local_hospital",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "admin_ext.theme.icon"}],
    "SITE_URL": None,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "6px",
    "COLORS": "admin_ext.theme.colours",
    "STYLES": [
        "admin_ext.theme.stylesheet",
        "admin_ext.theme.packages_stylesheet",
        "admin_ext.theme.appointments_stylesheet",
        "admin_ext.theme.booking_stylesheet",
        "admin_ext.theme.series_stylesheet",
        "admin_ext.theme.waitlist_stylesheet",
        "admin_ext.theme.cash_desk_stylesheet",
        "admin_ext.theme.receipt_stylesheet",
    ],
    "SCRIPTS": [
        "admin_ext.theme.labels_script",
        "admin_ext.theme.keyboard_script",
        "admin_ext.theme.palette_script",
        "admin_ext.theme.toast_script",
        "admin_ext.theme.failures_script",
        "admin_ext.theme.unsaved_script",
        "admin_ext.theme.cash_desk_script",
    ],
    "DASHBOARD_CALLBACK": "admin_ext.dashboard.dashboard",
    "SIDEBAR": {"show_search": True, "navigation": "admin_ext.navigation.sidebar"},
}

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "nowhere": {"class": "logging.NullHandler"},
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "level": env_choice("LOG_LEVEL", LOG_LEVELS, default="INFO", hint=f"write one of {', '.join(LOG_LEVELS)}"),
        },
    },
    "loggers": {"apprise": {"handlers": ["nowhere"], "propagate": False}},  # it names addresses with passwords in them
    "root": {"handlers": ["console"], "level": "INFO"},
}
