"""A stored file on its way to a browser: pictures are shown, everything else is only offered for keeping."""

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from vefa.inbox.files import full_path
from vefa.inbox.pictures import UnshowableError, bare
from vefa.web.portal.photos import SHOWABLE


def shown(*, path: str, content_type: str, name: str) -> HttpResponseBase:
    """The file, with its own type only if a browser can do no harm with it. Raises Http404 if it is gone.

    A picture comes without what the camera wrote into it: where it was taken, and by whose device.
    """
    drawable = content_type in SHOWABLE
    try:
        file = (bare(path, content_type) if drawable else full_path(path)).open("rb")
    except (OSError, ValueError, UnshowableError) as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=not drawable,
        filename=name or "file",
        content_type=content_type if drawable else "application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=600"
    return response
