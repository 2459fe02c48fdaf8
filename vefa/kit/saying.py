"""Sentences that wait for their translation."""


def gettext_noop(sentence: str) -> str:
    """Mark an English sentence for the translators where no language is known yet; it comes back as it is.

    For rooms that know no Django: the screen that shows it translates it.
    """
    return sentence
