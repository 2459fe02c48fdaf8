"""Pages for what went wrong: what happened, what to do, and that nothing typed was lost."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_AFTER_S = 5


def unclear(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """400: the request makes no sense to us, such as a broken address or far too many fields."""
    return render(request, "ui/failures.html", {"failure": "unclear"}, status=400)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """404: no such page, or not for this reader; both look the same."""
    return render(request, "ui/failures.html", {"failure": "missing"}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """403: the reader may not do this."""
    return render(request, "ui/failures.html", {"failure": "forbidden"}, status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 for a form without its token: mostly a page left open overnight, or cookies switched off."""
    return render(request, "ui/failures.html", {"failure": "forged"}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 with Retry-After while the database is away or full: it will be taken later."""
    away = isinstance(sys.exception(), OperationalError | InterfaceError)
    response = render(request, "ui/failures.html", {"failure": "broken"}, status=503 if away else 500)
    if away:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response
