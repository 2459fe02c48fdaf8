"""Second page: where is it? Words, a name, the position of the device or a map: all count alike."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.directory import queries
from vefa.web.portal import places
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.fields import PlainField
from vefa.web.portal.report.page import Step, asked, detour, onward
from vefa.web.ui.language import switching

PLACE_LIMIT = 400
NONE_OF_THESE = "-"


class Where(forms.Form):
    """A place in words, as an area, as a point, or none at all."""

    place = PlainField(
        label=_("Street, neighbourhood or landmark"),
        required=False,
        max_length=PLACE_LIMIT,
        help_text=_("Such as “Çarşı, opposite the school gate” or an address."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    area = forms.CharField(required=False, max_length=64)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    placeless = forms.BooleanField(required=False, label=_("It is not about one place"))

    def clean_area(self) -> str:
        """A key that exists, or nothing."""
        key = str(self.cleaned_data["area"])
        return key if key == NONE_OF_THESE or places.by_key(key) else ""

    def clean(self) -> dict[str, Any]:
        """Something that leads there."""
        found = self.cleaned_data
        if found.get("lat") is None or found.get("lon") is None:
            found["lat"] = found["lon"] = None
        given = found.get("place") or found.get("area") or found.get("lat") is not None
        if not given and not found.get("placeless") and "place" not in self.errors:
            self.add_error(
                "place",
                _("Write a street, a neighbourhood or a landmark, or tick that it is not about one place."),
            )
        return found


@dataclass(frozen=True)
class Meant:
    """What the words may mean; `ask` when it takes the resident to tell."""

    area: str
    candidates: list[places.Found]
    ask: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """Ask for the place; when the words name several, ask once more which."""
    answers = kept.of(request)
    if away := detour(answers, "where"):
        return away
    if request.method != "POST":
        return _page(request, Where(initial=_initial(answers)), answers, [])
    form = Where(request.POST)
    if switching(request):
        return _page(request, Where(initial=request.POST.dict()), answers, [])
    if not form.is_valid():
        return _page(request, form, answers, [])
    found = form.cleaned_data
    meant = _meant(found)
    if meant.ask:
        return _page(request, form, answers, meant.candidates)
    return onward(
        request,
        answers.forget("same").answer(
            "where",
            place_text=found["place"],
            area=meant.area,
            lat=found["lat"],
            lon=found["lon"],
            placeless=found["placeless"],
        ),
    )


def _initial(answers: Answers) -> dict[str, Any]:
    return {
        "place": answers.place_text,
        "area": answers.area,
        "lat": answers.lat,
        "lon": answers.lon,
        "placeless": answers.placeless,
    }


def _meant(found: dict[str, Any]) -> Meant:
    """A point settles it, then a choice, then one single place of that name."""
    if found["lat"] is not None:
        area = queries.area_at(found["lat"], found["lon"])
        return Meant(area.key if area else "", [], ask=False)
    if found["area"] or not found["place"]:
        return Meant(found["area"].replace(NONE_OF_THESE, ""), [], ask=False)
    candidates = places.search(found["place"], get_language() or "en")
    if len(candidates) == 1:
        return Meant(candidates[0].key, [], ask=False)
    return Meant("", candidates, ask=bool(candidates))


def _page(
    request: HttpRequest, form: Where, answers: Answers, candidates: list[places.Found]
) -> HttpResponse:
    language = get_language() or "en"
    area = places.by_key(str(form["area"].value() or ""))
    more = {
        "answers": answers,
        "candidates": candidates,
        "chosen": places.described(area, language) if area and not candidates else None,
        "none_of_these": NONE_OF_THESE,
    }
    return asked(request, Step("where", gettext("Where is it?")), form, more)
