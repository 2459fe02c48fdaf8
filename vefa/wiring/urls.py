"""Which door an address leads to."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("ui/", include("vefa.web.ui.urls")),
    path("desk/", include("vefa.web.desk.urls")),
    path("", include("vefa.web.portal.urls")),
]
handler400 = "vefa.web.ui.failures.unclear"
handler403 = "vefa.web.ui.failures.forbidden"
handler404 = "vefa.web.ui.failures.missing"
handler500 = "vefa.web.ui.failures.broken"
