"""A stand-in of the Kubernetes API server, as far as Secrets go: read, list, server-side apply."""

import base64
import json
import re

import yaml

from . import kubernetes_fields as fields
from . import kubernetes_lists as lists
from . import kubernetes_reviews as reviews
from . import kubernetes_status as status
from .kubernetes_accounts import ServiceAccounts
from .kubernetes_rules import DOCKER_CONFIG, DOCKER_CONFIG_TYPE
from .kubernetes_store import SecretStore
from .kubernetes_workloads import Workloads
from .message import json_answer
from .server import StandIn

SECRET_PATH = re.compile(r"/api/v1/namespaces/([^/]+)/secrets/([^/]+)")
APPLY_PATCH = "application/apply-patch+yaml"
ROLE_VERBS = ("create", "get", "patch")
CLUSTER_ROLE_VERBS = (*ROLE_VERBS, "list")
LIST_NAMESPACES = "list namespaces"  # a verb of its own: all others are about Secrets
ANY = "*"
READ, APPLY = "GET", "PATCH"  # routes, as are those of the lists
LISTED_NAMESPACES, LISTED_SECRETS = lists.ROUTES.values()


class KubernetesApi(StandIn):
    """Knows namespaces, bearer tokens, RBAC rules and quotas beside its Secrets."""

    def reset(self):
        super().reset()
        self.secrets = SecretStore()
        self.accounts = ServiceAccounts()
        self.tokens = {}  # bearer token: user name
        self.authenticator = lambda token: None  # who stands for any other token
        self.passwords = {}  # "name:password": user name
        self.strangers = set()  # names in certificates that nobody knows here
        self.impersonators = set()  # users who may act as anybody
        self.asked_by = []  # who the server took each request's sender for
        self.namespaces = {}  # name: phase
        self.labels = {}  # namespace: its labels
        self.lists = lists.Lists()
        self.workloads = Workloads(self.lists)
        self.reviews = reviews.Reviews(self._is_allowed)
        self.quotas = {}  # namespace: how many Secrets it may hold
        self._rights = set()  # (verb, namespace, name)

    def route(self, request):
        known = {**lists.ROUTES, **reviews.ROUTES}
        return known.get(request.path) or self.workloads.route(request) or request.method

    def add_namespace(self, namespace, phase="Active", labels=None):
        self.namespaces[namespace] = phase
        self.labels[namespace] = labels or {}

    def delete_namespace(self, namespace):
        """It is gone at once, with all that was in it."""
        del self.namespaces[namespace]
        for place in [place for place in self.secrets.names() if place[0] == namespace]:
            self.secrets.delete(*place)

    def allow(self, namespace, name, verbs=ROLE_VERBS):
        """Grants what a Role (or, with ANY, a ClusterRole) does."""
        self._rights |= {(verb, namespace, name) for verb in verbs}

    def allow_everywhere(self, name):
        """Grants what the ClusterRole of a fan-out does."""
        self.allow(ANY, name, CLUSTER_ROLE_VERBS)
        self.allow(ANY, ANY, [LIST_NAMESPACES])

    def forbid(self, *verbs):
        """Takes rights away, wherever they were granted."""
        self._rights = {right for right in self._rights if right[0] not in verbs}

    def seed(self, namespace, name, config, manager="kubectl-create", **members):
        """Puts a Secret there as somebody else would have; `config` is a document or text."""
        text = config if isinstance(config, str) else json.dumps(config)

        def change(secret):
            encoded = base64.b64encode(text.encode()).decode()
            secret["type"] = DOCKER_CONFIG_TYPE
            secret["data"] = {DOCKER_CONFIG: encoded}
            for member, value in members.items():
                _assign(secret, member, value)

        return self.secrets.update(namespace, name, manager, change)

    def docker_config(self, namespace, name):
        """The docker config in a Secret, None if there is no Secret."""
        secret = self.secrets.get(namespace, name)
        return secret and json.loads(base64.b64decode(secret["data"][DOCKER_CONFIG]))

    def answer(self, request):
        try:
            return self._answer(request)
        except status.Refusal as no:
            return no.answer

    def _answer(self, request):
        user = self._authenticate(request)
        self.asked_by.append(user)
        for part in (self.accounts, self.workloads, self.reviews):
            if (answer := part.serve(request, user)) is not None:
                return answer
        if request.method == READ and request.path in lists.ROUTES:
            of_what = request.path == lists.SECRETS
            return (self._list_secrets if of_what else self._list_namespaces)(request, user)
        place = SECRET_PATH.fullmatch(request.path)
        if place is None or request.method not in (READ, APPLY):
            raise status.Refusal(
                404, "the server could not find the requested resource", "NotFound"
            )
        serve = self._read if request.method == READ else self._apply
        return serve(request, user, *place.groups())

    def _authenticate(self, request):
        """Whose request it is; a certificate comes first, as in the real server."""
        scheme, _, secret = (request.header("Authorization") or "").partition(" ")
        user = None if request.peer in self.strangers else request.peer
        if user is None and scheme == "Bearer":
            user = self.tokens.get(secret) or self.authenticator(secret)
        elif user is None and scheme == "Basic":
            user = self.passwords.get(base64.b64decode(secret).decode())
        if user is None:
            raise status.unauthorized()
        other = request.header("Impersonate-User")
        if other and user not in self.impersonators:
            raise status.forbidden(other, f'User "{user}" cannot impersonate resource "users"')
        return other or user

    def _authorize(self, user, verb, namespace, name):
        if not self._may(verb, namespace, name):
            raise status.no_right(user, verb, namespace, name)

    def _may(self, verb, namespace, name):
        return bool({(verb, ns, n) for ns in (namespace, ANY) for n in (name, ANY)} & self._rights)

    def _is_allowed(self, verb, group, resource, namespace, name):
        """What a review of one's own access is told; the empty namespace and name are all."""
        if (group, resource) == ("", "secrets"):
            return self._may(verb, namespace, name)
        if (group, resource) == ("", "namespaces"):
            return (f"{verb} namespaces", ANY, ANY) in self._rights
        if (group, resource) == ("", "serviceaccounts"):
            return self.accounts.may(verb, namespace, name)
        return self.workloads.may(verb, resource, namespace, name)

    def _list_secrets(self, request, user):
        name = lists.secret_name(request)
        if not {("list", ANY, n) for n in (name, ANY)} & self._rights:
            raise status.no_list(user, "secrets", name)

        def all_of_them():
            places = [place for place in self.secrets.names() if name in (None, place[1])]
            return [self.secrets.get(*place) for place in places]

        return lists.answer(lists.secret_list(*self.lists.page(request, all_of_them)))

    def _list_namespaces(self, request, user):
        if (LIST_NAMESPACES, ANY, ANY) not in self._rights:
            raise status.no_list(user, "namespaces")
        is_selected = lists.label_selector(request.query.get("labelSelector", ""))

        def all_of_them():
            known = (lists.namespace(n, p, self.labels[n]) for n, p in self.namespaces.items())
            chosen = [item for item in known if is_selected(item["metadata"]["labels"])]
            return sorted(chosen, key=lambda item: item["metadata"]["name"])

        page = self.lists.page(request, all_of_them)
        return lists.answer(lists.of_kind(request, "Namespace", "v1", *page))

    def _read(self, request, user, namespace, name):
        self._authorize(user, "get", namespace, name)
        secret = self.secrets.get(namespace, name)
        if secret is None:
            raise status.not_found("secrets", name)
        return json_answer(200, secret)

    def _apply(self, request, user, namespace, name):
        self._authorize(user, "patch", namespace, name)
        options = _apply_options(request)
        wanted = _parse_apply_body(request, namespace, name)
        if self.secrets.get(namespace, name) is None:
            self._authorize(user, "create", namespace, name)
            self._admit_new(namespace, name)
        secret, is_new = self.secrets.apply(namespace, name, wanted=wanted, **options)
        return json_answer(201 if is_new else 200, lists.as_asked(request, secret))

    def _admit_new(self, namespace, name):
        phase = self.namespaces.get(namespace)
        if phase is None:
            raise status.not_found("namespaces", namespace)
        if phase == "Terminating":
            raise status.terminating(namespace, name)
        held = sum(1 for ns, _ in self.secrets.names() if ns == namespace)
        limit = self.quotas.get(namespace)
        if limit is not None and held >= limit:
            raise status.over_quota(name, limit)


def _assign(secret, member, value):
    """Sets a member; those of metadata by their own name."""
    if member in ("annotations", "labels"):
        secret["metadata"][member] = value
    else:
        secret[member] = value


def _apply_options(request):
    query = request.query
    if request.header("Content-Type") != APPLY_PATCH:
        raise status.unsupported_media_type()
    manager = query.get("fieldManager", "")
    if not manager or len(manager) > 128 or not manager.isprintable():
        complaint = "Required value: is required for apply patch"
        raise status.invalid("", "fieldManager", complaint, "FieldValueRequired")
    for option, values in {"fieldValidation": ("Strict",), "dryRun": ("All",)}.items():
        if query.get(option, values[0]) not in values:
            raise status.bad_request(f"invalid {option}: {query[option]}")
    if unknown := query.keys() - {"fieldManager", "fieldValidation", "dryRun", "force"}:
        raise status.bad_request(f"unknown query parameters: {sorted(unknown)}")
    return {
        "manager": manager,
        "force": query.get("force") == "true",
        "dry_run": "dryRun" in query,
    }


def _parse_apply_body(request, namespace, name):
    """The wanted Secret, after all that strict validation says about its shape."""
    try:
        wanted = yaml.load(request.body, Loader=_StrictLoader)
    except yaml.YAMLError as reason:
        raise status.bad_request(f"error strict decoding YAML: {reason}") from None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("metadata"), dict):
        raise status.bad_request("the body is not an object with metadata")
    if (wanted.get("apiVersion"), wanted.get("kind")) != ("v1", "Secret"):
        raise status.bad_request("the body must be a v1 Secret")
    if wanted["metadata"].get("managedFields") is not None:
        raise status.bad_request("metadata.managedFields must be nil")
    if wanted["metadata"].get("name") != name:
        raise status.bad_request("the name of the object does not match the name on the URL")
    if wanted["metadata"].get("namespace", namespace) != namespace:
        raise status.bad_request("the namespace of the object does not match the URL")
    for path in fields.unknown_fields(wanted) + fields.ill_typed_fields(wanted):
        message = (
            f"failed to create typed patch object ({namespace}/{name}; /v1, Kind=Secret):"
            f" {path}: field not declared in schema"
        )
        raise status.Refusal(500, message)
    return wanted


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may be there only once."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f'key "{key}" already set in map')
        return super().construct_mapping(node, deep)
