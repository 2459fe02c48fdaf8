"""What somebody says of an unsure case besides its service: kind, urgency, where; and its several matters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.cases.lifecycle import Description, Piece
from vefa.cases.models import Case
from vefa.directory.models import Service
from vefa.directory.queries import area_at
from vefa.kit.text import first_line, words
from vefa.triage.knowledge import knowledge
from vefa.triage.place import area_of
from vefa.web.desk.choices import areas
from vefa.web.desk.rows import KINDS, URGENCIES
from vefa.web.desk.triage_search import service_named
from vefa.web.ui.typed import typed

MOST_PIECES = 6
CLEAR = 0.5  # of a place's name: below, several places are called so


class FactsForm(forms.Form):
    """Kind, urgency and place; a point on the map says more than the area, and that more than the words."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=list(KINDS.items()), widget=forms.Select({"data-keys": "k"})
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"),
        coerce=int,
        choices=[(0, _("Normal")), *((key.value, name) for key, name in URGENCIES.items())],
        widget=forms.Select({"data-keys": "u"}),
    )
    place_text = forms.CharField(
        label=_("Where: street, number, what stands there"),
        required=False,
        max_length=400,
        widget=forms.TextInput({"data-keys": "l", "dir": "auto", "autocomplete": "off"}),
    )
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def __init__(self, case: Case, sent: QueryDict | None = None) -> None:
        self.case = case
        point = {"lat": _shown(case.lat), "lon": _shown(case.lon)}
        told = {"kind": case.kind, "urgency": case.urgency, "area": case.area_id}
        super().__init__(sent, initial=point | told | {"place_text": case.place_text}, auto_id="id_%s")

    def clean(self) -> dict[str, Any]:
        """The area follows the point that was put, else the one chosen, else the words typed."""
        told: dict[str, Any] = super().clean() or {}
        latitude, longitude = told.get("lat"), told.get("lon")
        moved = {"lat", "lon"} & set(self.changed_data)
        if moved and latitude is not None and longitude is not None:
            area = area_at(latitude, longitude)
            if area is not None:
                told["area"] = area.pk
        elif "area" not in self.changed_data and "place_text" in self.changed_data:
            told["area"] = self._named(told.get("place_text", "")) or told.get("area")
        return told

    def _named(self, text: str) -> int | None:
        guess = area_of(knowledge().gazetteer.named(words(text))) if text else None
        if guess is not None and guess.confidence < CLEAR:
            self.add_error("area", gettext("Several places are called so: choose the area."))
        return guess.value if guess else None

    def description(self, service_id: int) -> Description:
        """What `settle` is told. Call it on a valid form."""
        told = self.cleaned_data
        said = Description(
            service_id=service_id,
            kind=told["kind"],
            urgency=told["urgency"],
            area_id=told["area"],
            place_text=told["place_text"],
        )
        if {"lat", "lon"} & set(self.changed_data):
            return replace(said, lat=told["lat"], lon=told["lon"])
        return said


@dataclass(frozen=True)
class TypedPiece:
    """One matter as it was typed: its words, its service, and what is wrong with it."""

    text: str = ""
    service: str = ""
    wrong: str = ""


def read_pieces(sent: QueryDict) -> list[TypedPiece]:
    """The matters that were typed, each with what is wrong with it; empty rows are left out."""
    rows = []
    for number in range(MOST_PIECES):
        text, named = typed(sent, f"text-{number}").strip(), sent.get(f"service-{number}", "").strip()
        if text:
            rows.append(TypedPiece(text, named, "" if service_named(named) else _unknown(named)))
    return rows


def pieces_of(rows: Sequence[TypedPiece]) -> list[Piece]:
    """Right rows as what a case is split into."""
    return [
        Piece(title=first_line(row.text), text=row.text, service_id=service.pk)
        for row in rows
        if (service := service_named(row.service)) is not None
    ]


def first_service(rows: Sequence[TypedPiece]) -> Service | None:
    """What the case itself is about from then on."""
    return service_named(rows[0].service) if rows else None


def _unknown(named: str) -> str:
    if not named:
        return gettext("Say what this matter is about.")
    return gettext("No service, or more than one, is called so.")


def _shown(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 6)
