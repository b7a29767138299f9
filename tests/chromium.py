"""A headless Chromium driven over a pipe by its DevTools protocol: nothing to install beside the browser."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --disable-dev-shm-usage --hide-scrollbars "
    "--mute-audio --remote-debugging-pipe"
).split()
PATIENCE = 60.0
KEYS = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "PageDown": 34, "PageUp": 33, "Enter": 13, " ": 32}


def find_chromium() -> str | None:
    """The program, or None where there is none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


class Chromium:
    """One browser with one page."""

    def __init__(self, program: str, profile: str) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The browser speaks on its descriptors 3 and 4; the shell puts them there whatever numbers they have here.
        command = [
            "sh",
            "-c",
            f'exec "$@" 3<&{to_read} 4>&{to_write}',
            "sh",
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
        ]
        if max(to_read, to_write) > 9:  # a shell may take single digits only
            command = ["bash", *command[1:]]
        self._process = subprocess.Popen(
            command, pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._pending = b""
        self._session: str | None = None
        self.problems: list[str] = []
        """Errors and warnings of the console, exceptions, and requests to the network, since the last `open`."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def close(self) -> None:
        try:
            self._session = None
            self._call("Browser.close")
        except (OSError, TimeoutError):
            self._process.kill()
        os.close(self._write)
        os.close(self._read)
        self._process.wait(PATIENCE)

    # The protocol: messages in JSON, each ended by a zero byte ---------------------------------------------

    def _call(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def _receive(self) -> Any:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._pending:
            if not select.select([self._read], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            received = os.read(self._read, 1 << 20)
            if not received:
                raise OSError("Chromium has gone")
            self._pending += received
        message, _, self._pending = self._pending.partition(b"\0")
        return json.loads(message)

    def _note(self, event: Any) -> None:
        method, details = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(details["exceptionDetails"].get("exception", details), indent=1)[:600])
        elif method == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console: {[x.get('value') for x in details['args']]}")
        elif method == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"log: {details['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            address = details["request"]["url"]
            if not address.startswith(("file:", "data:", "about:")):
                self.problems.append(f"request: {address}")

    # What tests do -------------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Load a file and wait until it is ready."""
        self.problems.clear()
        self._call("Page.navigate", url=path.resolve().as_uri())
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression in JavaScript is true."""
        end = time.monotonic() + PATIENCE
        while not self.js(condition):
            if time.monotonic() > end:
                raise TimeoutError(f"this did not become true: {condition}")
            time.sleep(0.02)

    def js(self, expression: str) -> Any:
        """The value of an expression."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']['exception'].get('description')}")
        return found["result"].get("value")

    def key(self, key: str) -> None:
        """Press a key."""
        code = KEYS.get(key, ord(key[0].upper()))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {"key": key, "windowsVirtualKeyCode": code}
        self._call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self._call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self._call("Input.insertText", text=text)

    def mouse(self, kind: str, selector: str) -> None:
        """Move the mouse to the middle of an element (``moved``), or click it (``clicked``)."""
        x, y = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'nearest'}});"
            "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        if kind == "clicked":
            for part in ("mousePressed", "mouseReleased"):
                self._call("Input.dispatchMouseEvent", type=part, x=x, y=y, button="left", clickCount=1)

    def click(self, selector: str) -> None:
        """Click an element."""
        self.mouse("clicked", selector)

    def window(self, width: int, height: int, dark: bool = False, mobile: bool = False) -> None:
        """The size of the window, and the colours that the system prefers."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path: Path | None = None) -> bytes:
        """The window as PNG."""
        picture = base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])
        if path is not None:
            path.write_bytes(picture)
        return picture


@contextmanager
def chromium(program: str) -> Iterator[Chromium]:
    """A browser with a profile of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Chromium(program, profile)
        try:
            yield browser
        finally:
            browser.close()
