"""Every shared part on one page, with invented content: to look at, to test, to judge."""

import re
from functools import cache
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from vefa.web.desk import samples
from vefa.web.ui import styles, words
from vefa.web.ui.show import show


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The page; `?speak=fa&theme=dark` shows it in another language and other colours."""
    now = timezone.now()
    said = samples.spoken(get_language() or "en")
    context = {
        "frame": samples.frame(said),
        "rows": samples.rows(said, now),
        "clocks": samples.clocks(now),
        "conversation": samples.conversation(said, now),
        **samples.people_and_places(said),
        **samples.writing(said, now),
        **samples.figures(),
        "areas_href": reverse("desk:gallery-areas"),
        "form": wrong_form(),
        "step_place": gettext("%(step)s of %(steps)s") % {"step": words.digits(3), "steps": words.digits(5)},
        "icons": icon_names(),
    }
    return show(request, "desk/gallery.html", context=context)


@require_safe
def areas(_request: HttpRequest) -> HttpResponse:
    """Invented outlines, as the map wants them: a map without tiles and without the internet."""
    return JsonResponse(samples.outlines(), content_type="application/geo+json")


@cache
def icon_names() -> list[str]:
    """The names in the sprite, in its order."""
    sprite = Path(styles.HERE / "icons.svg").read_text(encoding="utf-8")
    return re.findall(r'<symbol id="([^"]+)"', sprite)


class SampleForm(forms.Form):
    """A form with one field of each sort."""

    text = forms.CharField(
        label=_("What is the problem?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Write as you would say it."),
    )
    phone = forms.CharField(
        label=_("Telephone"), widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    kind = forms.ChoiceField(
        label=_("Where is it?"),
        widget=forms.RadioSelect,
        choices=[("street", _("On the street")), ("bus", _("On a bus")), ("home", _("At home"))],
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=[("a", _("Roads")), ("b", _("Parks"))], required=False)
    tell = forms.BooleanField(label=_("Tell me when it is done"), required=False)


def wrong_form() -> SampleForm:
    """The form sent half empty, so that its errors show."""
    form = SampleForm({"phone": "12", "unit": "a"})
    form.add_error("phone", gettext("Write the number with its area code, such as 0232 555 01 53."))
    return form
