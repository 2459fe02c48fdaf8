"""Where no account takes reports: whom to call instead, before somebody fills in five pages for nothing."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vefa.channels.queries import NoDoorError, has_door
from vefa.directory.queries import NotLoadedError
from vefa.web.portal.sending import CHANNEL
from vefa.web.ui.typed import typed

_TYPED = ("text", "place", "phone", "email", "name")
type View = Callable[..., HttpResponse]


def is_open() -> bool:
    """Whether an account takes what is sent by form; at most ten seconds old."""
    return has_door(CHANNEL)


def page(request: HttpRequest) -> HttpResponse:
    """503: nothing can be kept just now, and nothing was; what a form brought along stands there again."""
    context = {"words": _words(request), "photographed": bool(request.FILES)}
    return render(request, "portal/closed.html", context, status=503)


def _words(request: HttpRequest) -> list[str]:
    """What a form held that no session keeps, in its order."""
    answers = [name for name in request.POST if name.startswith("answer_")]
    words = [typed(request.POST, name).strip() for name in (*_TYPED, *answers)]
    return [one for one in words if one]


def unless_closed(view: View) -> View:
    """The view; or that page in the place of a form that nobody takes, and where a form meets no door."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST" and not is_open():
            return page(request)
        try:
            return view(request, *args, **kwargs)
        except NoDoorError:
            return page(request)

    return shown


def once_loaded(view: View) -> View:
    """The view; or that page while no municipality is described yet, of which there is nothing to show."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotLoadedError:
            return page(request)

    return shown
