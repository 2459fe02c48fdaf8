"""Who sits at a telephone of the desk, at this very moment, and what their form sends."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from tests.web.desk.seat import seated as signed_in


@pytest.fixture
def now():
    """Pages show what rings at this moment."""
    return timezone.now().replace(microsecond=0) - timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _here_and_now(exchange):
    """The worker's clock is that of the pages."""
    exchange.by_the_clock = True


def seated(staff):
    """A browser in which somebody is signed in and reads English."""
    client = signed_in(staff)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def entry(page, **more):
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    known = {"channel": "phone", "language": "tr", "phone": "0532 111 22 33", "name": "Ali Demir", "text": ""}
    return {**known, "token": token[1], **more}
