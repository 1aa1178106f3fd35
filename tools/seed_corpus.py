#!/usr/bin/env python3
"""Fills a fuzz target's corpus from the message table: seed_corpus.py TARGET FOLDER.

Targets whose names begin with `request` or `server` get complete requests, those with `response` get
responses with the bodies of these requests, those with `json` get JSON values, those with `ini` get the
sites of the golden files, those with `multipart` get forms, those with `content_coding` get compressed
content, those with `html` get the golden pages with a selector before, those with `ws_` get frames, messages or offers of WebSockets, and all others get single lines and fields.
"""

import gzip
import hashlib
import pathlib
import re
import sys

HOUSE = pathlib.Path(__file__).resolve().parent.parent
MESSAGES = HOUSE / "src" / "mastic" / "wire" / "messages"
SITES = [HOUSE / "src" / "mastic" / "deploy" / "golden", HOUSE / "tests" / "interop" / "paste_deploy"]
PAGES = HOUSE / "src" / "mastic" / "testing" / "html" / "golden"


def unescape(text):
    """Replaces the escapes of the table: \\r \\n \\t \\0 \\\\ \\xHH and {N*text}, of which N is limited to 200."""
    def repeat(match):
        return match.group(2) * min(int(match.group(1)), 200)
    text = re.sub(r"\{(\d+)\*(.*?)\}", repeat, text)
    simple = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}
    out, at = b"", 0
    for match in re.finditer(r"\\(x[0-9A-Fa-f]{2}|.)", text):
        out += text[at:match.start()].encode()
        code = match.group(1)
        out += bytes([int(code[1:], 16)]) if len(code) == 3 else simple.get(code, code.encode())
        at = match.end()
    return out + text[at:].encode()


def read_cases(file):
    case = b""
    for line in (MESSAGES / file).read_text().splitlines():
        if line.startswith("["):
            if case:
                yield case
            case = b""
        elif line.startswith("> "):
            case += unescape(line[2:])
    yield case


def masked(frames):
    """The frames as a client sends them, with a key of zeros."""
    out = b""
    while len(frames) >= 2:
        short = frames[1] & 127
        head = 2 if short < 126 else 4 if short == 126 else 10
        end = head + (short if head == 2 else int.from_bytes(frames[2:head], "big"))
        out += frames[:1] + bytes([frames[1] | 128]) + frames[2:head] + bytes(4) + frames[head:end]
        frames = frames[end:]
    return out + frames


def websocket_seeds(target):
    frames = list(read_cases("frames.txt"))
    if target.startswith("ws_frames"):
        return [b"\x00" + case for case in frames] + [b"\x01" + masked(case) for case in frames]
    if target.startswith("ws_deflate"):
        return [b"\x0f" + case[2:] for case in frames] + [b"\x02" + b"Hello, Hello, Hello" * 20]
    return [b"dGhlIHNhbXBsZSBub25jZQ==", b"chat, superchat, v1", b"foo; a=b, permessage-deflate; client_max_window_bits",
            b'permessage-deflate; server_max_window_bits="10"; server_no_context_takeover; client_no_context_takeover']


def seeds(target):
    if target.startswith("ws_"):
        return websocket_seeds(target)
    requests = list(read_cases("requests.txt"))
    if target.startswith(("request", "server")):
        return requests
    if target.startswith("response"):
        return [b"\x00\x20HTTP/1.1 200 OK\r\n" + request.split(b"\r\n", 1)[-1] for request in requests]
    if target.startswith("json"):
        return [b'{"leaves":[{"name":"a\\u00e9","number":-1.5e3}],"counts":{"x":1},"flag":true}',
                b'[1,2.5,18446744073709551615,-0,1e400]', b'["\\ud83d\\ude00",""]', b'{"a":"b","a":"c"}', b'[[[[]]]]']
    if target.startswith("content_coding"):
        coded = gzip.compress(b"Two teas, two teas, two teas.\n" * 9, mtime=0)
        return [b"\x00" + coded, b"\x03" + coded * 2, b"\x01\x0b\x02\x80hello\x03", b"\x02\x28\xb5\x2f\xfd\x04\x00\x29\x00\x00hello"]
    if target.startswith("html"):
        pages = [path.read_bytes().split(b"----------\n")[0] for path in sorted(PAGES.iterdir())]
        controls = b"".join(b"<input type=%s name=a%d min=1 max=9 required pattern=a+>" % (kind, number) for number, kind in enumerate(
            b"text email url number range date month week time datetime-local color checkbox radio file image".split()))
        pages.append(b"<form>" + controls + b"<select name=s><option>1<optgroup disabled><option selected>2</select><textarea name=t dirname=d>")
        selectors = [b"a > b + c ~ d e, *", b":not(:has(> [a^='b' i])):nth-child(2n+1)", b"#a.b:contains('x')", b"li:is(a, :root)"]
        return [selectors[number % 4] + b"\n" + page for number, page in enumerate(pages)]
    if target.startswith("multipart"):
        head = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a%22.txt"\r\nContent-Type: text/plain\r\n\r\n'
        return [b"\x01" + head + b"one\r\n--bx\r\n" + head + b"\r\n--b--\r\n", b"\x81--" + head + b"x\r\n----bound--"]
    if target.startswith("ini"):
        files = [path for folder in SITES for path in sorted(folder.iterdir())]
        return [path.read_bytes().split(b"----------\n")[0] for path in files]
    values = set()
    for request in requests:
        for line in request.split(b"\r\n"):
            values.update([line, line.split(b": ", 1)[-1], line.split(b" ")[1] if b" " in line else b""])
    values.update([b"bytes=0-99,-5", b'W/"a", "b"', b"gzip;q=0.5, br, *;q=0", b"/a/%2e%2e/b%2Fc",
                   b"Sun, 06 Nov 1994 08:49:37 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT",
                   b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
    return values


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for seed in seeds(target):
        (folder / hashlib.sha1(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    main()
