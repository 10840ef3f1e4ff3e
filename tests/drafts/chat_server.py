"""A local service that speaks the OpenAI protocol and fails as real ones do, by a script."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


class ChatServer(ThreadingHTTPServer):
    """Answers each request with the next reply of its script, and the last one for ever after."""

    daemon_threads = True

    def __init__(self, script: list[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.asked = list(script), []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is part of the play."""


@contextlib.contextmanager
def serving(*script: Reply) -> Iterator[ChatServer]:
    server = ChatServer(list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lines(*told: tuple[str, str, list[str]]) -> Reply:
    """An answer in good form: slot, text, facts of each line."""
    return content(json.dumps({"lines": [{"slot": s, "text": t, "facts": f} for s, t, f in told]}))


def content(text: str | None, *, finish: str = "stop", refusal: str | None = None) -> Reply:
    """A completion whose message holds `text`, whatever that is."""
    message = {"role": "assistant", "content": text} | ({"refusal": refusal} if refusal else {})
    return completion([{"index": 0, "message": message, "finish_reason": finish}])


def completion(choices: Any) -> Reply:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "test",
        "choices": choices,
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
    return status(200, body)


def status(code: int, body: Any, **headers: str) -> Reply:
    return raw(code, json.dumps(body).encode(), "application/json", **headers)


def error(code: int, message: str, kind: str = "error", named: str | None = None, **headers: str) -> Reply:
    return status(code, {"error": {"message": message, "type": kind, "code": named}}, **headers)


def raw(code: int, body: bytes, media: str, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Type", media)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def cut_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"id": "chatcmpl-1", "choi')
    handler.close_connection = True


def hang(seconds: float) -> Reply:
    return lambda _: time.sleep(seconds)


def echo_key(handler: BaseHTTPRequestHandler) -> None:
    key = handler.headers["Authorization"].removeprefix("Bearer ")
    error(401, f"Incorrect API key provided: {key}.", named="invalid_api_key")(handler)


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        reply = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        reply(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing."""
