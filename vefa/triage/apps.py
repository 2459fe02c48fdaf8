"""Django's card for the room."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.triage"
    label = "triage"
    default_auto_field = "django.db.models.BigAutoField"
