"""The whole product as its users have it: `flask start` in a folder of its own, and a browser to look at it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60
SETUP_LINK = re.compile(r"(http://\S+/setup/\S+)")
# The browser must not look for its maker's servers: there is no network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass
class Site:
    """A running installation."""

    address: str
    setup_link: str
    instance: Path
    process: "subprocess.Popen[bytes]"


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Start web and worker on a free port and stop them at the end."""
    port = _free_port()
    log = folder / "site.log"
    environment = {
        **os.environ,
        "RUSHES_INSTANCE": str(folder / "instance"),
        "PORT": str(port),
        "RUSHES_RESERVE_MIB": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "start"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        link = _wait_for_link(log, process)
        yield Site(f"http://127.0.0.1:{port}", link, folder / "instance", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def chromium(playwright: Playwright | None = None) -> Iterator[Browser]:
    """Yield Debian's Chromium; skips visibly without it, unless everything is required."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("RUSHES_REQUIRE_ALL") == "1":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def set_up(page: Page, site: Site, name: str = "Ingrid Berg") -> None:
    """Make the first admin with the link, as the person who started it does."""
    page.goto(site.setup_link)
    page.fill("[name=username]", name.split()[0].lower())
    page.fill("[name=display_name]", name)
    page.fill("[name=password]", "a long phrase for tests")
    page.click("main button.primary")
    page.wait_for_url("**/projects")


def _wait_for_link(log: Path, process: "subprocess.Popen[bytes]") -> str:
    ends = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < ends and process.poll() is None:
        found = SETUP_LINK.search(log.read_text())
        if found and _answers(found.group(1)):
            return found.group(1)
        # Nothing tells when another process is ready; ask again shortly.
        process_wait(process, 0.1)
    raise AssertionError(f"it did not start: {log.read_text()[-2000:]}")


def process_wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait a moment, or until the process ends."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
