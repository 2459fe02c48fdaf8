"""Addresses of the shared parts; included under `ui/`."""

from django.urls import path

from vefa.web.ui import styles

app_name = "ui"
urlpatterns = [
    path("style-<str:digest>.css", styles.style, name="style"),
]
