"""What travels: a request as it arrived, and the answer to it."""

import dataclasses
import http
import json
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Request:
    """One request, byte for byte as the server received it."""

    method: str
    target: str
    headers: tuple
    body: bytes
    connection: int
    at: float
    peer: str = None  # whom the client's certificate names

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        text = self.target.partition("?")[2]
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))

    def header(self, name):
        """A header's value, several joined with a comma, None if absent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(values) if values else None

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass(frozen=True)
class Answer:
    """A status, a body, and the headers that say what it is."""

    status: int
    body: bytes = b""
    headers: tuple = ()

    def head(self, date, length=None):
        """The status line and headers, for a body of `length` bytes."""
        phrase = http.HTTPStatus(self.status).phrase
        own = {"Date": date, "Content-Length": len(self.body) if length is None else length}
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in {**own, **dict(self.headers)}.items()]
        return "\r\n".join(lines + ["", ""]).encode()


def json_answer(status, document, content_type="application/json", **headers):
    """An Answer that carries a JSON document (or JSON text, as it stands), as Go writes it."""
    if not isinstance(document, str):
        document = json.dumps(document, separators=(",", ":")) + "\n"
    fields = {"Content-Type": content_type, **_header_names(headers)}
    return Answer(status, document.encode(), tuple(fields.items()))


def text_answer(status, text, content_type="text/plain", **headers):
    """An Answer that carries plain text."""
    fields = {"Content-Type": content_type, **_header_names(headers)}
    return Answer(status, text.encode(), tuple(fields.items()))


def _header_names(keywords):
    return {name.replace("_", "-"): value for name, value in keywords.items()}
