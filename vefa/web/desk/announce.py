"""Announcements at the desk: write, look at it as it will stand there, send it once."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from vefa.dialogue import announcing
from vefa.dialogue.announcing import EmptyPostError, Post
from vefa.dialogue.phrases import UnresolvedError
from vefa.directory.access import Action
from vefa.kit.ids import token
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show
from vefa.web.ui.typed import typed


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ANSWER)
def announce(request: StaffRequest) -> HttpResponse:
    """The sheet and what was announced before; a post first comes back as it will look."""
    places = announcing.channels_of(request.staff)
    language = get_language() or "en"
    asked = request.POST
    text, once = typed(asked), asked.get("once", "") or token().hex
    place = next((one for one in places if one.key == asked.get("place", "")), places[0] if places else None)
    trouble = ""
    preview = ""
    if request.method == "POST" and place is not None:
        try:
            preview = announcing.check_post(text)
            if asked.get("do") == "send":
                post = Post(text=text, language=place.language, once=once)
                fresh = announcing.announce(endpoint=place, post=post, by=request.staff, now=timezone.now())
                done = (
                    gettext("It is on its way.")
                    if fresh
                    else gettext("This was sent already, and only once.")
                )
                messages.success(request, done)
                return HttpResponseRedirect(reverse("desk:announce"))
        except EmptyPostError:
            trouble = gettext("Write between one character and 4,096.")
        except UnresolvedError:
            trouble = gettext("Fill in what still stands in braces.")
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "places": [(one, one.name(language)) for one in places],
        "place": place,
        "place_name": place.name(language) if place else "",
        "text": text,
        "once": once,
        "preview": preview if asked.get("do") == "look" else "",
        "trouble": trouble,
        "announced": announcing.announced(places),
    }
    return show(request, "desk/announce.html", None, context)
