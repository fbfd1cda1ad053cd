"""What the API server demands of a Secret, whoever writes it."""

import base64
import binascii
import json

from . import kubernetes_status as status

DOCKER_CONFIG = ".dockerconfigjson"
DOCKER_CONFIG_TYPE = "kubernetes.io/dockerconfigjson"
MAX_SECRET_SIZE = 1 << 20


def check_secret(name, secret):
    """Raises the refusal of a Secret that could not exist."""
    values = _decoded_data(secret)
    if sum(map(len, values.values())) > MAX_SECRET_SIZE:
        complaint = f"Too long: may not be more than {MAX_SECRET_SIZE} bytes"
        raise status.invalid(name, "data", complaint, "FieldValueTooLong")
    if secret.get("type") == DOCKER_CONFIG_TYPE:
        _check_docker_config(name, values)


def check_update(name, live, wanted):
    """Raises the refusal of a change that may not be made."""
    if live is None:
        return
    if live["type"] != wanted["type"]:
        complaint = f'Invalid value: "{wanted["type"]}": field is immutable'
        raise status.invalid(name, "type", complaint)
    if live.get("immutable"):
        for field in ("immutable", "data"):
            if live.get(field) != wanted.get(field):
                complaint = "Forbidden: field is immutable when `immutable` is set"
                raise status.invalid(name, field, complaint, "FieldValueForbidden")


def _decoded_data(secret):
    try:
        data = secret.get("data") or {}
        return {key: base64.b64decode(text, validate=True) for key, text in data.items()}
    except binascii.Error as reason:
        raise status.bad_request(f"illegal base64 data in data: {reason}") from None


def _check_docker_config(name, values):
    field = f"data[{DOCKER_CONFIG}]"
    if DOCKER_CONFIG not in values:
        raise status.invalid(name, field, "Required value", "FieldValueRequired")
    try:
        config = json.loads(values[DOCKER_CONFIG])
    except ValueError:
        config = None
    if not isinstance(config, dict):
        complaint = 'Invalid value: "<secret contents redacted>": invalid character'
        raise status.invalid(name, field, complaint)
