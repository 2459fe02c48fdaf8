"""Names in several languages: `{"tr": "Çankırı Caddesi", "fa": "خیابان چانکیری"}`."""

from collections.abc import Mapping


def pick(names: Mapping[str, str], *languages: str) -> str:
    """The name in the first of these languages that has one, else any name, else an empty text."""
    for language in languages:
        if names.get(language):
            return names[language]
    return next((names[language] for language in sorted(names) if names[language]), "")
