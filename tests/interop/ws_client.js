// The WebSocket client `ws` of Node: node ws_client.js ORIGIN, such as http://127.0.0.1:8080.
//
// Runs all cases, prints one line for each, and exits with 1 if any has failed.

const assert = require("node:assert");
const WebSocket = require("ws");

const base = process.argv[2].replace("http", "ws");

/// A socket with its messages and its end as promises.
function open(path, protocols = [], options = {}) {
  const socket = new WebSocket(base + path, protocols, { perMessageDeflate: false, ...options });
  const waiting = [];
  const messages = [];
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    if (waiting.length > 0) waiting.shift()(message);
    else messages.push(message);
  });
  socket.next = () =>
    messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((done) => waiting.push(done));
  socket.ended = new Promise((done) => socket.on("close", (code, reason) => done([code, reason.toString()])));
  return new Promise((done, failed) => {
    socket.on("open", () => done(socket));
    socket.on("error", failed);
    socket.on("unexpected-response", (_, answer) => failed(answer.statusCode));
  });
}

const cases = {
  async "echoes text and bytes of every size"() {
    for (const path of ["/echo", "/echo-events"]) {
      const socket = await open(path);
      for (const size of [0, 1, 125, 126, 127, 65535, 65536, 1 << 20]) {
        const bytes = Buffer.alloc(size, "Grüner Tee ☕ ");
        socket.send(bytes);
        assert.deepStrictEqual(await socket.next(), bytes);
        const text = "é".repeat(size / 2);
        socket.send(text);
        assert.strictEqual(await socket.next(), text);
      }
      socket.close();
      assert.strictEqual((await socket.ended)[0], 1005);
    }
  },
  async "puts fragments together"() {
    const socket = await open("/echo");
    socket.send("one ", { fin: false });
    socket.ping();
    socket.send("", { fin: false });
    socket.send("two", { fin: true });
    assert.strictEqual(await socket.next(), "one two");
    socket.terminate();
  },
  async "receives a message in pieces"() {
    const socket = await open("/pieces");
    socket.send("3000000");
    assert.strictEqual((await socket.next()).length, 3000000);
    socket.terminate();
  },
  async "keeps the order of a thousand messages"() {
    const socket = await open("/echo");
    for (let number = 0; number < 1000; ++number) socket.send(`${number}`);
    for (let number = 0; number < 1000; ++number) assert.strictEqual(await socket.next(), `${number}`);
    socket.terminate();
  },
  async "compresses in every way"() {
    for (const server of [false, true]) {
      for (const client of [false, true]) {
        for (const bits of [9, 12, 15]) {
          const socket = await open("/compressed", [], {
            perMessageDeflate: {
              serverNoContextTakeover: server, clientNoContextTakeover: client,
              serverMaxWindowBits: bits, clientMaxWindowBits: bits, threshold: 0,
            },
          });
          assert.match(socket.extensions, /permessage-deflate/);
          for (const text of ["", "tea", "tea and coffee ".repeat(20000)]) {
            socket.send(text);
            assert.strictEqual(await socket.next(), text);
          }
          socket.terminate();
        }
      }
    }
  },
  async "is not compressed unless the route asks for it"() {
    const socket = await open("/echo", [], { perMessageDeflate: true });
    assert.strictEqual(socket.extensions, "");
    socket.send("tea");
    assert.strictEqual(await socket.next(), "tea");
    socket.terminate();
  },
  async "gets an answer to a ping"() {
    const socket = await open("/echo");
    const answered = new Promise((done) => socket.on("pong", done));
    socket.ping("are you there?");
    assert.strictEqual((await answered).toString(), "are you there?");
    socket.terminate();
  },
  async "is closed with a code and a reason"() {
    for (const code of [1000, 1001, 1011, 1013, 3000, 4999]) {
      const socket = await open(`/close?code=${code}&reason=enough`);
      assert.deepStrictEqual(await socket.ended, [code, "enough"]);
    }
  },
  async "closes with a code and a reason"() {
    for (const code of [1000, 1003, 3001, 4001]) {
      const socket = await open("/echo");
      socket.close(code, "done");
      assert.strictEqual((await socket.ended)[0], code); // the server sends the code back, not the reason
    }
  },
  async "agrees on a subprotocol"() {
    const socket = await open("/protocol", ["chat.v9", "chat.v2", "chat"]);
    assert.strictEqual(socket.protocol, "chat.v2");
    socket.terminate();
  },
  async "is refused"() {
    await assert.rejects(open("/nowhere"), (status) => status === 404);
    await assert.rejects(open("/echo", [], { origin: "http://elsewhere.example" }), (status) => status === 403);
  },
  async "may come from the same origin"() {
    const socket = await open("/echo", [], { origin: process.argv[2] });
    socket.terminate();
  },
};

(async () => {
  let failures = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok: ${name}`);
    } catch (error) {
      failures += 1;
      console.log(`FAILED: ${name}: ${error.stack ?? error}`);
    }
  }
  process.exit(failures > 0 ? 1 : 0);
})();
