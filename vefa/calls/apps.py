"""Django's card for the room."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Telephone calls."""

    name = "vefa.calls"
    label = "calls"
    default_auto_field = "django.db.models.BigAutoField"
