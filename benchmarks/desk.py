"""Somebody signed in at the desk, and the pages that they look at."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import cycle

import httpx

from benchmarks.house import House
from benchmarks.load import LOOPBACK, Request, request

PASSWORD = "measured by nobody else"


def run_vefa(running: House, *command: str, said: str = "") -> None:
    """One command of Vefa beside the running house."""
    words = [sys.executable, "-m", "vefa.wiring.cli.main", *command, "--home", str(running.home)]
    subprocess.run(words, input=said.encode(), check=True, capture_output=True)


def sign_in(running: House, username: str) -> str:
    """The session cookie of a member of staff who works with a password alone."""
    run_vefa(running, "staff", "password", username, said=PASSWORD + "\n")
    with httpx.Client(base_url=f"http://{LOOPBACK}:{running.port}", timeout=30) as browser:
        page = browser.get("/desk/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        facts = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        browser.post("/desk/sign-in", data=facts, headers={"Referer": str(browser.base_url)})
        browser.get("/desk/lists/open").raise_for_status()  # a redirect to the door raises too
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def pages(paths: Iterable[str], cookie: str) -> Iterator[Request]:
    """These pages in turn, without end."""
    headers = {"Cookie": cookie, "Accept-Language": "tr"}
    return cycle([request("GET", path, headers=headers) for path in paths])


def page_number(running: House, cookie: str, path: str, number: int) -> str:
    """The address of a page far down a list, found by walking there. Raises ValueError."""
    found = path
    with httpx.Client(base_url=f"http://{LOOPBACK}:{running.port}", timeout=30) as browser:
        for _ in range(number - 1):
            page = browser.get(found, headers={"Cookie": cookie}).raise_for_status().text
            older = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', page)
            if older is None:
                raise ValueError(f"{path} has fewer than {number} pages")
            address = (older[1] or older[2]).replace("&amp;", "&")
            found = path.partition("?")[0] + address if address.startswith("?") else address
    return found
