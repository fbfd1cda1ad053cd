"""The Status objects in which a Kubernetes API server says no."""

from .message import json_answer


class Refusal(Exception):
    """The API server's no, as the answer that carries it."""

    def __init__(self, status, message, reason=None, details=None):
        super().__init__(message)
        self.document = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            **({"reason": reason} if reason else {}),
            **({"details": details} if details is not None else {}),
            "code": status,
        }

    @property
    def answer(self):
        return json_answer(self.document["code"], self.document)


def of_secret(name, causes=None):
    """The details of a Status about one Secret."""
    details = {"name": name, "kind": "secrets"}
    return {**details, "causes": causes} if causes else details


def bad_request(message):
    return Refusal(400, message, "BadRequest")


def unauthorized():
    return Refusal(401, "Unauthorized", "Unauthorized")


def forbidden(name, why, causes=None):
    message = f'secrets "{name}" is forbidden: {why}'
    return Refusal(403, message, "Forbidden", of_secret(name, causes))


def no_right(user, verb, namespace, name):
    """What RBAC says."""
    return forbidden(
        name,
        f'User "{user}" cannot {verb} resource "secrets" in API group ""'
        f' in the namespace "{namespace}"',
    )


def no_list(user, kind, name=None, namespace=None, group="", verb="list"):
    """What RBAC says: about a namespace or the whole cluster, about one name or all."""
    full = f"{kind}.{group}" if group else kind
    what = f'{full} "{name}"' if name else full
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{what} is forbidden: User "{user}" cannot {verb} resource "{kind}" in API group'
        f' "{group}" {where}'
    )
    details = {"kind": kind, **({"name": name} if name else {})}
    return Refusal(403, message, "Forbidden", {**details, **({"group": group} if group else {})})


def over_quota(name, limit):
    numbers = f"requested: secrets=1, used: secrets={limit}, limited: secrets={limit}"
    return forbidden(name, f"exceeded quota: q, {numbers}")


def terminating(namespace, name):
    return forbidden(
        name,
        f"unable to create new content in namespace {namespace} because it is being terminated",
        [
            {
                "reason": "NamespaceTerminating",
                "message": f"namespace {namespace} is being terminated",
                "field": "metadata.namespace",
            }
        ],
    )


def not_found(kind, name):
    message = f'{kind} "{name}" not found'
    return Refusal(404, message, "NotFound", {"name": name, "kind": kind})


def stale(name):
    """A resourceVersion that is no longer the newest."""
    message = (
        f'Operation cannot be fulfilled on secrets "{name}": the object has been modified;'
        " please apply your changes to the latest version and try again"
    )
    return Refusal(409, message, "Conflict", of_secret(name))


def apply_conflict(conflicts):
    """Fields that another manager owns: pairs of (manager, field path as text)."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{manager}" using v1',
            "field": field,
        }
        for manager, field in conflicts
    ]
    return Refusal(409, _conflict_message(conflicts), "Conflict", {"causes": causes})


def _conflict_message(conflicts):
    if len(conflicts) == 1:
        manager, field = conflicts[0]
        return f'Apply failed with 1 conflict: conflict with "{manager}" using v1: {field}'
    lines = [f"Apply failed with {len(conflicts)} conflicts:"]
    for manager in dict.fromkeys(manager for manager, _ in conflicts):
        fields = [f"\n- {field}" for owner, field in conflicts if owner == manager]
        word = "conflicts" if len(fields) > 1 else "conflict"
        lines.append(f' {word} with "{manager}" using v1:' + "".join(fields))
    return "".join(lines)


def unsupported_media_type():
    message = (
        "the body of the request was in an unknown format - accepted media types include:"
        " application/json-patch+json, application/merge-patch+json,"
        " application/strategic-merge-patch+json, application/apply-patch+yaml"
    )
    return Refusal(415, message, "UnsupportedMediaType")


def invalid(name, field, complaint, reason="FieldValueInvalid"):
    """A Secret that the server won't have."""
    cause = {"reason": reason, "message": complaint, "field": field}
    details = {"name": name, "kind": "Secret", "causes": [cause]}
    message = f'Secret "{name}" is invalid: {field}: {complaint}'
    return Refusal(422, message, "Invalid", details)
