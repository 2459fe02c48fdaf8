"""A resident with a browser that knows no JavaScript: walks from page to page as the pages lead."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

POTHOLE = "Okulun önünde yolda büyük bir çukur var"
IN_CARSI = {"lat": "38.0201", "lon": "27.0101"}
TOKEN = "a-token-of-this-page"


class Resident:
    """Somebody who reports; `speak` is their language."""

    def __init__(self, *, speak: str = "en") -> None:
        self.client = Client(headers={"accept-language": speak})

    def sees(self, address: str, status: int = 200) -> str:
        """The page behind an address, as text."""
        response = self.client.get(address)
        assert response.status_code == status, (address, response.status_code)
        return str(response.content.decode())

    def writes(self, **typed: Any) -> str:
        """Every page up to the last; returns the token that the last page holds."""
        self.client.post("/report/what", {"text": typed.get("text", POTHOLE), **typed.get("photos", {})})
        at = self.client.post("/report/where", {"place": typed.get("place", "Çarşı"), **IN_CARSI})
        for _ in range(6):
            page = self.client.get(at.headers["Location"])
            if page.status_code == 302:
                at = page
                continue
            answer = self._answer(page_of(at).rpartition("/")[2], typed)
            if answer is None:
                return str(page.context["form"]["token"].value())
            at = self.client.post(at.headers["Location"], answer)
            assert at.status_code == 302, at.content.decode()
        raise AssertionError(f"the pages lead in a ring: {at.headers['Location']}")

    def _answer(self, page: str, typed: dict[str, Any]) -> dict[str, Any] | None:
        return {
            "same": {"case": typed.get("same", "-")},
            "about": {"service": typed.get("service", "pothole")},
            "questions": typed.get("answers", {}),
            "danger": {},
            "elsewhere": {},
            "reach": {name: typed.get(name, "") for name in ("phone", "email", "name")},
        }.get(page)

    def sends(self, **typed: Any) -> str:
        """The whole report; returns the address of its tracking page."""
        sent = self.client.post("/report/check", {"token": self.writes(**typed)})
        assert sent.status_code == 302, sent.content.decode()
        return str(sent.headers["Location"]).removesuffix("/received")

    def says(self, mine: str, text: str = "", *, token: str = TOKEN, **more: Any) -> Any:
        """Something more from the page of the report."""
        return self.client.post(f"{mine}/say", {"text": text, "token": token, **more})


def page_of(answer: Any) -> str:
    """The page that an answer leads to, whichever report it is of."""
    return urlsplit(str(answer.headers["Location"])).path


def picture(name: str = "pit.jpg", *, form: str = "JPEG") -> SimpleUploadedFile:
    """A small photo."""
    content = BytesIO()
    Image.new("RGB", (8, 8), "gray").save(content, form)
    return SimpleUploadedFile(name, content.getvalue(), f"image/{form.lower()}")
