"""Line, stop, vehicle and waiting are read from what people write in five languages."""

from pathlib import Path

import pytest

import vefa.wiring
from vefa.directory import queries
from vefa.directory.load.engine import load_folder
from vefa.directory.load.examples import ExampleSection
from vefa.directory.queries import service_by_code
from vefa.kit.text import words
from vefa.triage.transport import facts_answered, facts_said
from vefa.wiring.folder import SECTIONS

CITY = Path(vefa.wiring.__file__).parent / "demo" / "city"


@pytest.fixture
def pinarova(db, now):
    """The demo city's lines, stops and services."""
    left_out = {"EndpointSection", "PhraseSection", "KeywordSection", "PolygonsSection"}
    sections = [one for one in SECTIONS if type(one).__name__ not in left_out]
    wanted = [one for one in sections if not isinstance(one, ExampleSection)]
    assert not load_folder(CITY, wanted, now=now, actor="system").problems
    yield
    queries.forget()


SAID = {
    "14 numaralı otobüs 40 dakikadır gelmedi, Gar durağı": {"line": "14", "stop": "gar", "waited": 40},
    "7K bir saattir yok, Söğütlü Caddesi durağındayız": {
        "line": "7K", "stop": "sogutlu_caddesi", "waited": 60,
    },
    "22 nolu hat yine gelmedi yarım saat bekledik": {"line": "22", "waited": 30},
    "yarım saattir Otogar durağında 3'ü bekliyorum": {"line": "3", "stop": "otogar", "waited": 30},
    "Автобус №14 опаздывает на 40 минут, остановка Вокзал": {"line": "14", "stop": "gar", "waited": 40},
    "жду 22 маршрут полтора часа у больницы": {"line": "22", "stop": "hastane", "waited": 90},
    "14-й не пришёл, стою уже полчаса, автобус где": {"line": "14", "waited": 30},
    "14 автобус қырық минут келмеді, Вокзал аялдамасы": {"line": "14", "stop": "gar", "waited": 40},
    "1 бағыт жарты сағат жоқ, Айлақ аялдамасында тұрмыз": {"line": "1", "stop": "iskele", "waited": 30},
    "خط ۱۴ چهل دقیقه است نیامده، ایستگاه راه‌آهن": {"line": "14", "stop": "gar", "waited": 40},
    "نیم ساعته منتظر اتوبوس ۲۲ هستم ایستگاه بیمارستان": {
        "line": "22", "stop": "hastane", "waited": 30,
    },
    "The 14 bus never came, I waited 40 minutes at the Railway Station stop": {
        "line": "14", "stop": "gar", "waited": 40,
    },
    "bus 7k is half an hour late at Pier stop": {"line": "7K", "stop": "iskele", "waited": 30},
}  # fmt: skip
NOT_SAID: dict[str, dict[str, object]] = {
    "otobüs her 20 dakikada bir gelsin": {},
    "saat 14:30'da otobüs gelmedi": {},
    "автобус ходит каждые 20 минут": {},
    "3 gündür otobüs düzensiz": {},
}


def test_what_is_said_of_a_late_bus_becomes_values(pinarova):
    late = service_by_code("bus.late")

    assert {text: facts_said(late, text, words(text)) for text in SAID} == SAID
    assert {text: facts_said(late, text, words(text)) for text in NOT_SAID} == NOT_SAID


VEHICLES = {
    "35 ABC 123 plakalı otobüsün şoförü bağırdı": "35 ABC 123",
    "Водитель автобуса А123ВС 77 нагрубил": "А123ВС 77",
    "бортовой номер 4512, водитель курил": "4512",
    "123 ABC 02 автобусының жүргізушісі дөрекі": "123 ABC 02",
    "راننده اتوبوس پلاک ۱۲ب۳۴۵ ایران ۶۷ فحش داد": "12ب345 ایران 67",
    "vehicle number 4512, the driver was on the phone": "4512",
}


def test_a_plate_or_a_side_number_names_the_vehicle(pinarova):
    driver = service_by_code("bus.driver")

    assert {text: facts_said(driver, text, words(text)).get("vehicle") for text in VEHICLES} == VEHICLES


def test_a_service_that_does_not_ask_is_not_answered(pinarova):
    text = "14 numaralı evin önünde 40 dakikadır su akıyor"

    assert facts_said(service_by_code("water.leak"), text, words(text)) == {}


def test_answers_in_the_form_become_the_same_values(pinarova):
    late = service_by_code("bus.late")

    known = facts_answered(late, {"line": "14 numara", "stop": "gar", "waited": "۴۰ دقیقه"})
    unknown = facts_answered(late, {"line": "gece hattı", "stop": "köşedeki bakkalın önü"})

    assert known == {"line": "14", "stop": "gar", "waited": 40}
    assert unknown == {"line": "gece hattı", "stop": "köşedeki bakkalın önü"}  # as it was typed
