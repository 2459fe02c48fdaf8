"""Django's card for the room."""

from django.apps import AppConfig


class DialogueConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.dialogue"
    label = "dialogue"
    default_auto_field = "django.db.models.BigAutoField"
