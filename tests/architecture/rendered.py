"""Which templates were rendered while the whole suite ran: one that no test renders fails the run."""

from pathlib import Path
from typing import Any

import pytest
from django.test.signals import template_rendered

WEB = Path(__file__).resolve().parents[2] / "vefa" / "web"
_seen: set[str] = set()


def _note(template: Any, **_facts: object) -> None:
    if template.name:
        _seen.add(str(template.name).split("#", maxsplit=1)[0])


def pytest_sessionstart() -> None:
    template_rendered.connect(_note, dispatch_uid="rendered")


def unrendered() -> list[str]:
    """Templates that nobody has rendered yet."""
    return sorted({str(path.relative_to(WEB)) for path in WEB.rglob("*.html")} - _seen)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Where several processes share the suite: what this one has rendered."""
    _seen.update(getattr(node, "workeroutput", {}).get("rendered", ()))


def _is_whole(config: pytest.Config) -> bool:
    """Whether everything was asked for; a part of the suite renders only a part."""
    return (
        config.args == config.getini("testpaths") and not config.option.keyword and not config.option.markexpr
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    told: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if told is not None:  # one of several processes: the first of them judges
        told["rendered"] = sorted(_seen)
        return
    if _is_whole(session.config) and exitstatus == pytest.ExitCode.OK and unrendered():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _is_whole(terminalreporter.config) and (left := unrendered()):
        terminalreporter.section("templates that no test renders")
        for name in left:
            terminalreporter.line(name)
