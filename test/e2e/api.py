"""Bare requests to an API server with a ServiceAccount's token, and what RBAC says to them."""

import http.client
import json
import ssl

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Api:
    """Asks as the bearer of a token; returns (status, document)."""

    def __init__(self, cluster, token, plain=None):
        """`plain` is the address of a stand-in without TLS, to be asked instead."""
        self._token = token
        self.flow_schema = None  # by which the last request was let in, or not
        if plain is not None:
            self._connection = http.client.HTTPConnection(*plain, timeout=30)
            return
        trust = ssl.create_default_context(cadata=cluster.ca_pem.decode())
        self._connection = http.client.HTTPSConnection(
            cluster.host, cluster.port, context=trust, timeout=30
        )

    def ask(self, method, path, document=None, content_type="application/json"):
        body = None if document is None else json.dumps(document)
        self._connection.request(method, path, body, self._headers(content_type))
        answer = self._connection.getresponse()
        self.flow_schema = answer.headers.get("X-Kubernetes-Pf-Flowschema-Uid")
        text = answer.read()  # a busy server's is not JSON
        return answer.status, None if answer.status == 429 else json.loads(text)

    def begin(self, method, path, length):
        """Sends a request's head, and keeps its body of `length` bytes to itself."""
        self._connection.putrequest(method, path)
        for name, value in self._headers(APPLY).items():
            self._connection.putheader(name, value)
        self._connection.putheader("Content-Length", str(length))
        self._connection.endheaders()

    def close(self):
        self._connection.close()

    def _headers(self, content_type):
        return {"Authorization": f"Bearer {self._token}", "Content-Type": content_type}


def secrets_path(namespace, name="", query=""):
    return f"/api/v1/namespaces/{namespace}/secrets" + (f"/{name}" if name else "") + query
