"""Lists of what runs in a cluster: Pods and CronJobs, of one namespace or of all."""

import re

from . import kubernetes_lists as lists
from . import kubernetes_status as status

ANY = "*"
PATH = re.compile(r"/api(?:s/(batch))?/v1(?:/namespaces/([^/]+))?/(pods|cronjobs)")
KINDS = {("", "pods"): "Pod", ("batch", "cronjobs"): "CronJob"}
LABELS = {
    # by which fields each can be selected, as far as anybody here would
    "pods": ("metadata.name", "metadata.namespace", "spec.serviceAccountName", "status.phase"),
    "cronjobs": ("metadata.name", "metadata.namespace"),
}


class Workloads:
    """They are there once add() was called, and may be seen once allow() was."""

    def __init__(self, pages):
        self._pages = pages
        self._items = {resource: [] for _, resource in KINDS}
        self._rights = set()  # (resource, namespace)

    def add_pod(self, namespace, name, spec, phase="Running", **more):
        """A Pod; `more` are further members of its status."""
        self._add("pods", namespace, name, spec=spec, status={"phase": phase, **more})

    def add_cronjob(self, namespace, name, spec, **more):
        """A CronJob; `more` are the members of its status."""
        self._add("cronjobs", namespace, name, spec=spec, status=more)

    def allow(self, *resources, namespace=ANY):
        """Grants the right to list them."""
        self._rights |= {(resource, namespace) for resource in resources}

    def may(self, verb, resource, namespace, name):
        """Whether it is granted; of one by its name, too."""
        return verb == "list" and bool({(resource, n) for n in (namespace, ANY)} & self._rights)

    @staticmethod
    def route(request):
        """The name of a list, by which faults are planned; None for other requests."""
        place = PATH.fullmatch(request.path)
        return f"LIST {place[3]}" if place else None

    def serve(self, request, user):
        """The answer to a list; None if the request is for something else."""
        place = PATH.fullmatch(request.path)
        if place is None or request.method != "GET":
            return None
        group, namespace, resource = place[1] or "", place[2], place[3]
        if (group, resource) not in KINDS:
            return None
        if not self.may("list", resource, namespace, None):
            raise status.no_list(user, resource, namespace=namespace, group=group)
        is_selected = field_selector(resource, request.query.get("fieldSelector", ""))

        def all_of_them():
            there = [i for i in self._items[resource] if namespace in (None, _namespace(i))]
            return [item for item in there if is_selected(item)]

        items, metadata = self._pages.page(request, all_of_them)
        kind, version = KINDS[group, resource], f"{group}/v1".lstrip("/")
        return lists.answer(lists.of_kind(request, kind, version, items, metadata))

    def _add(self, resource, namespace, name, **members):
        metadata = {"name": name, "namespace": namespace, "uid": f"uid-of-{name}"}
        metadata["creationTimestamp"] = lists.CREATED.isoformat()
        self._items[resource].append({"metadata": metadata, **members})


def field_selector(resource, text):
    """A function that says whether an object is selected."""
    tests = [_term(resource, term) for term in text.split(",") if term]
    return lambda item: all(test(item) for test in tests)


def _term(resource, text):
    found = re.fullmatch(r"([\w.]+)(!=|==?)([\w.-]*)", text)
    if found is None:
        raise status.bad_request(f"invalid selector: '{text}'; can't understand '{text}'")
    path, operator, value = found.groups()
    if path not in LABELS[resource]:
        raise status.bad_request(f"field label not supported: {path}")
    return lambda item: (_field(item, path) == value) == (operator != "!=")


def _field(item, path):
    for name in path.split("."):
        item = item.get(name, {})
    return item or ""


def _namespace(item):
    return item["metadata"]["namespace"]
