"""Lists as the API server gives them: in pages, by selectors, and of metadata alone."""

import base64
import datetime
import itertools
import json
import re

from . import kubernetes_status as status
from .message import json_answer

NAMESPACES, SECRETS = "/api/v1/namespaces", "/api/v1/secrets"
ROUTES = {NAMESPACES: "LIST namespaces", SECRETS: "LIST secrets"}
NAME_SELECTOR = re.compile(r"metadata\.name==?([a-z0-9.-]+)")
TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can"
    " start a new list without the continue parameter."
)
CREATED = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


class Lists:
    """What was listed and not yet fetched to its end; a page shows what was there at first."""

    def __init__(self):
        self._snapshots = {}
        self._numbers = itertools.count(1)

    def forget(self):
        """The server's history is compacted: tokens from before are too old."""
        self._snapshots = {}

    def page(self, request, make_items):
        """A page's items and the metadata of the list."""
        query = request.query
        limit = int(query.get("limit", 0))
        if token := query.get("continue"):
            number, start = self._parse(token)
            if number not in self._snapshots:
                raise status.Refusal(410, TOO_OLD, "Expired")
        else:
            number, start = next(self._numbers), 0
            self._snapshots[number] = make_items()
        items = self._snapshots[number]
        end = start + limit if limit else len(items)
        metadata = {"resourceVersion": str(1000 + number)}
        if end < len(items):
            text = json.dumps({"v": "meta.k8s.io/v1", "rv": number, "start": end})
            metadata["continue"] = base64.b64encode(text.encode()).decode()
        return items[start:end], metadata

    @staticmethod
    def _parse(token):
        try:
            place = json.loads(base64.b64decode(token, validate=True))
            return place["rv"], place["start"]
        except (ValueError, KeyError) as reason:
            raise status.bad_request(f"invalid continue token: {reason}") from None


def secret_name(request):
    """The one name that a list of Secrets asks for, None for all."""
    selector = request.query.get("fieldSelector")
    if selector is None:
        return None
    name = NAME_SELECTOR.fullmatch(selector)
    if name is None:
        raise status.bad_request(f"field label not supported: {selector}")
    return name[1]


def secret_list(items, metadata):
    """Items of a list don't say what they are."""
    bare = [{k: v for k, v in i.items() if k not in ("kind", "apiVersion")} for i in items]
    return {"kind": "SecretList", "apiVersion": "v1", "metadata": metadata, "items": bare}


def namespace(name, phase, labels):
    metadata = {"name": name, "uid": f"uid-of-{name}", "creationTimestamp": CREATED.isoformat()}
    metadata["labels"] = {"kubernetes.io/metadata.name": name, **labels}
    if phase == "Terminating":
        metadata["deletionTimestamp"] = CREATED.isoformat()
    return {"metadata": metadata, "spec": {}, "status": {"phase": phase}}


def of_kind(request, kind, version, items, metadata):
    """Whole objects, or their metadata if that is asked for."""
    if "as=PartialObjectMetadataList" not in (request.header("Accept") or ""):
        return {"kind": f"{kind}List", "apiVersion": version, "metadata": metadata, "items": items}
    items = [{"metadata": item["metadata"]} for item in items]
    version = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
    return {**version, "metadata": metadata, "items": items}


def answer(document):
    return json_answer(200, document)


def as_asked(request, document):
    """An object, or its metadata if that is asked for."""
    if "as=PartialObjectMetadata;" not in (request.header("Accept") or ""):
        return document
    version = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {**version, "metadata": document["metadata"]}


REQUIREMENTS = (
    # equality-based and set-based requirements, and whether labels keep them
    (r"(?P<key>[\w./-]+)\s*==?\s*(?P<values>[\w.-]*)", lambda value, ok: value in ok),
    (r"(?P<key>[\w./-]+)\s*!=\s*(?P<values>[\w.-]*)", lambda value, ok: value not in ok),
    (r"(?P<key>[\w./-]+)\s+in\s+\((?P<values>[^()]+)\)", lambda value, ok: value in ok),
    (r"(?P<key>[\w./-]+)\s+notin\s+\((?P<values>[^()]+)\)", lambda value, ok: value not in ok),
    (r"(?P<key>[\w./-]+)(?P<values>)", lambda value, ok: value is not None),
    (r"!\s*(?P<key>[\w./-]+)(?P<values>)", lambda value, ok: value is None),
)


def label_selector(text):
    """A function that says whether labels are selected."""
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", text)] if text.strip() else []
    tests = [_requirement(part) for part in parts]
    return lambda labels: all(test(labels) for test in tests)


def _requirement(text):
    for pattern, judge in REQUIREMENTS:
        if found := re.fullmatch(pattern, text):
            values = {value.strip() for value in found["values"].split(",")}
            return lambda labels: judge(labels.get(found["key"]), values)
    raise status.bad_request(f"unable to parse requirement: {text!r}")
