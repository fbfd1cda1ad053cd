"""Field sets of a Secret: paths, their values, and how managedFields writes them."""

MAPS = (("data",), ("stringData",), ("metadata", "annotations"), ("metadata", "labels"))
SCALARS = (("type",), ("immutable",))
IDENTITY = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("metadata", "resourceVersion"),
    ("metadata", "uid"),
)
SYSTEM = (("metadata", "creationTimestamp"), ("metadata", "managedFields"))


def leaves(secret):
    """Every field that somebody can own, as {path: value}."""
    found = {}
    for path in SCALARS:
        if (value := get(secret, path)) is not None:
            found[path] = value
    for path in MAPS:
        for key, value in (get(secret, path) or {}).items():
            found[path + (key,)] = value
    return found


def unknown_fields(secret):
    """Paths that a Secret doesn't have, as the server names them."""
    known = set(MAPS + SCALARS + IDENTITY + SYSTEM)
    paths = [(key,) for key in secret if key != "metadata"]
    paths += [("metadata", key) for key in secret.get("metadata", {})]
    return ["." + ".".join(path) for path in paths if path not in known]


def ill_typed_fields(secret):
    """Paths whose values have the wrong type."""
    wrong = [path for path in MAPS if not _is_text_map(get(secret, path))]
    if not isinstance(secret.get("type", ""), str):
        wrong.append(("type",))
    if not isinstance(secret.get("immutable", False), bool):
        wrong.append(("immutable",))
    return ["." + ".".join(path) for path in wrong]


def _is_text_map(value):
    if value is None:
        return True
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def get(document, path):
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def put(document, path, value):
    for key in path[:-1]:
        document = document.setdefault(key, {})
    document[path[-1]] = value


def remove(document, path):
    """Takes a field out, and a map with it that has become empty."""
    parent = get(document, path[:-1])
    if parent is not None:
        parent.pop(path[-1], None)
        if not parent and path[:-1]:
            remove(document, path[:-1])


def as_text(path):
    """A path as conflicts name it: .data..dockerconfigjson"""
    return "." + ".".join(path)


def fields_v1(paths, with_dots):
    """A set of paths as managedFields writes it; only updates list the maps themselves."""
    tree = {}
    for path in sorted(paths):
        node = tree
        for depth, key in enumerate(path):
            node = node.setdefault(f"f:{key}", {})
            if with_dots and path[: depth + 1] in MAPS:
                node["."] = {}
    return tree
