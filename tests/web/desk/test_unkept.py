"""What cannot be kept is refused in words that tell what to do, and what was typed stays."""

from uuid import uuid4

import pytest
from django.urls import reverse

from tests.web.desk.byhand import photo, rows, words
from vefa.channels import queries as doors
from vefa.channels.models import Endpoint
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db
NO_DOOR = "the city has no account for what comes this way. An administrator adds one under “Accounts”."


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("batch", rows({"text": "Çukur var"}, who="Muhtar")),
        ("paper-enter", rows({"text": "Çukur var"}, channel="letter")),
        ("meetings", {"name": "Çarşı halk günü"}),
        ("enter", {"text": "Çukur var", "channel": "letter", "language": "tr", "token": str(uuid4())}),
    ],
)
def test_without_an_account_for_it_the_page_says_who_adds_one(derya, page, sent):
    Endpoint.objects.filter(channel__in=("meeting", "headman", "letter")).delete()
    doors.forget()
    answer = derya.post(reverse(f"desk:{page}"), sent)

    assert answer.status_code == 422
    assert NO_DOOR in words(answer)
    assert "no active endpoint" not in words(answer)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("page", ["batch", "enter"])
def test_where_the_disk_is_full_the_page_says_what_to_do(derya, doors_by_hand, settings, page):
    settings.FILES_RESERVE_MB = 10**9
    letter = {"text": "Çukur var", "channel": "letter", "language": "tr", "token": uuid4()}
    sent = {
        "batch": rows({"text": "Çukur var"}, who="Muhtar", photos=[photo()]),
        "enter": letter | {"scan": [photo()]},
    }[page]
    answer = derya.post(reverse(f"desk:{page}"), sent)

    assert answer.status_code == 422
    assert "Leave it out for now, and tell an administrator." in words(answer)
    assert "MB are left" not in words(answer)
    assert not Contact.objects.exists()
