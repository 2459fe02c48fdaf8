"""`vefa check` speaks the municipality's language, or the one that is asked for."""

import re
from ipaddress import ip_network

import pytest
from django.utils.translation import override

from vefa.channels.port import Finding
from vefa.directory.models import Municipality
from vefa.kit.saying import Sentence
from vefa.web.ui.sentences import spoken
from vefa.wiring import checkup
from vefa.wiring.cli import check
from vefa.wiring.cli.command import CommandError

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(town, capsys):
    """What the command prints of a database in order, and its exit code."""

    def tell(language: str) -> tuple[int, str]:
        code = check.tell([], language=language, endpoints=False)
        return code, capsys.readouterr().out

    return tell


def test_the_municipalitys_language_is_spoken_unless_another_is_asked_for(told, monkeypatch):
    Municipality.objects.update(default_language="ru")
    assert check.own_language() == "ru"
    code, russian = told("ru")
    assert code == 1  # no worker has been heard here
    assert "Муниципалитет загружен." in russian
    assert "A municipality is loaded." in told("en")[1]
    assert re.search("[آ-ی]", told("fa")[1])
    assert "loaded" not in told("kk")[1] + told("tr")[1]
    Municipality.objects.all().delete()
    assert check.own_language() == "en"  # nobody has said yet what is spoken here
    monkeypatch.setenv("VEFA_LANGUAGE", "fa")
    assert check.named_language() == "fa"


def test_the_marks_are_the_same_in_every_language(told):
    shapes = {
        language: tuple(line[:3] for line in told(language)[1].splitlines()[:-1])
        for language in check.LANGUAGES
    }
    assert len(set(shapes.values())) == 1
    assert "FIX" in shapes["tr"]


def test_a_language_that_nobody_speaks_here_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setenv("VEFA_LANGUAGE", "klingon")
    with pytest.raises(CommandError, match="must be one of tr, ru, kk, fa, en"):
        check.named_language()


def test_what_a_provider_says_itself_stays_as_it_is():
    said = Sentence("The bot is in “%(title)s” as %(state)s.", title="Çarşı", state="member")
    with override("ru"):
        assert "Çarşı" in spoken(Finding(ok=True, text=said).text)
        assert "The bot" not in spoken(said)
        assert spoken("Bad Gateway") == "Bad Gateway"
        assert spoken("") == ""


def test_residents_who_come_by_https_need_a_proxy_that_is_named(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://pinarova.example", ["pinarova.example"]
    settings.PROXIES = []
    (found,) = checkup.way_in()
    assert not found.ok
    assert "VEFA_PROXIES is empty" in found.text

    settings.PROXIES = [ip_network("10.0.0.5")]
    (found,) = checkup.way_in()
    assert (found.ok, str(found.text)) == (True, "VEFA_PROXIES names who ends TLS.")

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    lost, _ = checkup.way_in()
    assert not lost.ok
    assert "VEFA_HOSTS does not name pinarova.example" in lost.text


def test_an_installation_on_this_machine_alone_needs_no_proxy(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS, settings.PROXIES = "http://127.0.0.1:8137", ["127.0.0.1"], []
    assert list(checkup.way_in()) == []
