"""A stored file on its way to a browser: pictures are shown, everything else is only offered for keeping."""

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from vefa.inbox.files import full_path
from vefa.inbox.pictures import UnshowableError, bare, drawn_as
from vefa.web.portal.photos import PHOTOS


def shown(*, path: str, content_type: str, name: str) -> HttpResponseBase:
    """The file, with its own type only if a browser can do no harm with it. Raises Http404 if it is gone.

    A picture comes without what the camera wrote into it: where it was taken, and by whose device. HEIC
    comes as JPEG.
    """
    drawable = content_type in PHOTOS
    try:
        file = (bare(path, content_type) if drawable else full_path(path)).open("rb")
    except (OSError, ValueError, UnshowableError) as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=not drawable,
        filename=_fitting(name, content_type) or "file",
        content_type=drawn_as(content_type) if drawable else "application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _fitting(name: str, content_type: str) -> str:
    """The name with the ending of what is sent: a picture may have been drawn as another type."""
    return name if drawn_as(content_type) == content_type else f"{name.rpartition('.')[0] or name}.jpg"
