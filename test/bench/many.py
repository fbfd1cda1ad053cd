"""An API server of many namespaces, fast rather than true: it forgets what is written to it."""

import asyncio
import base64
import json
import re
import threading
import urllib.parse

KEY = ".dockerconfigjson"
REQUEST = re.compile(rb"(\w+) (\S+) HTTP/1\.1\r\n")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
TIME = "2026-01-02T03:04:05Z"
FIELDS = {
    "f:data": {f"f:{KEY}": {}},
    "f:metadata": {"f:annotations": {"f:ecr-secret/expires-at": {}}},
    "f:type": {},
}


class ManyNamespaces:
    """Serves lists of so many namespaces, and in each a Secret that holds `config`, or none."""

    def __init__(self, tls, count, name, config, expires, is_absent=False):
        self.count, self.name, self._is_absent = count, name, is_absent
        self.applied = 0
        self._secret = self._make_secret(config, expires)
        written = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        self._written = _answer(200, {**written, "metadata": self._secret["metadata"]})
        self._pages = {}
        started = threading.Event()
        threading.Thread(target=self._run, args=(tls, started), daemon=True).start()
        started.wait()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)

    def namespace(self, number):
        return f"team-{number:05}"

    def _make_secret(self, config, expires):
        ours = {"manager": "ecr-secret", "operation": "Apply", "apiVersion": "v1", "time": TIME}
        metadata = {
            "name": self.name,
            "uid": "6f1c8a0e-31d5-4f0b-9c51-2f5f9d3c2a10",
            "resourceVersion": "123456",
            "creationTimestamp": TIME,
            "annotations": {"ecr-secret/expires-at": expires},
            "managedFields": [{**ours, "fieldsType": "FieldsV1", "fieldsV1": FIELDS}],
        }
        data = {KEY: base64.b64encode(config.encode()).decode()}
        return {"metadata": metadata, "data": data, "type": "kubernetes.io/dockerconfigjson"}

    def _run(self, tls, started):
        self._loop = asyncio.new_event_loop()
        serve = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls, limit=1 << 22)
        server = self._loop.run_until_complete(serve)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if length := LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
                method, target = REQUEST.match(head).groups()
                writer.write(self._answer(method, target.decode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _answer(self, method, target):
        if method == b"PATCH":
            self.applied += 1
            return self._written
        if target not in self._pages:
            self._pages[target] = self._page(*target.partition("?")[::2])
        return self._pages[target]

    def _page(self, path, query):
        query = dict(urllib.parse.parse_qsl(query))
        start, limit = int(query.get("continue", 0)), int(query.get("limit", self.count))
        is_secrets = path.endswith("/secrets")
        count = 0 if is_secrets and self._is_absent else self.count
        end = min(start + limit, count)
        items = [self._item(is_secrets, number) for number in range(start, end)]
        metadata = {"resourceVersion": "1", **({"continue": str(end)} if end < count else {})}
        kind = "SecretList" if is_secrets else "PartialObjectMetadataList"
        return _answer(200, {"kind": kind, "metadata": metadata, "items": items})

    def _item(self, is_secret, number):
        if not is_secret:
            return {"metadata": {"name": self.namespace(number), "creationTimestamp": TIME}}
        metadata = {**self._secret["metadata"], "namespace": self.namespace(number)}
        return {**self._secret, "metadata": metadata}


def _answer(status, document):
    body = json.dumps(document, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
