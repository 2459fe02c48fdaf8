"""In which language a page speaks, and how the reader changes it without losing a typed word."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from vefa.web.ui import city

FIELD = "speak"  # name of the parameter, and of the buttons that carry it
YEAR_S = 365 * 24 * 3600
OWN_NAMES = {"tr": "Türkçe", "ru": "Русский", "kk": "Қазақша", "fa": "فارسی", "en": "English"}


class LanguageMiddleware:
    """Speaks the language asked for, else the one chosen before, else the browser's, else the city's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate language and zone for this request, and remember a new choice for a year."""
        here = city.now_served()
        language = spoken(request, here)
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(ZoneInfo(here.timezone)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if asked(request):
            remember(response, language)
        return response


def spoken(request: HttpRequest, here: city.City) -> str:
    """The language for this request; always one that the municipality speaks."""
    wishes = (asked(request), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), *accepted(request))
    return next((wish for wish in wishes if wish in here.languages), here.default_language)


def asked(request: HttpRequest) -> str:
    """The language that a link (`?speak=kk`) or a button of the switch asks for, or nothing."""
    wish = request.GET.get(FIELD, "")
    if not wish and request.method == "POST" and _is_form(request):
        wish = request.POST.get(FIELD, "")
    return wish if wish in OWN_NAMES else ""


def _is_form(request: HttpRequest) -> bool:
    kind = request.content_type or ""
    return kind in {"application/x-www-form-urlencoded", "multipart/form-data"}


def switching(request: HttpRequest) -> bool:
    """Whether this POST only changes the language: show the form again as typed, check and save nothing."""
    return request.method == "POST" and bool(request.POST.get(FIELD))


def accepted(request: HttpRequest) -> list[str]:
    """The browser's languages, best first, without their regions."""
    weighed = []
    for order, part in enumerate(request.headers.get("Accept-Language", "").split(",")[:12]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), order, tag[:2].lower()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(weighed)]


def remember(response: HttpResponse, language: str) -> None:
    """Let the browser keep the language for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
