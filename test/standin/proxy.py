"""A forward proxy that opens tunnels (CONNECT) to the few places that it knows."""

import contextlib
import socket
import socketserver
import threading


class Proxy:
    """Knows places by host:port; `asked_for` lists what clients wanted."""

    scheme = "http"

    def __init__(self, places, tls=None):
        self.places = places
        self.asked_for = []
        self.authorizations = []
        self._listener = _Listener(("127.0.0.1", 0), self.make_handler())
        self._listener.proxy = self
        if tls:
            self.scheme = "https"
            self._listener.socket = tls.wrap_socket(self._listener.socket, server_side=True)
        self.url = f"{self.scheme}://127.0.0.1:{self._listener.server_address[1]}"
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()

    def make_handler(self):
        return _Tunnel

    def close(self):
        self._listener.shutdown()
        self._listener.server_close()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


class _Tunnel(socketserver.StreamRequestHandler):
    rbufsize = 0

    def handle(self):
        method, target, _ = self.rfile.readline().decode().split()
        proxy = self.server.proxy
        while line := self.rfile.readline().strip():
            if line.lower().startswith(b"proxy-authorization:"):
                proxy.authorizations.append(line.partition(b":")[2].strip().decode())
        proxy.asked_for.append(target)
        if method != "CONNECT" or target not in proxy.places:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(proxy.places[target]) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            copy_both_ways(self.connection, far)


def copy_both_ways(near, far):
    back = threading.Thread(target=_copy, args=(far, near), daemon=True)
    back.start()
    _copy(near, far)
    back.join()


def _copy(source, sink):
    """Copies until the source ends, then tells the sink."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
