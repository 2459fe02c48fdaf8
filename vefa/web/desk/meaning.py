"""The search by meaning, beside the search by words: cases, sentences and services in any language."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vefa.dialogue.phrases import sentences
from vefa.directory.access import Action
from vefa.directory.queries import service_by_code
from vefa.triage.meaning import searching
from vefa.triage.meaning.searching import LONGEST, Text
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.rows import rows_of
from vefa.web.ui.show import show


@dataclass(frozen=True)
class Piece:
    """A phrase or a service that was found: its name, its words in the reader's language, where to go."""

    name: str
    text: str
    language: str


@require_safe
@staff_only(Action.READ)
def search(request: StaffRequest) -> HttpResponse:
    """What means the like of `q`; says so where the layer of meaning is not installed."""
    now = timezone.now()
    text = request.GET.get("q", "").strip()[:LONGEST]
    language = get_language() or "en"
    found = searching.search(request.staff, text, hint=language) if text else None
    context = {
        "frame": frame_of(request, now=now, searched=text),
        "searched": text,
        "rows": rows_of(found.cases, now=now) if found else [],
        "by_words": found is not None and found.by == "words",
        "phrases": [piece for one in found.phrases if (piece := _phrase(one, language))] if found else [],
        "services": [piece for one in found.services if (piece := _service(one, language))] if found else [],
    }
    return show(request, "desk/meaning.html", "list", context)


def _phrase(one: Text, language: str) -> Piece | None:
    """A ready sentence in the reader's language, or the one that was met."""
    known = sentences().get(one.key)
    if known is None:
        return None
    text, spoken = known.text(language)
    return Piece(known.titles.get(language) or known.titles.get("en", one.key), text, spoken)


def _service(one: Text, language: str) -> Piece | None:
    known = service_by_code(one.key)
    if known is None:
        return None
    told = known.explanation or known.description
    spoken = language if told.get(language) else next(iter(told), language)
    return Piece(known.name(language), str(told.get(spoken, "")), spoken)
