"""What the stories of things written down by hand share: a page as text, lines as a form sends them."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "0005fe02fea70000000049454e44ae426082"
)


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def soon():
    return timezone.now() + timedelta(seconds=30)


def photo(name="liste.png"):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def rows(*given, **more) -> dict[str, Any]:
    """What a page with lines sends: each given as a mapping."""
    sent = {f"{name}-{number}": value for number, one in enumerate(given, 1) for name, value in one.items()}
    return {"token": str(uuid4()), **sent, **more}


def begun(derya) -> str:
    answer = derya.post(reverse("desk:meetings"), {"name": "Çarşı halk günü", "place": "Düğün salonu"})
    assert answer.status_code == 302
    return str(answer.url)
