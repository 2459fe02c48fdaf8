"""Signing in without typing: the session as the door writes it, so that no password is hashed."""

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from vefa.directory.models import Staff
from vefa.web.desk.door import EPOCH, SECOND


def seated(staff: Staff, **options: bool) -> Client:
    """A browser in which this person has signed in, with the second step done."""
    client = Client(**options)
    session = client.session
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session[EPOCH], session[SECOND] = staff.session_epoch, True
    session.save()
    client.cookies["vefa"] = session.session_key
    return client
