"""Files that came and went, for staff: only through a case that they may see, and never run by a browser."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from vefa.cases import queries
from vefa.dialogue.enclosing import enclosure_of
from vefa.dialogue.models import Enclosure
from vefa.directory.access import Action
from vefa.inbox.files import full_path
from vefa.inbox.models import Attachment
from vefa.inbox.pictures import DRAWN_AS, UnshowableError, bare
from vefa.inbox.queries import attachment_of
from vefa.inbox.typing_files import kind_of
from vefa.web.desk.door import StaffRequest, staff_only

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@require_safe
@staff_only(Action.READ)
def file(request: StaffRequest, key: UUID) -> HttpResponseBase:
    """One file; pictures are shown, everything else is a download."""
    cases = queries.visible_to(request.staff)
    found = attachment_of(key, cases=cases) or enclosure_of(key, cases=cases)
    if found is None:
        raise Http404
    return sent(found)


def sent(found: Attachment | Enclosure) -> FileResponse:
    """The file for a browser that runs nothing of it. Raises Http404 where it is not on this disk."""
    try:
        path, content_type = _version(found)
        stream = path.open("rb")
    except OSError as error:
        raise Http404 from error
    shown = content_type in SHOWN
    response = FileResponse(
        stream,
        as_attachment=not shown,
        filename=found.name or kind_of(found.content_type),
        content_type=content_type if shown else "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def _version(found: Attachment | Enclosure) -> tuple[Path, str]:
    """The file and its type; what browsers cannot draw as a picture that they can, where that is possible."""
    if found.content_type in DRAWN_AS:
        with suppress(UnshowableError):
            return bare(found.path, found.content_type), DRAWN_AS[found.content_type]
    return full_path(found.path), found.content_type
