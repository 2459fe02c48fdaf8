"""What stands in an address where a page has a gap: a number or a word that the database could hold."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

LARGEST_ID = 2**63 - 1


class GapMiddleware:
    """Nothing has a number beyond every id, or a name with a NUL: there is no such page, whichever it is.

    The database refuses to compare with either, and not every statement is checked before it is asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; see `process_view`."""
        return self.get_response(request)

    def process_view(
        self, _request: HttpRequest, _view: object, _words: object, gaps: dict[str, Any], /
    ) -> None:
        """Before any page: raise Http404 for what cannot be there."""
        if any(_impossible(value) for value in gaps.values()):
            raise Http404


def _impossible(value: object) -> bool:
    return value > LARGEST_ID if isinstance(value, int) else isinstance(value, str) and "\0" in value
