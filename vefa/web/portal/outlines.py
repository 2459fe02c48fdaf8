"""The city's neighbourhoods as GeoJSON: the ground on which a pin can be put without any foreign map."""

import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vefa.directory.outlines import outlines
from vefa.directory.queries import municipality
from vefa.web.portal.closed import once_loaded

DECIMALS = 5  # about a metre
KEPT_S = 3600


@require_safe
@once_loaded
def areas(_request: HttpRequest) -> HttpResponse:
    """Outlines with names in the reader's language; a browser keeps them for an hour."""
    response = HttpResponse(
        _collection(municipality().version, get_language() or "en"), content_type="application/geo+json"
    )
    response["Cache-Control"] = f"private, max-age={KEPT_S}"
    return response


@lru_cache(maxsize=8)
def _collection(_version: int, language: str) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"key": area.key, "name": area.name(language)},
            "geometry": {"type": polygon["type"], "coordinates": rounded(polygon["coordinates"])},
        }
        for area, polygon in outlines()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def rounded(coordinates: Any) -> Any:
    """The same nested coordinates with so many decimals as an eye can use."""
    if isinstance(coordinates, int | float):
        return round(coordinates, DECIMALS)
    return [rounded(one) for one in coordinates]
