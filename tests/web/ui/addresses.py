"""The addresses that the shared parts need, and no door around them."""

from django.urls import include, path
from django.views.generic import TemplateView

from vefa.web.desk.gallery import areas, gallery
from vefa.web.ui import failures

desk = (
    [
        path("", gallery, name="queue"),
        path("gallery", gallery, name="gallery"),
        path("gallery/areas", areas, name="gallery-areas"),
    ],
    "desk",
)
urlpatterns = [
    path("ui/", include("vefa.web.ui.urls")),
    path("desk/", include(desk)),
    path("unclear", failures.unclear),
    path("missing", failures.missing),
    path("forged", failures.forged),
    path("forbidden", failures.forbidden),
    path("broken", failures.broken),
    path("public", TemplateView.as_view(template_name="ui/public.html")),
]
