"""One view answers both a browser and htmx."""

import pytest
from django.test import RequestFactory, override_settings

from vefa.web.ui.show import show, wants_part

PAGE = "<main>{% partialdef answer inline %}<p>{{ words }}</p>{% endpartialdef %}</main>"
PLAIN_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"page.html": PAGE})]},
    }
]


@pytest.fixture(autouse=True)
def one_page():
    with override_settings(TEMPLATES=PLAIN_TEMPLATES):
        yield


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, "<main><p>Filled.</p></main>"),
        ({"HX-Request": "true"}, "<p>Filled.</p>"),
        ({"HX-Request": "true", "HX-Boosted": "true"}, "<main><p>Filled.</p></main>"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "<main><p>Filled.</p></main>"),
    ],
)
def test_htmx_gets_the_part_and_a_browser_the_page(headers, body) -> None:
    request = RequestFactory().get("/", headers=headers)
    response = show(request, "page.html", "answer", {"words": "Filled."}, status=422)
    assert (response.content.decode(), response.status_code) == (body, 422)
    assert "HX-Request" in response["Vary"]


def test_a_page_without_parts_is_always_whole() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    assert wants_part(request)
    assert show(request, "page.html", context={"words": "Filled."}).content.startswith(b"<main>")
