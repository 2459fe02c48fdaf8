"""Django's card for the room."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.inbox"
    label = "inbox"
    default_auto_field = "django.db.models.BigAutoField"
