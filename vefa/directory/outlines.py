"""The outlines of areas, for maps: read once for each stamp of the directory."""

from functools import lru_cache
from typing import Any

from vefa.directory import queries
from vefa.directory.models import Area


def outlines() -> list[tuple[Area, dict[str, Any]]]:
    """Every area in use that has a polygon, with its GeoJSON geometry (WGS 84); parents before children."""
    polygons = _polygons(queries.municipality().version)
    return [(area, polygons[area.id]) for area in queries.areas() if area.id in polygons]


@lru_cache(maxsize=1)
def _polygons(_version: int) -> dict[int, dict[str, Any]]:
    rows = Area.objects.filter(retired_at=None).order_by("id").values_list("id", "polygon")
    return {area_id: polygon for area_id, polygon in rows if polygon is not None}
