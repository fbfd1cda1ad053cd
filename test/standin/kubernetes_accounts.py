"""The ServiceAccounts of the stand-in's API server: GET, LIST, and JSON Patch of one."""

import copy
import itertools
import json
import re

from . import kubernetes_status as status
from .message import json_answer

ACCOUNTS_PATH = re.compile(r"/api/v1(?:/namespaces/([^/]+))?/serviceaccounts(?:/([^/]+))?")
JSON_PATCH = "application/json-patch+json"
ANY = "*"
QUERY = {"fieldManager", "dryRun", "fieldSelector", "limit", "continue"}


class ServiceAccounts:
    """They are there once add() was called; others may change them behind the program's back."""

    def __init__(self):
        self._accounts = {}
        self._versions = itertools.count(5000)
        self._rights = set()  # (verb, namespace, name)
        self.page_items = 500  # at most so many in an answer to a LIST

    def add(self, namespace, name="default", pull_secrets=None):
        """An account; without imagePullSecrets it has no such member at all."""
        account = {
            "kind": "ServiceAccount",
            "apiVersion": "v1",
            "metadata": {"name": name, "namespace": namespace, "uid": f"{namespace}-{name}"},
        }
        if pull_secrets is not None:
            account["imagePullSecrets"] = [{"name": secret} for secret in pull_secrets]
        self._store(account)

    def remove(self, namespace, name="default"):
        del self._accounts[namespace, name]

    def pull_secrets(self, namespace, name="default"):
        """The names of its imagePullSecrets, in order."""
        return [held["name"] for held in self._accounts[namespace, name]["imagePullSecrets"]]

    def version(self, namespace, name="default"):
        return self._accounts[namespace, name]["metadata"]["resourceVersion"]

    def change(self, namespace, name="default", **members):
        """Somebody else's write."""
        self._store({**self._accounts[namespace, name], **members})

    def allow(self, namespace=ANY, name=ANY, verbs=("get", "list", "patch")):
        """Grants what a Role (or, with ANY, a ClusterRole) does."""
        self._rights |= {(verb, namespace, name) for verb in verbs}

    def forbid(self, *verbs):
        self._rights = {right for right in self._rights if right[0] not in verbs}

    def serve(self, request, user):
        """The answer to a request for ServiceAccounts; None if it is not for them."""
        place = ACCOUNTS_PATH.fullmatch(request.path)
        if place is None:
            return None
        if unknown := request.query.keys() - QUERY:
            raise status.bad_request(f"unknown query parameters: {sorted(unknown)}")
        namespace, name = place.groups()
        if name is None and request.method == "GET":
            return self._list(request, user, namespace)
        if name is not None and request.method == "GET":
            return self._read(user, namespace, name)
        if name is not None and request.method == "PATCH":
            return self._patch(request, user, namespace, name)
        raise status.Refusal(405, "the server does not allow this method", "MethodNotAllowed")

    def _list(self, request, user, namespace):
        selector = request.query.get("fieldSelector", "")
        wanted = selector.removeprefix("metadata.name=") if selector else None
        self._authorize(user, "list", namespace, wanted)
        found = [
            account
            for (there, name), account in sorted(self._accounts.items())
            if namespace in (None, there) and wanted in (None, name)
        ]
        start = int(request.query.get("continue") or 0)
        end = start + min(int(request.query.get("limit") or 500), self.page_items)
        items = [_without_kind(account) for account in found[start:end]]
        metadata = {"resourceVersion": "1", **({"continue": str(end)} if end < len(found) else {})}
        document = {"kind": "ServiceAccountList", "apiVersion": "v1", "metadata": metadata}
        return json_answer(200, {**document, "items": items})

    def _read(self, user, namespace, name):
        self._authorize(user, "get", namespace, name)
        return json_answer(200, self._get(namespace, name))

    def _patch(self, request, user, namespace, name):
        self._authorize(user, "patch", namespace, name)
        if request.header("Content-Type") != JSON_PATCH:
            raise status.unsupported_media_type()
        account = _patched(self._get(namespace, name), json.loads(request.body))
        if "dryRun" not in request.query:
            account = self._store(account)
        return json_answer(200, account)

    def _get(self, namespace, name):
        if (namespace, name) not in self._accounts:
            raise status.not_found("serviceaccounts", name)
        return copy.deepcopy(self._accounts[namespace, name])

    def _store(self, account):
        account = copy.deepcopy(account)
        metadata = account["metadata"]
        metadata["resourceVersion"] = str(next(self._versions))
        self._accounts[metadata["namespace"], metadata["name"]] = account
        return account

    def may(self, verb, namespace, name):
        return bool({(verb, ns, n) for ns in (namespace, ANY) for n in (name, ANY)} & self._rights)

    def _authorize(self, user, verb, namespace, name):
        if not self.may(verb, namespace, name):
            raise status.no_list(user, "serviceaccounts", name, namespace, verb=verb)


def _without_kind(account):
    """Items of a list don't say what they are."""
    return {key: value for key, value in account.items() if key not in ("kind", "apiVersion")}


def _patched(account, operations):
    """RFC 6902's "test" and "add", as far as the program has use for them."""
    for operation in operations:
        *parents, last = operation["path"].strip("/").split("/")
        parent = account
        for key in parents:
            parent = parent.get(key) if isinstance(parent, dict) else None
        if operation["op"] == "test":
            if parent is None or parent.get(last) != operation["value"]:
                raise _rejected()
        elif operation["op"] == "add" and last == "-" and isinstance(parent, list):
            parent.append(operation["value"])
        elif operation["op"] == "add" and isinstance(parent, dict):
            parent[last] = operation["value"]
        else:
            raise _rejected()
    return account


def _rejected():
    """What the real server says to a test that fails, and to a path that is not there."""
    message = "the server rejected our request due to an error in our request"
    return status.Refusal(422, message, "Invalid", {})
