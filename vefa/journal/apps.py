"""Django's card for the room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
