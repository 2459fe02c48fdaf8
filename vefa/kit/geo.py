"""Places on the map: distances, polygons, and which polygon a point lies in. Degrees are WGS 84."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
DECIMALS = 7  # about a centimetre

GeoJson = dict[str, Any]


class PolygonError(Exception):
    """The geometry cannot stand for an area; the text says why."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place: latitude -90 to 90 north, longitude -180 to 180 east."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A sound polygon or multipolygon as GeoJSON, a point inside it, its size, and whether it was mended."""

    geometry: GeoJson
    centre: Point
    area_km2: float
    mended: bool


def distance_m(one: Point, other: Point) -> float:
    """Metres between two places along the surface of a round earth (wrong by 0.5 % at most)."""
    north, north_other = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((north_other - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_other) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def box_around(point: Point, radius_m: float) -> tuple[Point, Point]:
    """The south-west and north-east corners of a box that holds every place within `radius_m`."""
    north = math.degrees(radius_m / EARTH_RADIUS_M)
    east = north / max(0.01, math.cos(math.radians(point.latitude)))
    return (
        Point(point.latitude - north, point.longitude - east),
        Point(point.latitude + north, point.longitude + east),
    )


def coarse(point: Point, cell_m: float) -> Point:
    """The middle of the cell in which a place lies, of a fixed grid with cells about so wide and high."""
    north = math.degrees(cell_m / EARTH_RADIUS_M)
    latitude = (math.floor(point.latitude / north) + 0.5) * north
    east = north / max(0.01, math.cos(math.radians(latitude)))
    longitude = (math.floor(point.longitude / east) + 0.5) * east
    return Point(round(latitude, DECIMALS), round(longitude, DECIMALS))


def outline(geometry: Any) -> Outline:
    """The checked outline of an area; a line that crosses itself is mended. Raises PolygonError."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        found = geometry.get("type") if isinstance(geometry, Mapping) else geometry
        raise PolygonError(f"it is no polygon but {found!r}")
    try:
        _check_numbers(geometry["coordinates"])
        polygon = shape(geometry)
    except (
        shapely.errors.ShapelyError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise PolygonError(f"its coordinates cannot be read ({error})") from error
    _check_degrees(polygon)
    sound = polygon if polygon.is_valid else _mended(polygon)
    if not sound.area:
        raise PolygonError("it encloses nothing")
    centre = sound.representative_point()
    return Outline(
        geometry=_as_json(sound),
        centre=Point(round(centre.y, DECIMALS), round(centre.x, DECIMALS)),
        area_km2=_area_km2(sound),
        mended=sound is not polygon,
    )


def are_turned_round(points: Sequence[Point], near: Point) -> bool:
    """Whether latitude and longitude are swapped: the other way round all lie twice as near to `near`."""
    far = [point for point in points if distance_m(point, near) > 500_000]
    return bool(far) and all(
        abs(point.longitude) <= 90
        and 2 * distance_m(Point(point.longitude, point.latitude), near) < distance_m(point, near)
        for point in far
    )


class PolygonIndex:
    """Finds the polygons at a point among thousands in microseconds; threads may share it."""

    def __init__(self, polygons: Mapping[int, GeoJson]) -> None:
        self._ids = list(polygons)
        self._tree = shapely.STRtree([shape(geometry) for geometry in polygons.values()])
        self._tree.query(
            shapely.Point(0, 0)
        )  # the tree is built by its first question, which one thread must ask

    def at(self, point: Point) -> list[int]:
        """The ids of all polygons in which the point lies, or on whose border."""
        found = self._tree.query(shapely.Point(point.longitude, point.latitude), predicate="intersects")
        return [self._ids[index] for index in found]


def _check_numbers(part: Sequence[Any]) -> None:
    """What is endless or no number, written so, is met by shapely only when it is too late."""
    inner = [one for one in part if isinstance(one, list | tuple)]
    for one in inner:
        _check_numbers(one)
    if not inner and not all(math.isfinite(float(one)) for one in part[:2]):
        raise PolygonError("one of its coordinates is no number")


def _check_degrees(polygon: BaseGeometry) -> None:
    if polygon.is_empty:
        raise PolygonError("it encloses nothing")
    west, south, east, north = polygon.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise PolygonError("its coordinates are no degrees: longitude is -180 to 180, latitude -90 to 90")


def _mended(polygon: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.make_valid(polygon))
    kept = [part for one in parts for part in shapely.get_parts(one) if part.geom_type == "Polygon"]
    return shapely.union_all(kept)


def _as_json(polygon: BaseGeometry) -> GeoJson:
    found: GeoJson = mapping(shapely.force_2d(polygon))
    return {"type": found["type"], "coordinates": _rounded(found["coordinates"])}


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(float(value), DECIMALS)
    return [_rounded(part) for part in value]


def _area_km2(polygon: BaseGeometry) -> float:
    degree_km = math.radians(EARTH_RADIUS_M) / 1000
    _, south, _, north = polygon.bounds
    shrunk = math.cos(math.radians((south + north) / 2))
    return float(polygon.area * degree_km * degree_km * shrunk)
