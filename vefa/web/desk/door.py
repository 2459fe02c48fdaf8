"""Who may come to the desk: signed in, still the same sign-in, with the second factor, and with the right."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.sign_in import looking, remember
from vefa.web.desk import counting

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EPOCH, SECOND = "epoch", "second"


class StaffRequest(HttpRequest):
    """A request of somebody who works here."""

    staff: Staff


type StaffView = Callable[..., HttpResponseBase]
RIGHTS: dict[str, Action] = {}  # view name -> the right it asks for; read by the matrix of rights


def staff_only(action: Action) -> Callable[[StaffView], StaffView]:
    """Let in only those whose role may do `action`; others sign in, or hear that it is not theirs."""

    def wrap(view: StaffView) -> StaffView:
        RIGHTS[f"{view.__module__}.{view.__name__}"] = action

        @wraps(view)
        def inner(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            staff = signed_in(request)
            if staff is None:
                return to_sign_in(request)
            if needs_second_factor(request, staff):
                return HttpResponseRedirect(reverse("desk:second"))
            if not can(staff, action):
                raise PermissionDenied
            request.staff = staff
            response = view(request, *args, **kwargs)
            if request.method not in SAFE:
                counting.forget(staff.pk)  # they want to see what they did
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return inner

    return wrap


def post_from(page: str, *named: str) -> Callable[[StaffView], StaffView]:
    """POST alone; who looks at the address (a link or a language on a form that came back) is led to `page`.

    named  what the page's address takes of this one's
    """

    def wrap(view: StaffView) -> StaffView:
        @wraps(view)
        def inner(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in {"GET", "HEAD"}:
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            address = reverse(page, kwargs={name: kwargs[name] for name in named})
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{address}?{query}" if query else address)

        return inner

    return wrap


def signed_in(request: HttpRequest) -> Staff | None:
    """The person behind the request, unless their sign-ins were ended since."""
    with looking(request.session):
        staff = get_user(request)  # itself: behind request.user every look at it is looked up
    if not isinstance(staff, Staff) or not staff.is_active or staff.retired_at is not None:
        return None
    if request.session.get(EPOCH) != staff.session_epoch:
        logout(request)
        return None
    remember(request.session, staff)
    return staff


def needs_second_factor(request: HttpRequest, staff: Staff) -> bool:
    """Whether a code is owed: by who has set one up, and by everybody where the city demands it."""
    owed = settings.SECOND_FACTOR or staff.totp_confirmed_at is not None
    return owed and not request.session.get(SECOND, False)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the reader to the door and remember where they wanted to go; htmx is told to go there whole."""
    address = f"{reverse('desk:sign-in')}?{urlencode({'next': _page_of(request)})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: of a part, and of a form, the one on which it stood."""
    stood = request.headers.get("HX-Current-URL") or (
        request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    )
    parts = urlsplit(stood)
    if parts.netloc not in {"", request.get_host()} or not parts.path.startswith("/desk/"):
        return reverse("desk:queue")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
