"""Message catalogues: find every sentence, merge them into the .po files, make the .mo files.

python -m tools.messages update
python -m tools.messages compile
"""

import sys
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "vefa" / "locale"
LANGUAGES = ("tr", "ru", "kk", "fa")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "said": None,
    "Sentence": None,
    # Why an adapter could not send: a literal reason, or the part of it that is ours.
    "because": None,
    "RejectedError": None,
    "BusyError": None,
    "UnsureError": None,
    "TooLargeError": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def extract() -> Catalog:
    """Every sentence of the product's modules and templates, with the places where it stands."""
    catalog = Catalog(project="Vefa", charset="utf-8", fuzzy=False)
    methods = [("**.py", "python"), ("**.html", "tools.messages:template")]
    found = extract_from_dir(
        ROOT / "vefa", method_map=methods, keywords=KEYWORDS, comment_tags=("Translators:",)
    )
    for filename, line, message, comments, context in found:
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalog


def template(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterable[Any]:
    """Babel's door to a Django template: Django turns it into Python, Babel reads that."""
    source = templatize(fileobj.read().decode("utf-8"))
    unindented = "\n".join(line.strip() for line in source.splitlines())
    return extract_python(BytesIO(unindented.encode("utf-8")), keywords, comment_tags, options)


def update() -> None:
    """Bring every catalogue up to the present sentences; new ones are empty, gone ones go."""
    wanted = extract()
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        known = read(path, language)
        known.update(wanted, no_fuzzy_matching=True)
        known.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, known, width=0, no_location=True, sort_output=True, omit_header=False)
        empty = [message for message in known if message.id and not any(message.string or ())]
        sys.stdout.write(f"{language}: {len(known)} sentences, {len(empty)} to translate\n")


def compile_all() -> None:
    """Make the .mo files that Django reads."""
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read(path, language))


def read(path: Path, language: str) -> Catalog:
    """A catalogue, or an empty one."""
    if not path.exists():
        return Catalog(locale=language, project="Vefa", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
