"""Names of people in a text, where the words around say that it is one: "my name is", "Ayşe Hanım", "г-н".

No list of names is kept: words alone do not tell a person from the street that bears the name. A name that
nothing introduces is therefore not found; one beside "street", "school" or "park" is never taken. In scripts
with capitals a name begins with one; in Persian it is as long as what introduces it makes likely.
"""

import re
from collections.abc import Iterator

type Span = tuple[int, int]

_LATIN, _CYRILLIC = "[A-ZÇĞİÖŞÜÂÎÛ][a-zçğıöşüâîû]+", "[А-ЯЁӘҒҚҢӨҰҮҺІ][а-яёәғқңөұүһі]+"
_ONE = rf"(?:{_LATIN}|{_CYRILLIC})(?:-(?:{_LATIN}|{_CYRILLIC}))?"
_NAME = rf"(?P<n>{_ONE}(?: (?:{_ONE}|[A-ZА-ЯӘҒҚҢӨҰҮҺІ]\.)){{0,2}})"
_FIRST = rf"(?P<n>{_ONE}(?: {_ONE})?)"
_PERSIAN = "[آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيكئءأؤ\u200c]{2,}"
_SURNAME = rf"{_PERSIAN}(?:زاده|پور|نیا|فر|یان|وند|نژاد|ی|دوست|خواه)(?![\w\u200c])"

_SAID = (  # what a person says before the own name
    "[Bb]enim ad[ıi]m|[Bb]enim ismim|[Aa]d[ıi]m soyad[ıi]m|[Aa]d[ıi]m|[İiI]smim|[Aa]d soyad|[Aa]dı soyadı|"
    "[Мм]еня зовут|[Мм]оя фамилия|[Мм]о[её] имя|ФИО|Ф\\.И\\.О\\.|"
    "[Мм]енің атым|[Мм]енің есімім|[Мм]енин атым|[Ее]сімім|[Аа]ты-жөнім|[Аа]ты-жөні|"
    "[Mm]y name is|[Mm]y name's|[Ff]ull name"
)
_SIGNED = (  # before the name at the end of a letter
    "[Ss]ayg[ıi]lar[ıi]mla|[Ss]ayg[ıi]lar|[Сс] уважением|[Құ]ұрметпен|[Кк]урметпен|[Kk]ind regards|"
    "[Rr]egards|[Yy]ours sincerely|[Ss]incerely|[Bb]est wishes"
)
_TITLES = (
    r"[Ss]ay[ıi]n|[Bb]ayan|Mr\.?|Mrs\.?|Ms\.?|Miss|[Гг]-н|[Гг]-жа|[Гг]осподин\w*|[Гг]оспож\w+|[Гг]ражданин\w*|"
    r"[Гг]ражданк\w+|[Мм]ырза|[Тт]ёт[яеию]|[Тт]ет[яеию]|[Дд]яд[яеию]"
)
_CALLED = (  # behind a name
    r"[Hh]an[ıi]m|[Bb]ey|[Aa]mca|[Tt]eyze|[Aa]bi|[Aa]bla|[Uu]sta|[Хх]аным|[Мм]ырза|[Аа]пай|[Аа]ғай|[Аа]пке|[Кк]өке"
)
_CALLED_ENDING = r"(?:'?[a-zçğıöşüа-яәғқңөұүһі]{0,4})(?!\w)"

_CASED, _ARABIC = re.compile("[A-ZА-ЯҚӘІҰҮӨҒҢҺÇĞİÖŞÜ]"), re.compile("[آ-ی]{2}")
_WRITTEN = (
    re.compile(rf"(?<!\w)(?:{_SAID})\s*[:,\-–]?\s*{_NAME}"),
    re.compile(rf"(?:{_SIGNED})\s*[:,\-–]?\s*{_NAME}\s*[.!]?\s*$"),
    re.compile(rf"(?<!\w)(?:{_TITLES})\s+{_NAME}"),
    re.compile(rf"(?<!\w){_FIRST} (?:{_CALLED}){_CALLED_ENDING}"),
    re.compile(  # a name with its patronymic, in any case, and the surname beside it
        rf"(?<!\w)(?P<n>(?:{_CYRILLIC} )?{_CYRILLIC} {_CYRILLIC[:-1]}*"
        rf"(?:ович|евич|овн|евн|иничн|ичн|ұлы|қызы|улы|кызы)(?:[аеуыоёяию]{{0,2}}м?)(?!\w)(?: {_CYRILLIC})?)"
    ),
    re.compile(
        rf"(?<!\w)(?:Ben|I am|I'm|Я,|Мен,?)\s+(?P<n>{_ONE} {_ONE})(?=\s*[,.]|\s+(?:olarak|from|of|and)\b)"
    ),
    re.compile(
        rf"(?<!\w)(?:اسم من|اسمم|نام من|نامم|نام و نام خانوادگی(?: من| ام)?|اسم و فامیلم?)\s*[:،]?\s*"
        rf"(?P<n>{_PERSIAN}(?: {_SURNAME})?)"
    ),
    re.compile(rf"(?<!\w)(?:آقای|خانم|جناب|سرکار خانم)\s+(?P<n>{_SURNAME}|{_PERSIAN} {_SURNAME})"),
    re.compile(rf"(?:با احترام|با تشکر|ارادتمند)\s*[:،]?\s*(?P<n>{_PERSIAN} {_SURNAME})\s*[.!]?\s*$"),
)
_FORMS = tuple((_ARABIC if _PERSIAN in form.pattern else _CASED, form) for form in _WRITTEN)
# A street, school or park that bears a name: right behind it, right before it.
_PLACE_BEHIND = re.compile(
    r"[’']?\w{0,3}\s+(?:[Cc]ad|[Cc]d\b|[Ss]ok|[Ss]k\b|[Bb]ulv|[Mm]ahalle|[Mm]ah\b|[Mm]eydan|[Pp]ark|[Oo]kul|[İi]lk|"
    r"[Ll]ise|[Hh]astane|[Cc]ami|[Kk]öprü|[Ss]tad|[Aa]partman|[Ss]ite|[Yy]urd|[Kk]ültür|[Kk]ütüphane|[Tt]ürbe|"
    r"[Дд]ом культуры|көше|даңғыл|саябағ|мектеб|орам|алаң|ықшам|Street|St\b|Ave|Road|Rd\b|Square|Park|School|"
    r"Hospital|Bridge|Mosque)"
)
_PLACE_BEFORE = re.compile(
    r"(?:улиц\w*|ул\.?|проспект\w*|пр\.?|пр-т\w*|площад\w*|пл\.?|переул\w*|пер\.?|бульвар\w*|сквер\w*|парк\w*|шоссе|имени|"
    r"им\.?|школ\w*|памятник\w*|набережн\w*|خیابان\w*|کوچه\w*|میدان\w*|بلوار\w*|پارک\w*|مدرسه\w*|شهید|بیمارستان|مسجد)"
    r"[\sٔ]*$",
    re.IGNORECASE,
)
_NEAR = 60  # characters
# Words that are no names for their endings, and Persian words of office.
_NO_NAME = re.compile(
    r"(?:[dt][ae]ki|yor|nde|nda|elen|lçli)(?!\w)|\u200cی|^(?:راننده|همسایه|رئیس|رییس|دکتر|مهندس|شهردار|مدیر|مسئول)"
)
_NOT_A_NAME = frozenset({
    "Belediye", "Başkan", "Başkanım", "Yetkili", "Yetkililer", "Müdür", "Müdürüm", "İlgili",
    "Abone", "Vatandaş", "Komşu", "Muhtar", "Allah", "Bir", "Bu", "Администрация", "Мэр", "Аким",
    "Әкім", "Директор", "Начальник", "Председатель", "Город", "Mayor", "Sir", "Madam", "Officer",
    "Council", "Municipality", "Street", "Avenue", "Road", "Square", "Very", "Not", "So", "From",
    "Writing",
})  # fmt: skip


def people_in(text: str) -> Iterator[Span]:
    """Where names of people stand, as [start, end) of the text; they may overlap."""
    for hint, form in _FORMS:
        if hint.search(text):
            yield from (met.span("n") for met in form.finditer(text) if _is_person(text, met))


def _is_person(text: str, met: re.Match[str]) -> bool:
    """Whether it is no office ("Sayın Başkan") and no street, school or park that bears a name."""
    start, end = met.span("n")
    return not (
        _NOT_A_NAME.intersection(met.group("n").split())
        or _NO_NAME.search(met.group("n"))
        or any(_PLACE_BEHIND.match(text, at) for at in {end, met.end()})
        or any(_PLACE_BEFORE.search(text, max(0, at - _NEAR), at) for at in {start, met.start()})
    )
