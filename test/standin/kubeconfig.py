"""kubeconfig files as people and tools write them."""

import base64

import yaml

CONTEXT, CLUSTER, USER = "prod", "cluster-1", "user-1"


def document(cluster, user, namespace=None, names=(CONTEXT, CLUSTER, USER), **members):
    """A kubeconfig with one context."""
    context_name, cluster_name, user_name = names
    context = {"cluster": cluster_name, "user": user_name}
    if namespace:
        context["namespace"] = namespace
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context_name,
        "contexts": [{"name": context_name, "context": context}],
        "clusters": [{"name": cluster_name, "cluster": cluster}],
        "users": [{"name": user_name, "user": user}],
        **members,
    }


def write(path, content):
    """Writes a document as YAML; text and bytes as they stand. Returns the path."""
    if isinstance(content, dict):
        content = yaml.safe_dump(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def data(content):
    """Bytes as a *-data member holds them."""
    return base64.b64encode(content).decode()


def plugin(command, version="v1", **members):
    """A user who asks an exec plugin."""
    mode = {"interactiveMode": "Never"} if version == "v1" else {}
    api_version = f"client.authentication.k8s.io/{version}"
    return {"exec": {"apiVersion": api_version, "command": str(command), **mode, **members}}
