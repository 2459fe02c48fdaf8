"""The talk of groups at the desk: what was recognised, how surely and why; and a person's last word on it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases.lifecycle import MoveNotAllowedError, OpenPartsError
from vefa.channels.accounts import AccountError, NewEndpoint, add
from vefa.channels.models import Endpoint
from vefa.channels.sharing import DOOR
from vefa.directory.access import Action, can
from vefa.triage.groups import queries
from vefa.triage.groups.deciding import NotDecidableError, make_case, make_talk
from vefa.triage.groups.membership import forget_strange
from vefa.triage.models import GroupMessage, Made
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.group_words import made_in_words, sign_in_words, wrong_in_words
from vefa.web.ui.show import show

SHOWS = ("", "matters", "talk")


@dataclass(frozen=True)
class Spoken:
    """One message as the page shows it."""

    row: GroupMessage
    made: str
    percent: int
    reasons: list[tuple[str, str, bool]]  # sign, words, whether it speaks for a matter
    may_open: bool
    may_undo: bool


@require_safe
@staff_only(Action.PRIVATE)
def groups(request: StaffRequest) -> HttpResponse:
    """Every group whose talk this person may read."""
    language = get_language() or "en"
    administers = can(request.staff, Action.ADMINISTER)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "groups": [
            (one, one.name(language), wrong_in_words(one)) for one in queries.groups_seen_by(request.staff)
        ],
        "strangers": queries.strangers() if administers else [],
        "administers": administers,
    }
    return show(request, "desk/groups.html", None, context)


@require_safe
@staff_only(Action.PRIVATE)
def group(request: StaffRequest, key: str) -> HttpResponse:
    """The stream of one group, the newest first."""
    endpoint = _seen(request, key)
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in SHOWS else ""
    before = _number(request.GET.get("before", ""))
    rows = queries.stream_of(endpoint, show=wanted, before=before)
    newest, oldest = queries.last_numbers(rows)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "group": endpoint,
        "name": endpoint.name(get_language() or "en"),
        "wrong": wrong_in_words(endpoint),
        "lines": [_spoken(request, row) for row in rows],
        "newest": newest,
        "older": oldest if len(rows) == queries.PAGE else 0,
        "wanted": wanted,
        "first": not before,
        "shows": _shows(wanted),
    }
    return show(request, "desk/group.html", None, context)


@require_safe
@staff_only(Action.PRIVATE)
def newer(request: StaffRequest, key: str) -> HttpResponse:
    """What was said since: the page asks now and then, and nothing on it moves but its head."""
    endpoint = _seen(request, key)
    after, wanted = _number(request.GET.get("after", "")), request.GET.get("show", "")
    rows = queries.stream_of(endpoint, show=wanted, after=after) if after else []
    newest = max([after, *(row.pk for row in rows)])
    lines = [_spoken(request, row) for row in rows]
    context = {"group": endpoint, "lines": lines, "newest": newest, "wanted": wanted}
    return show(request, "desk/group_newer.html", None, context)


@require_POST
@staff_only(Action.PRIVATE)
def decide(request: StaffRequest, key: str, message_pk: int) -> HttpResponse:
    """Make a case of a message, or say that it is no matter; each undoes the other."""
    endpoint, now = _seen(request, key), timezone.now()
    what = request.POST.get("do", "")
    if not can(request.staff, {"case": Action.ENTER, "talk": Action.RESOLVE}.get(what, Action.READ)):
        raise PermissionDenied
    facts = {"message_pk": message_pk, "endpoint_id": endpoint.pk}
    try:
        if what == "case":
            case = make_case(**facts, by=request.staff, now=now)
            messages.success(request, gettext("It is a case now: {number}").format(number=case.reference))
        elif what == "talk":
            make_talk(**facts, by=request.staff, now=now)
            messages.success(request, gettext("It is talk again; nobody was told."))
    except GroupMessage.DoesNotExist:
        raise Http404 from None
    except OpenPartsError:
        messages.error(request, gettext("Parts of its case have no outcome yet: end them first."))
    except (NotDecidableError, MoveNotAllowedError):
        messages.info(request, gettext("Somebody was faster: look at it again."))
    return HttpResponseRedirect(f"{reverse('desk:group', args=[key])}#m{message_pk}")


@require_POST
@staff_only(Action.ADMINISTER)
def adopt(request: StaffRequest) -> HttpResponse:
    """Make a group to which somebody added a bot an account, or forget it."""
    chat, bot_key = request.POST.get("chat", ""), request.POST.get("bot", "")
    stranger = next((one for one in queries.strangers() if (one.chat, one.bot.key) == (chat, bot_key)), None)
    if stranger is None:
        raise Http404
    if request.POST.get("do") == "adopt":
        key = f"group{chat.replace('-', '_')}"
        names = dict.fromkeys(("tr", "ru", "kk", "fa", "en"), stranger.title)
        new = NewEndpoint(
            key=key, channel="telegram_group", language=stranger.bot.language, names=names,
            settings={DOOR: bot_key, "chat_id": chat},
        )  # fmt: skip
        try:
            add(new)
        except AccountError:
            messages.error(request, gettext("There is an account of this short name already."))
            return HttpResponseRedirect(reverse("desk:groups"))
    forget_strange(stranger.bot, chat)
    messages.success(request, gettext("Done."))
    return HttpResponseRedirect(reverse("desk:groups"))


def _seen(request: StaffRequest, key: str) -> Endpoint:
    endpoint = queries.group_seen_by(request.staff, key)
    if endpoint is None:
        raise Http404
    return endpoint


def _spoken(request: StaffRequest, row: GroupMessage) -> Spoken:
    talk = row.made == Made.CHATTER
    return Spoken(
        row=row,
        made=made_in_words(row.made),
        percent=round(row.confidence * 100),
        reasons=[
            (sign_in_words(one.sign), one.words.removeprefix("says ").removeprefix("names "), one.weight > 0)
            for one in queries.reasons_of(row)
        ],
        may_open=talk and can(request.staff, Action.ENTER),
        may_undo=not talk and row.made != Made.POST and can(request.staff, Action.RESOLVE),
    )


def _shows(wanted: str) -> list[tuple[str, str, bool]]:
    names = {"": gettext("All messages"), "matters": gettext("Matters only"), "talk": gettext("Talk only")}
    return [(key, name, key == wanted) for key, name in names.items()]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
