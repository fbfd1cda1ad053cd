"""The cluster's administrator, who is quicker than kubectl: one connection, and no process."""

from api import APPLY, Api

RBAC = "rbac.authorization.k8s.io"
PLACES = {
    "Namespace": "/api/v1/namespaces",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "ClusterRole": f"/apis/{RBAC}/v1/clusterroles",
    "ClusterRoleBinding": f"/apis/{RBAC}/v1/clusterrolebindings",
    "Role": f"/apis/{RBAC}/v1/namespaces/{{}}/roles",
    "RoleBinding": f"/apis/{RBAC}/v1/namespaces/{{}}/rolebindings",
}
TOUCHED = ("Secret", "ServiceAccount", "Pod", "CronJob")


class Admin:
    """May do anything, by a ServiceAccount in a namespace of its own."""

    def __init__(self, cluster):
        self._cluster = cluster
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        account["metadata"] = {"name": "admin", "namespace": "default"}
        self._name = cluster.make_namespace(account)
        binding = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding"}
        binding["metadata"] = {"name": self._name}
        binding["roleRef"] = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
        subject = {"kind": "ServiceAccount", "name": "admin", "namespace": self._name}
        cluster.create({**binding, "subjects": [subject]})
        self._api = Api(cluster, cluster.token(self._name, account="admin"))

    def close(self):
        self._api.close()
        self._cluster.kubectl("delete", "clusterrolebinding", self._name)

    def apply(self, document, manager="kubectl", part=""):
        """Server-side apply of an object, or of a part of it such as /status."""
        metadata = document["metadata"]
        place = PLACES[document["kind"]].format(metadata.get("namespace"))
        path = f"{place}/{metadata['name']}{part}?fieldManager={manager}&force=true"
        return self._ask("PATCH", path, document, APPLY)

    def delete(self, kind, name):
        """Of the whole cluster's objects; others go with their namespaces."""
        self._ask("DELETE", f"{PLACES[kind]}/{name}")

    def token(self, namespace, account):
        """A ServiceAccount's token, as kubelet asks for it."""
        path = f"{PLACES['ServiceAccount'].format(namespace)}/{account}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        return self._ask("POST", path, request)["status"]["token"]

    def versions(self, namespace):
        """The resourceVersion of each object there that a program might touch."""
        lists = {kind: self._ask("GET", PLACES[kind].format(namespace)) for kind in TOUCHED}
        return {
            (kind, item["metadata"]["name"]): item["metadata"]["resourceVersion"]
            for kind, found in lists.items()
            for item in found["items"]
        }

    def _ask(self, method, path, document=None, content_type="application/json"):
        status, answer = self._api.ask(method, path, document, content_type)
        assert status in (200, 201), f"{method} {path}: {answer}"
        return answer
