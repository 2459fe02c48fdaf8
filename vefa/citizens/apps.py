"""Django's card for the room."""

from django.apps import AppConfig


class CitizensConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.citizens"
    label = "citizens"
    default_auto_field = "django.db.models.BigAutoField"
