"""The pages of a report, in their order: which comes next, and how far along somebody is."""

from vefa.web.portal.report.answers import Answers

ORDER = ("what", "where", "same", "about", "questions", "reach", "check")
# Pages that belong together count as one, so that "3 of 5" never changes its end on the way.
PROGRESS = {"what": 1, "where": 2, "same": 2, "about": 3, "questions": 3, "reach": 4, "check": 5}
TOTAL = 5


def first_open(answers: Answers) -> str:
    """The first page that still waits for an answer; "check" when there is none."""
    return next((step for step in ORDER[:-1] if step not in answers.done), "check")


def reachable(step: str, answers: Answers) -> bool:
    """Whether every page before this one was answered."""
    return ORDER.index(step) <= ORDER.index(first_open(answers))


def preceding(step: str, answers: Answers) -> str:
    """The page to go back to: the nearest before this one on which there was something to answer."""
    earlier = ORDER[: ORDER.index(step)]
    return next((one for one in reversed(earlier) if one not in answers.skipped), "")
