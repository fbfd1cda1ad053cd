"""An HTTP/1.1 server on loopback that records what arrives and misbehaves on demand."""

import collections
import dataclasses
import http.server
import itertools
import math
import socket
import sys
import threading
import time
import traceback

from .clock import Clock
from .message import Request

FOREVER = math.inf
PATIENCE_S = 30  # how long a server that never answers waits for its client to leave


class StandIn:
    """The base of every stand-in: subclasses say what a route is, and how it is answered."""

    def __init__(self, tls=None, address="127.0.0.1", port=0, clock=None):
        self.clock = clock or Clock()
        self.tls = tls
        self._arrival = threading.Condition()
        self._connections = itertools.count(1)
        self.reset()
        self._listener = _Listener(self, address, port)
        self.address, self.port = self._listener.server_address[:2]
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def reset(self):
        """Forgets what arrived and how to misbehave."""
        self.requests = []
        self.defects = []
        self.refused_handshakes = []
        self._misbehaviours = collections.defaultdict(list)

    def close(self):
        self._listener.shutdown()
        self._listener.server_close()

    def route(self, request):
        """Names what a request asks for; faults are planned by this name."""
        return f"{request.method} {request.path}"

    def answer(self, request):
        """The answer that the real server would give."""
        raise NotImplementedError

    def misbehave(self, route, behaviour, times=1, when=lambda request: True):
        """Plans `behaviour` (see faults) for the next `times` requests of a route."""
        self._misbehaviours[route].append([times, behaviour, when])

    def arrived(self, route=None):
        """The requests so far, or those of one route."""
        return [r for r in list(self.requests) if route in (None, self.route(r))]

    def wait_for(self, route, count=1, timeout_s=5):
        """Waits until `count` requests of a route have arrived; False if they don't."""
        with self._arrival:
            return self._arrival.wait_for(lambda: len(self.arrived(route)) >= count, timeout_s)

    def next_connection(self):
        return next(self._connections)

    def receive(self, exchange):
        """Records a request, then answers it, as planned or as usual."""
        with self._arrival:
            self.requests.append(exchange.request)
            self._arrival.notify_all()
            behaviour = self._planned(exchange.request)
        if behaviour is None:
            exchange.send(exchange.usual_answer())
        else:
            behaviour(exchange)

    def _planned(self, request):
        for plan in self._misbehaviours[self.route(request)]:
            times, behaviour, applies = plan
            if times > 0 and applies(request):
                plan[0] -= 1
                return behaviour
        return None


class Exchange:
    """One request and the connection on which its answer goes out."""

    def __init__(self, server, request, connection):
        self.server = server
        self.request = request
        self._connection = connection
        self.closed = False

    def usual_answer(self):
        return self.server.answer(self.request)

    def ignore_accept(self):
        """From here on the request reads as if it had not said what it accepts."""
        headers = [(name, value) for name, value in self.request.headers if name != "Accept"]
        self.request = dataclasses.replace(self.request, headers=tuple(headers))

    def send(self, answer):
        body = b"" if self.request.method == "HEAD" else answer.body
        self.send_bytes(answer.head(self.server.clock.http_date()) + body)

    def send_head(self, answer, length=None):
        self.send_bytes(answer.head(self.server.clock.http_date(), length))

    def send_bytes(self, data):
        self._connection.sendall(data)

    def limit_hops(self, hops):
        """From here on what is sent gets so far and no further: each router on its way counts."""
        if self._connection.family == socket.AF_INET6:
            self._connection.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        else:
            self._connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)

    def hang_up(self):
        """Ends the connection without another byte."""
        self.closed = True

    def wait_until_client_leaves(self):
        self.closed = True
        self._connection.settimeout(PATIENCE_S)
        while self._connection.recv(4096):
            pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, stand_in, address, port):
        self.stand_in = stand_in
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), _Handler)

    def server_bind(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def finish_request(self, request, client_address):
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request.settimeout(PATIENCE_S)
        if self.stand_in.tls:
            try:
                request = self.stand_in.tls.wrap_socket(request, server_side=True)
            except OSError as reason:
                self.stand_in.refused_handshakes.append(str(reason))
                return
        with request:
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that leaves is its own affair; anything else is our defect."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.stand_in.defects.append(traceback.format_exc())


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def setup(self):
        super().setup()
        self.number = self.server.stand_in.next_connection()

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            self.path,
            tuple(self.headers.items()),
            self.rfile.read(length),
            self.number,
            time.monotonic(),
            _peer_name(self.connection),
        )
        exchange = Exchange(self.server.stand_in, request, self.connection)
        self.server.stand_in.receive(exchange)
        self.close_connection = self.close_connection or exchange.closed

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = serve

    def log_message(self, format, *args):
        """Nothing: what arrived is on record."""


def _peer_name(connection):
    """The common name in a client's certificate, None without one."""
    certificate = getattr(connection, "getpeercert", dict)() or {}
    names = dict(pair for part in certificate.get("subject", ()) for pair in part)
    return names.get("commonName")
