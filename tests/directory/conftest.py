"""A folder that describes a small Pınarova, and ways to spoil it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vefa.directory import queries
from vefa.directory.load.engine import Report, load_folder
from vefa.directory.load.sections import SECTIONS

FILES = {
    "municipality.toml": """
key = "pinarova"
languages = ["tr", "ru", "kk", "fa", "en"]
default_language = "tr"
timezone = "Europe/Istanbul"
country = "TR"
phone = "0232 555 01 37"
emergency_number = "112"

[names]
tr = "Pınarova Belediyesi"
en = "Municipality of Pınarova"

[[shifts]]
days = ["mon", "tue", "wed", "thu", "fri"]
start = "08:30"
end = "17:30"

[[shifts]]
calendar = "duty"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "00:00"
end = "24:00"
on_holidays = true
""",
    "holidays.csv": """
date,until_half,kind,name_tr,name_en
2026-09-07,12:30,local,Kurtuluş arifesi,Eve of the Liberation
2026-09-08,,local,Kurtuluş günü,Liberation Day
""",
    "areas.csv": """
key,parent,kind,name_tr,name_fa,name_en,aliases_tr
pinarova,,city,Pınarova,پینارووا,Pınarova,bütün şehir
cinaralti,pinarova,district,Çınaraltı,چینارآلتی,Çınaraltı,eski şehir|merkez
golkiyi,pinarova,district,Gölkıyı,گول‌قیی,Gölkıyı,
carsi,cinaralti,neighbourhood,Çarşı,چارشی,Çarşı,çarşı içi
iskele,golkiyi,neighbourhood,İskele,ایسکله,İskele,
""",
    "areas.geojson": """
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"key": "pinarova"}, "geometry": {"type": "Polygon", "coordinates":
 [[[27.00, 38.00], [27.08, 38.00], [27.08, 38.04], [27.00, 38.04], [27.00, 38.00]]]}},
{"type": "Feature", "properties": {"key": "cinaralti"}, "geometry": {"type": "Polygon", "coordinates":
 [[[27.00, 38.00], [27.04, 38.00], [27.04, 38.04], [27.00, 38.04], [27.00, 38.00]]]}},
{"type": "Feature", "properties": {"key": "carsi"}, "geometry": {"type": "Polygon", "coordinates":
 [[[27.00, 38.00], [27.02, 38.00], [27.02, 38.04], [27.00, 38.04], [27.00, 38.00]]]}}
]}
""",
    "units.csv": """
key,parent,kind,name_tr,name_en,areas,email,phone
works,,department,Teknik İşler,Works,pinarova,,
roads,works,department,Yol Birimi,Roads,pinarova,yol@pinarova.example,
office,,district_office,Çınaraltı Ofisi,Çınaraltı Office,cinaralti|carsi,,0232 555 01 50
""",
    "agencies.csv": """
key,name_tr,phone,email,url,note_tr
power,Ova Elektrik,0232 555 01 86,,https://ovaelektrik.example/,Tesisat numaranızı hazırlayın.
""",
    "services.toml": """
[[group]]
key = "roads"
names.tr = "Yollar"

[[service]]
code = "pothole"
group = "roads"
names = { tr = "Yolda çukur", fa = "چاله" }
words.tr = ["çukur", "yol bozuk"]
unit = "roads"
unit_by_area = { cinaralti = "office" }
first_answer_hours = 8
resolution_hours = 24
legal_days = 30
legal_basis = "3071, art. 7"

[[service.question]]
key = "depth"
kind = "choice"
texts.tr = "Ne kadar derin?"
choices = [
  { key = "small", texts.tr = "Küçük" },
  { key = "hole", texts.tr = "Yol çöktü", danger = true },
]

[[service]]
code = "power_cut"
group = "roads"
names.tr = "Elektrik kesintisi"
remit = "agency"
agency = "power"
calendar = "duty"
urgency = "urgent"
first_answer_hours = 0.5
resolution_hours = 4
""",
    "staff.csv": """
username,name,role,unit,areas,language,email,phone
derya,Derya Aksoy,operator,,,tr,derya@pinarova.example,
murat,Murat Yol,head,roads,,tr,,
selin,Selin Çınar,district_head,office,cinaralti,tr,,
fatma,Fatma Gündüz,headman,,carsi,tr,,
""",
}


@dataclass
class Folder:
    """The folder on disk; `load` loads it, the other methods alter one file."""

    path: Path
    load: Callable[..., Report]

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text.lstrip("\n"), encoding="utf-8")

    def swap(self, name: str, old: str, new: str) -> None:
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.path / name).read_text(encoding="utf-8") + text.lstrip("\n"))


@pytest.fixture
def folder(tmp_path: Path, now, db) -> Iterator[Folder]:
    """Pınarova in eight small files, not loaded yet."""

    def load(*, overwrite: bool = False) -> Report:
        return load_folder(tmp_path, SECTIONS, now=now, actor="system", overwrite=overwrite)

    made = Folder(tmp_path, load)
    for name, text in FILES.items():
        made.write(name, text)
    queries.forget()
    yield made
    queries.forget()
