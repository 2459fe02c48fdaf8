"""Every setting of Vefa, read once from the environment. `docs/settings.md` explains each."""

import os
from pathlib import Path

from django.utils.csp import CSP

from vefa.wiring.env import Env, database

env = Env(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent

HOME = Path(env.text("VEFA_HOME", default=".vefa")).absolute()
DEBUG = env.flag("VEFA_DEBUG", default=False)
SECRET_KEY = env.secret("VEFA_SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.words("VEFA_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("VEFA_HOSTS", default="127.0.0.1,localhost,[::1]")
PUBLIC_URL = env.text("VEFA_PUBLIC_URL", default="http://127.0.0.1:8137").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PROXIES = env.networks("VEFA_PROXIES")

DATABASES = {"default": database(env.secret("VEFA_DATABASE_URL", default="postgresql:///vefa"))}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_TIMEOUT_S = env.count("VEFA_DATABASE_TIMEOUT_S", default=15)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = Path(env.text("VEFA_FILES", default=str(HOME / "files")))
UPLOAD_LIMIT_MB = env.count("VEFA_UPLOAD_LIMIT_MB", default=25)
FILES_RESERVE_MB = env.count("VEFA_FILES_RESERVE_MB", default=1000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 60  # forms say how many they take, and keep what was typed

HOOK_BODY_LIMIT_KB = env.count("VEFA_HOOK_BODY_LIMIT_KB", default=3072)
WORKER_BATCH = env.count("VEFA_WORKER_BATCH", default=400)
SEMANTIC = env.flag("VEFA_SEMANTIC", default=True)  # where the extra is installed
LEARNING = env.flag("VEFA_LEARNING", default=True)  # a worker fits the model of services
SUGGEST_URL = env.text("VEFA_SUGGEST_URL", default="")  # "": no language model suggests anything
SUGGEST_MODEL = env.text("VEFA_SUGGEST_MODEL", default="")
SUGGEST_KEY = env.secret("VEFA_SUGGEST_KEY", default="")
SUGGEST_TIMEOUT_S = env.count("VEFA_SUGGEST_TIMEOUT_S", default=60)
UNDO_S = env.count("VEFA_UNDO_S", default=10)
ALARM_MAIL = env.words("VEFA_ALARM_MAIL")
CALL_WRAP_UP_S = env.count("VEFA_CALL_WRAP_UP_S", default=30)
CALL_IN_TIME_S = env.count("VEFA_CALL_IN_TIME_S", default=20)
MAP_TILES_URL = env.text("VEFA_MAP_TILES_URL", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "leaflet",
    "vefa.journal",
    "vefa.directory",
    "vefa.channels",
    "vefa.citizens",
    "vefa.inbox",
    "vefa.cases",
    "vefa.calls",
    "vefa.dialogue",
    "vefa.triage",
]
AUTH_USER_MODEL = "directory.Staff"
AUTHENTICATION_BACKENDS = ["vefa.directory.sign_in.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:sign-in"
SECOND_FACTOR = env.flag("VEFA_SECOND_FACTOR", default=True)  # every member of staff needs one

MIDDLEWARE = [
    "vefa.web.ui.proxies.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "vefa.web.ui.language.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vefa.web.ui.gaps.GapMiddleware",
]
ROOT_URLCONF = "vefa.wiring.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vefa.web.ui.context.page",
            ],
            "libraries": {"ui": "vefa.web.ui.tags"},
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "vefa.web.ui.tags",
                "vefa.web.ui.listed",
                "vefa.web.ui.frozen",
                "vefa.web.ui.stencil",
                "vefa.web.ui.linking",
                "vefa.web.desk.sides",
                "vefa.web.portal.banners",
            ],
        },
    }
]

FORM_RENDERER = "vefa.web.ui.forms.Renderer"

LANGUAGE_CODE = "en"
LANGUAGES = [("tr", "Türkçe"), ("ru", "Русский"), ("kk", "Қазақша"), ("fa", "فارسی"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "vefa_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "vefa.web.ui.finder.RoomFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 86_400

SECURE_TRANSPORT = PUBLIC_URL.startswith("https://")
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"] + ([MAP_TILES_URL.split("/{")[0]] if MAP_TILES_URL else []),
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_TRANSPORT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TRANSPORT
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "vefa.directory.sessions"
SESSION_COOKIE_NAME = "__Host-vefa" if SECURE_TRANSPORT else "vefa"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TRANSPORT
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "vefa.web.ui.failures.forged"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("VEFA_LOG_LEVEL", default="WARNING")},
}
