"""Drives a headless Chromium over a pipe, by the DevTools protocol: what tests of pages need, and no more.

    with Chromium() as browser:
        page = browser.open("http://127.0.0.1:8080/")
        page.type("#name", "Ada")
        page.click("button")
        page.wait_for("document.querySelector('output').textContent === 'Hello, Ada'")

Everything waits for at most LONGEST_WAIT seconds. A page's errors (exceptions of scripts, refused and failed requests,
breaches of its Content-Security-Policy) are collected in `page.errors`.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
LONGEST_WAIT = 30.0

# What makes a page hard to use, found by a script: things without a name for screen readers, and content that is wider
# than the screen.
FIND_FAULTS = """(() => {
  const faults = [];
  const show = (element) => element.outerHTML.slice(0, 80);
  const name = (element) => element.labels?.length || element.getAttribute("aria-label") ||
      element.getAttribute("aria-labelledby") || element.textContent.trim();
  for (const element of document.querySelectorAll("input:not([type=hidden]), textarea, select, button, a[href]")) {
    if (!name(element)) faults.push("has no label: " + show(element));
  }
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push("has no alt: " + show(image));
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(" ")) {
        if (!document.getElementById(id)) faults.push(`refers to #${id}, which is not there: ` + show(element));
      }
    }
  }
  if (!document.documentElement.lang) faults.push("the page has no language");
  if (document.querySelectorAll("h1").length !== 1) faults.push("the page has not one h1");
  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wider > 0) faults.push(`the page is ${wider} pixels wider than the screen`);
  return faults;
})()"""


class Chromium:
    """A browser with a profile of its own, which is deleted at the end."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        command = [PROGRAM, "--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage",
                   "--hide-scrollbars", "--no-first-run", f"--user-data-dir={self._profile.name}", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run as root with it
        # The browser reads commands from descriptor 3 and writes answers to 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "bash", *command],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._received = b""
        self._last_id = 0
        self._pages = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.call("Browser.close")
            self._process.wait(LONGEST_WAIT)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._in)
            os.close(self._out)
            self._profile.cleanup()

    def open(self, address, width=1280, height=900, dark=False):
        """A page in a window of its own, which has loaded `address`."""
        target = self.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session, target)
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            page.call(f"{domain}.enable")
        page.resize(width, height, dark)
        page.go(address)
        return page

    def call(self, method, session=None, **parameters):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._write(json.dumps(message).encode() + b"\0")
        awaited = self._last_id
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            answer = self._read(deadline, method)
            if answer.get("id") == awaited:
                break
            self._note(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _write(self, data):
        while data:
            data = data[os.write(self._out, data):]

    def _read(self, deadline, waiting_for):
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"Chromium has not answered {waiting_for} in {LONGEST_WAIT} s")
            data = os.read(self._in, 1 << 20)
            if not data:
                raise RuntimeError(f"Chromium has ended: it was to answer {waiting_for}")
            self._received += data
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)

    def _note(self, event):
        page = self._pages.get(event.get("sessionId"))
        if page:
            page._note(event["method"], event["params"])


class Page:
    """A page in a window. Selectors are those of CSS."""

    def __init__(self, browser, session, target):
        self._browser = browser
        self._session = session
        self._target = target
        self.errors = []  # what a developer would see in red in the browser's console

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def close(self):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def go(self, address):
        error = self.call("Page.navigate", url=address).get("errorText")
        if error:
            raise RuntimeError(f"{address}: {error}")
        self.wait_for(f"location.href.startsWith({json.dumps(address)}) && document.readyState === 'complete'")

    def resize(self, width, height=900, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def evaluate(self, expression):
        """The value of a JavaScript expression; that of a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(f"{expression}: " + details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def wait_for(self, expression):
        """Waits until `expression` is true in JavaScript, and returns its value."""
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                value = self.evaluate(f"""new Promise((resolve) => {{
                  const end = Date.now() + 1000;
                  const look = () => {{
                    const value = ({expression});
                    if (value || Date.now() > end) resolve(value);
                    else setTimeout(look, 20);
                  }};
                  look();
                }})""")
            except RuntimeError as error:  # between two documents there is nothing to look at
                value = None
                if "context" not in str(error) and "navigated" not in str(error):
                    raise
            if value:
                return value
            if time.monotonic() > deadline:
                raise TimeoutError(f"never became true: {expression}\nThe page says: {self.text('body')}")

    def text(self, selector):
        """The text of the first element that `selector` finds, as a reader sees it."""
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")

    def wait_for_text(self, selector, text):
        self.wait_for(f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})")

    def click(self, selector):
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """Types `text` in place of what a field has."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus(),"
                      f"document.querySelector({json.dumps(selector)}).select()")
        self.call("Input.insertText", text=text)

    def press(self, key):
        """Presses a key, such as Enter or Tab, where the focus is."""
        codes = {"Enter": 13, "Tab": 9}
        event = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def choose_files(self, selector, *paths):
        # By the object in JavaScript: the numbers of nodes become others while a document is still being read.
        found = self.call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.call("DOM.setFileInputFiles", objectId=found["result"]["objectId"], files=[str(path) for path in paths])

    def faults(self):
        """What makes the page hard to use (FIND_FAULTS), and its errors."""
        return self.evaluate(FIND_FAULTS) + self.errors

    def screenshot(self, path):
        """Writes a PNG of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def _note(self, method, parameters):
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}".strip())
        elif method == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.errors.append(" ".join(str(value.get("value")) for value in parameters["args"]))
