"""PUT /orders/ID: the part of a developer platform that gives the pods of a new service their role."""

from __future__ import annotations

import json
import os
import re
import signal
import traceback
from collections import deque
from concurrent.futures import ThreadPoolExecutor, TimeoutError as NotYet
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

from gateway import Gateway
from orders import Answer, Order, in_progress, place_order

ROLE_ARN = os.environ.get("ROLE_ARN", "")
ANSWER_SECONDS = float(os.environ.get("ANSWER_SECONDS", "10"))
# An operation in doubt takes up to 7 minutes.
FOLLOW_SECONDS = float(os.environ.get("FOLLOW_SECONDS", "600"))
LONGEST_ORDER = 10_000
FIELDS = ("cluster", "namespace", "service", "team")

gateway = Gateway(os.environ.get("GATEWAY_URL", ""), os.environ.get("AWS_REGION"), FOLLOW_SECONDS)
orders = ThreadPoolExecutor(max_workers=64)


def rejected(status: int, message: str) -> Answer:
    return Answer(status, {"state": "rejected", "message": message})


def place(order: Order, on_retry: Callable[[str], None]) -> Answer:
    """Carries out an order, and logs its end."""
    try:
        answer = place_order(gateway, ROLE_ARN, order, on_retry)
    except Exception:
        traceback.print_exc()
        answer = Answer(500, {"state": "failed", "message": "The platform has an error."})
    print(json.dumps({"order": order.id, "person": order.person, **answer.body}), flush=True)
    return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def read_order(self) -> Order | Answer:
        """The order of the request; an answer if it is not one."""
        length = self.headers.get("content-length") or "0"
        if not length.isdecimal() or int(length) > LONGEST_ORDER:
            # What is not read ends the connection.
            self.close_connection = True
            return rejected(413, f"An order has at most {LONGEST_ORDER} bytes.")
        # Read in any case: the connection is used again.
        text = self.rfile.read(int(length))
        path = re.fullmatch(r"/orders/([A-Za-z0-9_.-]{1,100})", self.path)
        if self.command != "PUT" or path is None:
            return rejected(404, "Orders are sent with PUT /orders/ID.")
        person = self.headers.get("x-forwarded-email")
        if not person:
            return rejected(401, "The proxy has not authenticated a person.")
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        given = body if isinstance(body, dict) else {}
        missing = [name for name in FIELDS if not isinstance(given.get(name), str) or not given[name]]
        if missing:
            return rejected(400, f"The order lacks {', '.join(missing)}.")
        return Order(id=path.group(1), person=person, **{name: given[name] for name in FIELDS})

    def answer(self) -> None:
        """Answers in time for HTTP. What takes longer goes on: the log has its end, and the same order sent again gets it."""
        order = self.read_order()
        reasons: deque[str] = deque(maxlen=1)
        try:
            is_answer = isinstance(order, Answer)
            answer = order if is_answer else orders.submit(place, order, reasons.append).result(ANSWER_SECONDS)
        except NotYet:
            answer = in_progress(None, reasons[-1] if reasons else None)
        text = (json.dumps(answer.body) + "\n").encode()
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        if answer.retry_after_seconds is not None:
            self.send_header("retry-after", str(answer.retry_after_seconds))
        self.end_headers()
        self.wfile.write(text)

    do_PUT = do_POST = do_GET = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """Only ends of orders are logged."""


if __name__ == "__main__":
    # Only the proxy on the same host, which authenticates people, may send orders.
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler)
    # An order that is followed meanwhile is safe to leave: sent again, it is followed again.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
