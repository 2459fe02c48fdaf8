"""Ready sentences: phrases filled in for this case, put into the answer box as a draft."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from vefa.cases.models import Case
from vefa.dialogue import phrases
from vefa.dialogue.audience import Listener
from vefa.dialogue.drafts import keep, kept
from vefa.dialogue.queries import channel_truth
from vefa.dialogue.values import values_for
from vefa.directory.access import Action
from vefa.web.desk.case import found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ANSWER)
def ready(request: StaffRequest, case_id: int) -> HttpResponse:
    """The sentences for this case; choosing one adds it to what is already written."""
    found = found_case(request.staff, case_id)
    if request.method == "POST":
        return _choose(request, found, request.POST.get("key", ""))
    now = timezone.now()
    context = {"case": found, "frame": frame_of(request, now=now), "phrases": _filled(found)}
    return show(request, "desk/phrase_list.html", "list", context)


def _choose(request: StaffRequest, found: Case, key: str) -> HttpResponse:
    chosen = next((one for one in _filled(found) if one["key"] == key), None)
    if chosen is None:
        raise Http404
    before = kept(case_id=found.pk, staff=request.staff).get("reply", "")
    text = f"{before.rstrip()}\n\n{chosen['text']}" if before.strip() else chosen["text"]
    keep(case_id=found.pk, staff=request.staff, box="reply", text=text, now=timezone.now())
    return HttpResponseRedirect(reverse("desk:case", args=[found.pk]) + "#answer")


def _filled(found: Case) -> list[dict[str, str]]:
    """Every sentence in the resident's language with what is known filled in; the rest stays in braces."""
    language = channel_truth(found).language or found.language
    one = Listener(found.conversation, found)
    code = found.service.code if found.service else ""
    rows = []
    for sentence in phrases.offered(unit_id=found.unit_id, service_code=code):
        text, spoken = sentence.text(language)
        values = values_for(one, language=spoken, data={})
        title = sentence.titles.get(get_language() or "en") or sentence.key
        rows.append({"key": sentence.key, "title": title, "text": _known(text, values), "language": spoken})
    return rows


def _known(text: str, values: Mapping[str, str]) -> str:
    for name in phrases.variables(text):
        if values.get(name):
            text = text.replace("{" + name + "}", values[name])
    return text
