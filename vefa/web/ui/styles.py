"""One style sheet for everything shared: plain files, joined in a fixed order, named by their content."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

HERE = Path(__file__).resolve().parent
FIRST = ("layers.css", "reset.css", "tokens.css", "base.css")
LAST = ("print.css",)


def files() -> list[Path]:
    """The files in the order in which they are joined."""
    parts = sorted([*(HERE / "parts").glob("*.css"), *(HERE / "form").glob("*.css")])
    return [*(HERE / name for name in FIRST), *parts, *(HERE / name for name in LAST)]


def read() -> tuple[str, str]:
    """The joined text and the short name of its content."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in files())
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _read_once() -> tuple[str, str]:
    return read()


def joined() -> tuple[str, str]:
    """Text and name; read again on every page only while somebody is drawing (DEBUG)."""
    return read() if settings.DEBUG else _read_once()


def address() -> str:
    """Where a page finds the style sheet of this very version."""
    return reverse("ui:style", args=[joined()[1]])


@require_safe
def style(_request: HttpRequest, digest: str) -> HttpResponse:
    """The style sheet; kept by the browser for a year, since another content has another name."""
    text, name = joined()
    if digest != name:
        raise Http404
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
