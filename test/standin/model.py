"""Holds a request's parameters against the service's published model, in AWS's words."""

import functools
import re

import botocore.loaders
import botocore.model

from .signature import Refusal


def check(service, operation, parameters):
    """Raises the Refusal that AWS would: parameters of the query protocol, in their model."""
    shape = _input_shape(service, operation)
    found = []
    for name, member in shape.members.items():
        value = parameters.get(name)
        rules = _missing(name, shape) if value is None else _broken(member, value)
        found += [f"{_place(name, member, value)} failed to satisfy constraint: {r}" for r in rules]
    if found:
        plural = "s" if len(found) > 1 else ""
        message = f"{len(found)} validation error{plural} detected: {'; '.join(found)}"
        raise Refusal("ValidationError", message)


def _place(name, member, value):
    """Where the trouble is; a secret is not repeated."""
    shown = "Value null" if value is None else f"Value '{value}'"
    if member.metadata.get("sensitive"):
        shown = "Value"
    return f"{shown} at '{name[0].lower()}{name[1:]}'"


def _missing(name, shape):
    return ["Member must not be null"] if name in shape.required_members else []


def _broken(member, text):
    """The rules of a member that the text given for it does not keep."""
    limits, size, what = member.metadata, len(text), "length"
    if member.type_name == "integer":
        if not re.fullmatch(r"-?\d+", text, re.ASCII):
            raise Refusal("MalformedInput", f"{text!r} is not an integer")
        size, what = int(text), "value"
    if size < limits.get("min", size):
        yield f"Member must have {what} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield f"Member must have {what} less than or equal to {limits['max']}"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], text, re.ASCII):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


@functools.cache
def _input_shape(service, operation):
    document = botocore.loaders.Loader().load_service_model(service, "service-2")
    return botocore.model.ServiceModel(document).operation_model(operation).input_shape
