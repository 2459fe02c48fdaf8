"""Django's card for the room."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.channels"
    label = "channels"
    default_auto_field = "django.db.models.BigAutoField"
