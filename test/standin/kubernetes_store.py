"""The Secrets of a cluster, with server-side apply as the API server does it."""

import copy
import datetime
import itertools
import uuid

from . import kubernetes_fields as fields
from . import kubernetes_status as status
from .kubernetes_rules import check_secret, check_update

APPLY = "Apply"
UPDATE = "Update"


class SecretStore:
    """Secrets by (namespace, name), and who owns which of their fields."""

    def __init__(self):
        self._secrets = {}
        self._owners = {}  # by (namespace, name): {(manager, operation): set of paths}
        self._versions = itertools.count(1000)

    def get(self, namespace, name):
        """The Secret as a GET shows it, or None."""
        secret = self._secrets.get((namespace, name))
        return copy.deepcopy(secret)

    def names(self):
        return sorted(self._secrets)

    def delete(self, namespace, name):
        del self._secrets[namespace, name]
        del self._owners[namespace, name]

    def backdate(self, namespace, name, seconds):
        """Whatever was written to a Secret was written so long ago."""
        for entry in self._secrets[namespace, name]["metadata"]["managedFields"]:
            entry["time"] = _now(-seconds)

    def update(self, namespace, name, manager, change):
        """Lets a manager change a Secret as kubectl would: no questions, no conflicts."""
        key = namespace, name
        before = self.get(*key) or _new_secret(*key)
        after = copy.deepcopy(before)
        change(after)
        check_secret(name, after)
        changed = _changed_paths(before, after)
        owners = _without(self._owners.get(key, {}), changed)
        kept = owners.get((manager, UPDATE), set())
        owners[manager, UPDATE] = kept | (changed & set(fields.leaves(after)))
        return self._store(key, after, owners)

    def apply(self, namespace, name, manager, wanted, force, dry_run):
        """Server-side apply; returns the Secret and whether it is new."""
        key = namespace, name
        live = self.get(*key)
        self._check_preconditions(name, live, wanted)
        owners = copy.deepcopy(self._owners.get(key, {}))
        me = manager, APPLY
        applied = fields.leaves(wanted)
        merged = copy.deepcopy(live) or _new_secret(*key)
        owners = _resolve_conflicts(me, applied, fields.leaves(merged), owners, force)
        for path in owners.get(me, set()) - set(applied):
            if not any(path in paths for owner, paths in owners.items() if owner != me):
                fields.remove(merged, path)
        for path, value in applied.items():
            fields.put(merged, path, value)
        owners[me] = set(applied)
        merged.setdefault("type", "Opaque")
        check_secret(name, merged)
        check_update(name, live, merged)
        if dry_run:
            return self._with_managers(merged, owners), live is None
        return self._store(key, merged, owners, by=me), live is None

    def _check_preconditions(self, name, live, wanted):
        """A version is held against what exists; what doesn't is made, whatever it says."""
        version = fields.get(wanted, ("metadata", "resourceVersion"))
        current = fields.get(live or {}, ("metadata", "resourceVersion"))
        if live is not None and version not in (None, "", "0", current):
            raise status.stale(name)

    def _store(self, key, secret, owners, by=None):
        """Keeps a Secret; its resourceVersion moves only if anything changed.

        The time of an apply does so, too.
        """
        owners = {owner: paths for owner, paths in owners.items() if paths}
        former = self._secrets.get(key)
        changed = by if former is None or _changed_paths(former, secret) else None
        secret = self._with_managers(secret, owners, former, changed)
        if former is None or _without_version(former) != _without_version(secret):
            secret["metadata"]["resourceVersion"] = str(next(self._versions))
        self._secrets[key] = secret
        self._owners[key] = owners
        return copy.deepcopy(secret)

    def _with_managers(self, secret, owners, former=None, changed=None):
        times = {
            (entry["manager"], entry["operation"]): entry
            for entry in fields.get(former or {}, ("metadata", "managedFields")) or []
        }
        entries = [_managed_fields(owner, paths) for owner, paths in sorted(owners.items())]
        for entry in entries:
            known = times.get((entry["manager"], entry["operation"]))
            is_me = (entry["manager"], entry["operation"]) == changed
            if known and known["fieldsV1"] == entry["fieldsV1"] and not is_me:
                entry["time"] = known["time"]
        secret["metadata"]["managedFields"] = entries
        return secret


def _resolve_conflicts(me, applied, live, owners, force):
    """Who owns what once `applied` is in; raises the 409 unless forced."""
    differing = {path for path, value in applied.items() if live.get(path) != value}
    conflicts = [
        (owner[0], path)
        for owner, paths in sorted(owners.items())
        if owner != me
        for path in sorted(paths & differing)
    ]
    if conflicts and not force:
        raise status.apply_conflict([(who, fields.as_text(path)) for who, path in conflicts])
    mine = owners.get(me, set())
    return {**_without(owners, {path for _, path in conflicts}), me: mine}


def _without(owners, paths):
    return {owner: held - paths for owner, held in owners.items()}


def _changed_paths(before, after):
    old, new = fields.leaves(before), fields.leaves(after)
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def _without_version(secret):
    stripped = copy.deepcopy(secret)
    stripped["metadata"].pop("resourceVersion", None)
    return stripped


def _managed_fields(owner, paths):
    manager, operation = owner
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "v1",
        "time": _now(),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields.fields_v1(paths, with_dots=operation == UPDATE),
    }


def _new_secret(namespace, name):
    return {
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": str(uuid.uuid4()),
            "creationTimestamp": _now(),
        },
    }


def _now(offset_s=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")
