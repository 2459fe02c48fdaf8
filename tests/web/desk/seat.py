"""Signing in without typing: the session as the door writes it, so that no password is hashed."""

from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from vefa.cases.models import Case, Promise, PromiseKind
from vefa.cases.promises import Wish
from vefa.directory.models import Staff
from vefa.web.desk.door import EPOCH, SECOND


def seated(staff: Staff, *, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which this person has signed in, with the second step done."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    session = client.session
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "vefa.directory.sign_in.StaffBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session[EPOCH], session[SECOND] = staff.session_epoch, True
    session.save()
    client.cookies["vefa"] = str(session.session_key)
    return client


def result_of(case: Case) -> Promise:
    """The promise of a result."""
    return Promise.objects.get(case=case, kind=PromiseKind.RESOLUTION)


def nine_days_more(promise: Promise) -> Wish:
    """A wish for more time because of snow."""
    assert promise.due_at is not None
    return Wish(due_at=promise.due_at + timedelta(days=9), reason="Kar")
