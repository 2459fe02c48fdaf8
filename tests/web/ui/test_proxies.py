"""Vefa behind nginx: what the proxy says of address and encryption is believed, from nobody else."""

from ipaddress import ip_network

import pytest
from django.test import Client, RequestFactory

from vefa.web.ui.proxies import caller, is_proxy
from vefa.wiring.env import Env, SettingError

NGINX = "10.0.0.5"
STRANGER = "203.0.113.9"
ENCRYPTED = {"x-forwarded-proto": "https"}


@pytest.fixture
def public(settings):
    """The city is reached at https://pinarova.example, which a proxy on another machine serves."""
    settings.PROXIES = [ip_network("10.0.0.0/29"), ip_network("2001:db8::5")]
    settings.PUBLIC_URL = "https://pinarova.example"
    settings.ALLOWED_HOSTS = ["pinarova.example"]
    settings.CSRF_TRUSTED_ORIGINS = []
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-vefa"


def asking(near: str, headers: dict[str, str], *, strict: bool = False) -> Client:
    told = {"host": "pinarova.example", **headers}
    return Client(enforce_csrf_checks=strict, REMOTE_ADDR=near, headers=told)


@pytest.mark.django_db
@pytest.mark.parametrize("near", [NGINX, "2001:db8::5", "::ffff:10.0.0.5", "127.0.0.1", "::1"])
def test_behind_the_proxy_browsers_are_told_to_stay_encrypted(town, public, near):
    client = asking(near, ENCRYPTED)
    assert client.get("/")["Strict-Transport-Security"].startswith("max-age=31536000")
    door = client.get("/desk/sign-in")
    assert door.wsgi_request.is_secure()
    assert door.wsgi_request.build_absolute_uri("/r/1") == "https://pinarova.example/r/1"
    assert door.cookies["csrftoken"]["secure"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("near", "headers"),
    [
        (STRANGER, ENCRYPTED),
        ("10.0.0.8", ENCRYPTED),  # beside the network that is named
        (STRANGER, ENCRYPTED | {"x-forwarded-for": NGINX}),
        (NGINX, {}),
        (NGINX, {"x-forwarded-proto": "http"}),
        (NGINX, {"x-forwarded-proto": "https, http"}),  # the last word is what our proxy saw
    ],
)
def test_nobody_else_makes_a_request_encrypted_by_saying_so(town, public, near, headers):
    answer = asking(near, headers).get("/")
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer
    assert not answer.wsgi_request.is_secure()


@pytest.mark.django_db
def test_a_form_is_taken_from_the_public_address_and_from_no_other(town, public):
    def sent(near: str, origin: str) -> int:
        client = asking(near, ENCRYPTED, strict=True)
        client.get("/desk/sign-in")
        words = {"username": "derya", "password": "wrong", "csrfmiddlewaretoken": token(client)}
        return client.post("/desk/sign-in", words, headers={"origin": origin}).status_code

    assert sent(NGINX, "https://pinarova.example") == 422  # taken; the password is wrong
    assert sent(NGINX, "http://pinarova.example") == 403
    assert sent(NGINX, "https://elsewhere.example") == 403
    assert sent(STRANGER, "https://pinarova.example") == 403


def token(client: Client) -> str:
    return client.cookies["csrftoken"].value


@pytest.mark.parametrize(
    ("near", "said", "who"),
    [
        (NGINX, "203.0.113.9", "203.0.113.9"),
        (NGINX, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is what the caller wrote
        (NGINX, "203.0.113.9, 10.0.0.6", "203.0.113.9"),  # two proxies of ours
        (NGINX, "", NGINX),
        (NGINX, " , ", NGINX),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (STRANGER, "127.0.0.1", STRANGER),
        ("not an address", "127.0.0.1", "not an address"),
    ],
)
def test_the_caller_is_the_last_one_that_no_proxy_of_ours_has(public, near, said, who):
    assert caller(RequestFactory(REMOTE_ADDR=near, HTTP_X_FORWARDED_FOR=said).get("/")) == who


def test_a_proxy_is_named_by_address_or_network_and_a_mistake_is_a_sentence(settings):
    settings.PROXIES = Env({"VEFA_PROXIES": "10.0.0.5, 2001:db8::/32"}).networks("VEFA_PROXIES")
    assert [is_proxy(one) for one in ("10.0.0.5", "10.0.0.6", "2001:db8::7")] == [True, False, True]
    for wrong in ("nginx", "10.0.0.5/8"):
        with pytest.raises(SettingError, match=r"VEFA_PROXIES: .*addresses or networks"):
            Env({"VEFA_PROXIES": wrong}).networks("VEFA_PROXIES")
