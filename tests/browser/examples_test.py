#!/usr/bin/env python3
"""The pages of the examples in headless Chromium, as people use them.

    examples_test.py FOLDER [TEST...]     FOLDER is build/PRESET/examples

With MASTIC_PICTURES=FOLDER in the environment, each page is also photographed into that folder, light, dark and as on
a phone; docs/pictures has some of these.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from chromium import Chromium

EXAMPLES = pathlib.Path(sys.argv.pop(1)).resolve()
PICTURES = os.environ.get("MASTIC_PICTURES")


class Server:
    """An example that serves, on a free port or on `port`."""

    def __init__(self, program, *options, port=0):
        self._command = [EXAMPLES / program, *options]
        self.start(port)

    def start(self, port=0):
        self._process = subprocess.Popen([*self._command, "--bind", f"127.0.0.1:{port}"],
                                         stderr=subprocess.PIPE, text=True)
        line = self._process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, f"no URL in the start-up line: {line!r}"
        self.origin, self.port = found[0], int(found[1])

    def stop(self):
        self._process.terminate()
        log = self._process.communicate(timeout=30)[1]
        assert self._process.returncode == 0, log


class PageTest(unittest.TestCase):
    program = None  # below EXAMPLES

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Chromium())

    def setUp(self):
        self.server = self.serve()
        self.addCleanup(lambda: self.server.stop())

    def serve(self, *options):
        return Server(self.program, *options)

    def open(self, path="/", **window):
        page = self.browser.open(self.server.origin + path, **window)
        self.addCleanup(page.close)
        return page

    def assert_looks_right(self, page, name):
        """Checks the page for faults, wide and narrow, and photographs it if asked to."""
        for suffix, width, height, dark in (("", 1280, 800, False), ("-dark", 1280, 800, True), ("-phone", 500, 900, False)):
            page.resize(width, height, dark)
            self.assertEqual(page.faults(), [], f"{name}{suffix}")
            if PICTURES:
                page.screenshot(pathlib.Path(PICTURES) / f"{name}{suffix}.png")
        page.resize(1280, 800)


class Tour(PageTest):
    program = "06-tour/tour"

    def test_greets(self):
        page = self.open()
        page.wait_for_text("#greeting", "Hello, Ada.")
        page.type("#who", "<b>Grace</b>")
        page.press("Enter")
        page.wait_for_text("#greeting", "Hello, <b>Grace</b>.")
        page.click("#loud")
        page.wait_for_text("#greeting", "<b>Grace</b>!!!")
        page.wait_for_text("#route-list", "/api/greeting/{name}")

    def test_counts_down(self):
        page = self.open()
        page.click("#count")
        page.wait_for_text("#countdown", "10 9 8 7 6 5 4 3 2 1 lift-off")

    def test_passes_on_what_is_said(self):
        ada, grace = self.open(), self.open()
        for page in (ada, grace):
            page.wait_for("socket.readyState === WebSocket.OPEN")
        ada.type("#words", "Good <b>morning</b>")
        ada.press("Enter")
        for page in (ada, grace):
            page.wait_for_text("#talk", "Ada Good <b>morning</b>")
        grace.type("#guest", "Grace Hopper")
        grace.type("#words", "Good morning, Ada")
        grace.press("Enter")
        ada.wait_for_text("#talk", "Grace Hopper Good morning, Ada")
        ada.evaluate("document.activeElement.blur()")
        self.assert_looks_right(ada, "tour")
        self.server.stop()
        self.server.start(self.server.port)
        grace.wait_for("socket.readyState === WebSocket.OPEN")

    def test_takes_a_file(self):
        page = self.open()
        page.choose_files("#parcel", __file__)
        page.click("#send button")
        page.wait_for_text("#receipt", f'200 {{"name":"examples_test.py","bytes":{os.path.getsize(__file__)}}}')

    def test_shows_the_messages_of_a_form_beside_its_fields(self):
        page = self.open("/guestbook")
        page.type("#message", "Hi <there>")
        page.click("form button")
        page.wait_for_text("#name-wrong", "Who are you?")
        page.type("#name", "Ada")
        page.errors.clear()  # Chromium notes the status 422
        self.assert_looks_right(page, "guestbook")
        page.click("form button")
        page.wait_for_text("blockquote", "Hi <there>")


class Chat(PageTest):
    program = "13-chat/chat_rooms"

    def serve(self):
        return Server(self.program, "--loops", "2")

    def enter(self, name, room="tea"):
        page = self.open(f"/#{room}")
        page.type("#name", name)
        page.press("Enter")
        page.wait_for_text("#state", "Connected")
        return page

    def say(self, page, text):
        page.type("#text", text)
        page.press("Enter")

    def messages(self, page):
        return page.evaluate("[...document.querySelectorAll('#messages p')].map((p) => p.textContent)")

    def test_people_of_a_room_talk(self):
        ada, grace = self.enter("Ada"), self.enter("Grace Hopper")
        ada.wait_for_text("#people", "Grace Hopper")
        self.say(ada, "Good morning. Has anybody tried the new assam?")
        grace.wait_for_text("#messages", "new assam?")
        self.say(grace, "Yes. Three minutes, no more.")
        ada.wait_for_text("#messages", "no more.")
        charles = self.enter("Charles")
        charles.wait_for_text("#messages", "no more.")
        self.say(charles, "And no milk!")
        ada.wait_for_text("#messages", "no milk!")
        self.say(ada, "With milk it is another drink.")
        self.say(ada, "I like both.")
        ada.wait_for_text("#messages", "I like both.")
        self.assert_looks_right(ada, "chat")

    def test_everybody_leaves_alone(self):
        ada, grace = self.enter("Ada"), self.enter("Grace")
        ada.wait_for_text("#people", "Grace")
        grace.click("#leave")
        ada.wait_for("!document.querySelector('#people').innerText.includes('Grace')")
        self.assertEqual(grace.evaluate("document.activeElement.id"), "name")

    def test_rooms_are_apart(self):
        tea, coffee = self.enter("Ada", "tea"), self.enter("Grace", "coffee")
        self.say(tea, "tea only")
        self.say(coffee, "coffee only")
        tea.wait_for_text("#messages", "tea only")
        coffee.wait_for_text("#messages", "coffee only")
        self.assertEqual(self.messages(tea), ["tea only"])
        self.assertEqual(self.messages(coffee), ["coffee only"])

    def test_text_is_text(self):
        name, text = "<i>Ada</i>", "<img src=x onerror=\"console.error('run')\"> & \u202eevil\u202c \u2615"
        ada, grace = self.enter(name), self.enter("Grace")
        self.say(ada, text)
        grace.wait_for("document.querySelectorAll('#messages p').length === 1")
        self.assertEqual(self.messages(grace), [text])
        self.assertIn(name, grace.text("#people"))
        self.assertEqual(ada.errors + grace.errors, [])

    def test_comes_back_when_the_server_was_started_again(self):
        ada, grace = self.enter("Ada"), self.enter("Grace")
        self.say(ada, "before")
        grace.wait_for_text("#messages", "before")
        self.server.stop()
        for page in (ada, grace):
            page.wait_for_text("#state", "Next attempt in")
        self.say(ada, "typed meanwhile")  # it stays in the field
        self.assertEqual(ada.evaluate("document.querySelector('#text').value"), "typed meanwhile")
        self.server.start(self.server.port)
        for page in (ada, grace):
            page.wait_for_text("#state", "Connected")
        ada.press("Enter")
        grace.wait_for_text("#messages", "typed meanwhile")
        self.assertEqual(self.messages(grace), ["before", "typed meanwhile"])

    def test_a_lost_connection_repeats_nothing(self):
        ada, grace = self.enter("Ada"), self.enter("Grace")
        self.say(ada, "one")
        grace.wait_for_text("#messages", "one")
        grace.evaluate("socket.onclose({ code: 1006, reason: '' })")  # as if the network had failed
        grace.wait_for_text("#state", "Next attempt in")
        self.say(ada, "two")
        ada.wait_for_text("#messages", "two")
        grace.click("#now")
        grace.wait_for_text("#messages", "two")
        self.assertEqual(self.messages(grace), ["one", "two"])

    def test_says_what_the_server_refuses(self):
        page = self.open("/#No%20such%20room")
        page.evaluate("document.querySelector('#door').noValidate = true")
        page.type("#name", "Ada")
        page.press("Enter")
        page.wait_for_text("#state", "no such room")
        self.assertFalse(page.evaluate("document.querySelector('#door').hidden"))


class ChatWithPlainCalls(Chat):
    def serve(self):
        return Server(self.program, "--loops", "2", "--transfer", "syscall")


# Fills the chart, as if the page had been open for two minutes, with a server that was started again.
TWO_MINUTES = """(() => {
  const newest = Math.max(...samples.keys());
  samples.clear();
  for (let i = 0; i < 238; ++i) {
    const load = 34 + 20 * Math.sin(i / 21) + 6 * Math.sin(i * 1.7) + 4 * Math.sin(i * 0.61) + (i < 60 ? 22 : 0);
    if (i < 150 || i > 162) keep({ at: newest - 500 * i, load: load });
  }
  draw();
  isPaused = true;
})()"""


class LiveChart(PageTest):
    program = "14-live-chart/live_chart"

    def test_grows(self):
        page = self.open()
        page.wait_for_text("#state", "Live")
        page.wait_for("samples.size >= 4")
        self.assertRegex(page.text("#newest"), r"^\d+ %$")
        self.assertRegex(page.evaluate("document.querySelector('#line').getAttribute('d')"), r"^M[\d.]+ [\d.]+L")
        if PICTURES:
            page.evaluate(TWO_MINUTES)
        self.assert_looks_right(page, "live-chart")

    def test_begins_with_what_was_measured_before(self):
        self.open().wait_for("samples.size >= 4")
        page = self.open()
        page.wait_for("samples.size >= 4")

    def test_goes_on_when_the_server_was_started_again(self):
        page = self.open()
        page.wait_for("samples.size >= 4")
        before = page.evaluate("Math.max(...samples.keys())")
        self.server.stop()
        page.wait_for_text("#state", "Trying again")
        self.server.start(self.server.port)
        page.wait_for_text("#state", "Live")
        page.wait_for(f"[...samples.keys()].filter((at) => at > {before}).length >= 3")
        page.wait_for(f"samples.has({before})")

    def test_pauses(self):
        page = self.open()
        page.wait_for("samples.size >= 2")
        page.click("#pause")
        line = page.evaluate("document.querySelector('#line').getAttribute('d')")
        page.wait_for(f"samples.size >= {page.evaluate('samples.size') + 2}")
        self.assertEqual(page.evaluate("document.querySelector('#line').getAttribute('d')"), line)


class Upload(PageTest):
    program = "15-upload/file_shelf"

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def shelf(self, page):
        return page.evaluate("[...document.querySelectorAll('#shelf a')].map((link) => link.textContent)")

    def send(self, page, *files, sender="Ada"):
        page.type("#sender", sender)
        page.choose_files("#files", *files)
        page.click("#put")

    @contextlib.contextmanager
    def slow_network(self, page, bytes_a_second):
        speed = {"offline": False, "latency": 0, "downloadThroughput": -1}
        page.call("Network.emulateNetworkConditions", uploadThroughput=bytes_a_second, **speed)
        yield
        page.call("Network.emulateNetworkConditions", uploadThroughput=-1, **speed)

    def test_puts_files_on_the_shelf(self):
        large = os.urandom(3_000_000)
        page = self.open()
        page.wait_for_text("#limits", "At most 10 files and 32 MB")
        self.send(page, self.file("holiday by the sea.jpeg", large), self.file("<notes>.txt", b"three minutes"))
        page.wait_for_text("#state", "2 files are on the shelf.")
        self.assertEqual(self.shelf(page), ["<notes>.txt", "holiday by the sea.jpeg"])
        address = page.evaluate("document.querySelectorAll('#shelf a')[1].href")
        with urllib.request.urlopen(address) as answer:
            self.assertEqual(answer.read(), large)
            self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_shows_how_far_it_is(self):
        page = self.open()
        self.send(page, self.file("recipe for scones.pdf", bytes(48_000)))
        page.wait_for_text("#state", "The file is on the shelf.")
        with self.slow_network(page, 2_000_000):
            self.send(page, self.file("holiday by the sea.jpeg", os.urandom(3_400_000)),
                      self.file("notes.txt", b"three minutes\n" * 60), sender="Grace Hopper")
            page.wait_for("document.querySelector('#bar').value > 0.3")
            self.assertRegex(page.text("#figures"), r"^\d+(\.\d)? .B of 3\.4 MB sent, .* arrived$")
            page.wait_for("progress.received > 100_000")
            self.assert_looks_right(page, "upload")
        page.wait_for_text("#state", "2 files are on the shelf.")

    def test_cancels(self):
        page = self.open()
        with self.slow_network(page, 100_000):
            self.send(page, self.file("large", os.urandom(3_000_000)))
            page.wait_for("document.querySelector('#bar').value > 0")
            page.click("#cancel")
            page.wait_for_text("#state", "Cancelled")
        self.assertEqual(page.evaluate("fetch('/files').then((a) => a.json()).then((list) => list.files)"), [])

    def test_shows_messages_beside_fields(self):
        page = self.open()
        page.click("#put")
        page.wait_for_text("#sender-wrong", "Who sends this?")
        page.wait_for_text("#files-wrong", "Choose at least one file.")
        self.assertEqual(page.evaluate("document.activeElement.id"), "sender")
        page.errors.clear()  # Chromium notes the status 422 as an error
        self.assert_looks_right(page, "upload-refused")

    def test_says_what_is_too_large(self):
        page = self.open()
        self.send(page, self.file("huge", bytes(33_000_000)))
        page.wait_for_text("#state", "at most 32000000 bytes")
        self.assertEqual(self.shelf(page), [])


class TokenStream(PageTest):
    program = "16-token-stream/token_stream"

    def tell(self, page, how, hero):
        page.click(f"[value={how}]")
        page.type("#hero", hero)
        page.press("Enter")
        page.wait_for_text("#told", f"there was {hero}, who")

    def test_tells_word_by_word_until_it_is_stopped(self):
        page = self.open()
        for how in ("text", "events"):
            self.tell(page, how, f"<b>{how}</b>")
            self.assertEqual(page.evaluate("document.activeElement.id"), "stop")
            page.press("Enter")
            page.wait_for_text("#state", "Stopped after")
            page.wait_for_text("#diary li", f"<b>{how}</b>")
            self.assertRegex(page.text("#diary li .end"), r"^left after \d+ of \d+ words$")

    def test_tells_a_whole_story(self):
        page = self.open()
        for how in ("text", "events"):
            self.tell(page, how, how)
            page.wait_for_text("#state", "The whole story")
            self.assertTrue(page.text("#told").endswith("smells of oranges."))
            page.wait_for_text("#diary li", how)
            self.assertRegex(page.text("#diary li .end"), r"^all \d+ words$")
        self.tell(page, "text", "a kettle")
        page.wait_for("words > 30")
        self.assert_looks_right(page, "token-stream")

    def test_says_what_is_wrong(self):
        page = self.open()
        page.type("#hero", "  ")
        page.press("Enter")
        page.wait_for_text("#hero-wrong", "Who is the story about?")


class Shop(PageTest):
    program = "17-shop/shop"

    def test_shows_what_is_left_while_others_order(self):
        watcher, customer = self.open(), self.open("/teas/1")
        watcher.wait_for("socket.readyState === WebSocket.OPEN")
        customer.evaluate("document.querySelector('#amount').value = '5'")
        customer.click("#as-gift")
        self.assert_looks_right(customer, "shop-tea")
        customer.click("#add button")
        customer.wait_for_text(".cart", "5 x Sencha (a gift)")
        self.assert_looks_right(customer, "shop-cart")
        customer.click("#order button")
        customer.wait_for_text("main", "Thank you.")
        watcher.wait_for_text("[data-tea='1'] .changed", "15")
        self.assert_looks_right(watcher, "shop")

    def test_shows_a_customer_the_picture_that_was_sent(self):
        page = self.open("/login?next=%2Faccount")
        page.type("#customer", "ada")
        page.type("#password", "lovelace")
        self.assert_looks_right(page, "shop-login")
        page.click("#login button")
        page.wait_for_text("h1", "Hello, ada")
        page.choose_files("#file", EXAMPLES.parents[2] / "docs" / "pictures" / "tour.png")
        page.click("#picture button")
        page.wait_for("document.querySelector('main img')?.naturalWidth > 0")
        self.assert_looks_right(page, "shop-account")


if __name__ == "__main__":
    unittest.main()
