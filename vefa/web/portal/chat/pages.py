"""The pages of the chat: one to begin, one for each conversation behind its secret.

No session is read and nothing of the resident's browser is used but the form itself and, to find back on the
same device, a cookie with the address of the conversation.
"""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vefa.channels.models import Endpoint
from vefa.channels.queries import account_of
from vefa.dialogue import hours
from vefa.kit import ids
from vefa.web.portal import limits, photos, reports, statuses
from vefa.web.portal.chat import lines
from vefa.web.portal.report.fields import PlainField, TrapField
from vefa.web.portal.reports import Mine
from vefa.web.portal.send import from_here
from vefa.web.ui.failures import forged
from vefa.web.ui.language import switching

COOKIE = "vefa_chat"
KEPT_S = 30 * 24 * 3600
TEXT_LIMIT = 5000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TALK = re.compile(r"([0-9-]{8,20})/([A-Za-z0-9_-]{10,64})")


class LineForm(forms.Form):
    """Words or photos; one of them is enough."""

    text = PlainField(
        label=_("Your message"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": _("This is longer than %(limit_value)d letters. Shorten it, or call us.")
        },
    )
    photos = forms.Field(required=False)
    token = forms.CharField(required=False, max_length=64)
    website = TrapField()

    def clean_token(self) -> str:
        """The token of the page, so that a second click says nothing twice."""
        token = str(self.cleaned_data["token"])
        return token if _TOKEN.fullmatch(token) else ids.secret()


@csrf_exempt  # nothing of the resident's browser is used but what the form itself says
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """An empty page to write on; the first line makes a conversation. A device finds back to its last one."""
    account = _account()
    if request.method == "POST" and not switching(request):
        return _written(request, account, None)
    if request.method != "POST" and "new" not in request.GET and (talk_page := _last(request)):
        return redirect(talk_page)
    return _page(request, account, None, {"form": _typed(request)})


@csrf_exempt  # the secret in the address is the key; no cookie is asked for
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """One conversation: what was said, and a box to write on. With `?part=talk` only what was said."""
    account = _account()
    mine = reports.find(reference, secret)
    if mine is None:
        raise Http404
    if not lines.is_ours(mine):
        return redirect(mine.address())
    if request.method == "POST" and not switching(request):
        return _written(request, account, mine)
    return _page(request, account, mine, {"form": _typed(request)})


def _account() -> Endpoint:
    account = account_of(lines.CHANNEL)
    if account is None:
        raise Http404
    return account


def _typed(request: HttpRequest) -> LineForm:
    """The form with what was typed before the language was changed."""
    return photos.asked_again(
        LineForm(initial=request.POST.dict() if request.method == "POST" else {}), request
    )


def _last(request: HttpRequest) -> str:
    """The page of this device's last conversation while its matter is open, else nothing."""
    found = _TALK.fullmatch(request.COOKIES.get(COOKIE, ""))
    mine = reports.find(found[1], found[2]) if found else None
    if mine is None or not lines.is_ours(mine) or lines.has_ended(mine):
        return ""
    return _address(mine.reference, mine.secret)


def _written(request: HttpRequest, account: Endpoint, mine: Mine | None) -> HttpResponse:
    """Keep a line, or say what is wrong with it; nothing typed is lost."""
    if not from_here(request):
        return forged(request)
    if not limits.may_report(request) or (mine and not limits.lines.allows(mine.reference)):
        return render(request, "portal/busy.html", status=429)
    given = photos.receive(request.FILES.getlist("photos"), kept=())
    form = LineForm(request.POST)
    valid = form.is_valid()
    for refusal in given.refused:
        form.add_error("photos", refusal)
    if valid and not (form.cleaned_data.get("text") or given.stored or given.refused):
        form.add_error("text", gettext("Write something or add a photo."))
    if form.errors:
        photos.give_up(given, form)
        return _page(request, account, mine, {"form": form, "wrong": True}, status=422)
    return _kept(request, account, mine, _line(form, given))


def _line(form: LineForm, given: photos.Given) -> lines.Line:
    return lines.Line(
        text=form.cleaned_data["text"],
        language=get_language() or "en",
        token=form.cleaned_data["token"],
        files=photos.stored(given.stored),
    )


def _kept(request: HttpRequest, account: Endpoint, mine: Mine | None, line: lines.Line) -> HttpResponse:
    now = timezone.now()
    if mine is None:
        accepted = lines.begin(line, now=now)
        return _remembered(str(accepted.reference), accepted.secret)
    lines.add(line, mine, now=now)
    if _wants_part(request):
        return _page(request, account, mine, {"form": LineForm()})
    return redirect(f"{_address(mine.reference, mine.secret)}#write")


def _remembered(reference: str, secret: str) -> HttpResponse:
    """To the conversation, which this device finds again for a month."""
    response = redirect(f"{_address(reference, secret)}#write")
    response.set_cookie(
        COOKIE,
        f"{reference}/{secret}",
        max_age=KEPT_S,
        path=reverse("portal:chat"),
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


def _address(reference: str, secret: str) -> str:
    return reverse("portal:talk", args=[reference, secret])


def _wants_part(request: HttpRequest) -> bool:
    return request.GET.get("part") == "talk"


def _page(
    request: HttpRequest, account: Endpoint, mine: Mine | None, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    now = timezone.now()
    course = (mine.shown or mine.case) if mine else None
    context = {
        "mine": mine,
        "token": ids.secret(),
        "at_most": photos.AT_MOST,
        "answers_form": "write",
        "messages_said": lines.messages(mine, now=now) if mine else [],
        "ended": lines.has_ended(mine) if mine else False,
        "status": (statuses.of(course) if course else statuses.received()) if mine else None,
        "asleep": not hours.open_now(account, now),
        "opens_at": hours.opens_at(account, now),
    }
    name = (
        "portal/chat/talk.html"
        if mine and _wants_part(request) and status == 200
        else "portal/chat/page.html"
    )
    return render(request, name, {**context, **more}, status=status)
