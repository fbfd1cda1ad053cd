"""Remembers every secret that the stand-ins hand out, and finds them in a program's output."""

import base64
import re
import secrets
import string
import urllib.parse

ALPHABET = string.ascii_letters + string.digits + "+/"
SHORTEST_LEAK = 12  # characters of a secret in a row: no accident; a shorter one must stand alone


class Canaries:
    """The secrets of one test, by the name under which a leak is reported."""

    def __init__(self):
        self.forget()

    def forget(self):
        self._spellings = []

    def make(self, label, length=40):
        """A fresh random secret with characters that must be escaped in a URL."""
        text = "".join(secrets.choice(ALPHABET) for _ in range(length))
        return self.watch(label, text)

    def watch(self, label, text):
        """From now on `text`, or any readable piece of it, counts as a leak."""
        for form, spelling in _spellings(text).items():
            self._spellings.append((f"{label} ({form})", spelling))
        return text

    def leaks_in(self, output):
        """Names the secrets of which a piece shows up in `output`."""
        pieces = {piece for word in output.split() for piece in _pieces(word)}
        words = set(re.findall(r"\w+", output))
        return [
            label
            for label, spelling in self._spellings
            if spelling in words or not pieces.isdisjoint(_pieces(spelling))
        ]


def _spellings(text):
    encoded = base64.b64encode(text.encode()).decode()
    return {
        "plain": text,
        "base64": encoded,
        "base64url": encoded.translate(str.maketrans("+/", "-_")),
        "url-encoded": urllib.parse.quote(text, safe=""),
        "hex": text.encode().hex(),
    }


def _pieces(text):
    """Every run of SHORTEST_LEAK characters in a text."""
    return (text[at : at + SHORTEST_LEAK] for at in range(len(text) - SHORTEST_LEAK + 1))
