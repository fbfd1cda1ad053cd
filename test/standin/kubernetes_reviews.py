"""What the stand-in's API server says to those who ask about themselves."""

from . import kubernetes_status as status
from .message import json_answer

ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
ROUTES = {ACCESS: "review access", SELF: "review self"}
FOUND_BY_RBAC = 'RBAC: allowed by RoleBinding "some/binding" of Role "some" to User "{}"'


class Reviews:
    """Anybody who is somebody may ask, unless it is forbidden."""

    def __init__(self, is_allowed):
        self._is_allowed = is_allowed  # (verb, group, resource, namespace, name); "" is all
        self.is_forbidden = False  # as for users without the role system:basic-user
        self.knows_self = True  # SelfSubjectReview is as old as Kubernetes 1.28

    def serve(self, request, user):
        """The answer to a review; None if it is none, or one that this server doesn't know."""
        if request.method != "POST" or request.path not in ROUTES:
            return None
        if request.path == SELF and not self.knows_self:
            return None
        version, resource = request.path.removeprefix("/apis/").rsplit("/", 1)
        if self.is_forbidden:
            raise status.no_list(user, resource, verb="create", group=version.split("/")[0])
        answer = self._review_access if request.path == ACCESS else self._review_self
        return json_answer(201, answer(request.json(), user))

    def _review_access(self, review, user):
        asked = review["spec"]["resourceAttributes"]
        names = ("verb", "group", "resource", "namespace", "name")
        is_allowed = self._is_allowed(*(asked.get(name, "") for name in names))
        why = {"reason": FOUND_BY_RBAC.format(user)} if is_allowed else {}
        return {**review, "metadata": {}, "status": {"allowed": is_allowed, **why}}

    def _review_self(self, review, user):
        groups = ["system:authenticated"]
        if user.startswith("system:serviceaccount:"):
            namespace = user.split(":")[2]
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", *groups]
        return {**review, "status": {"userInfo": {"username": user, "groups": groups}}}
