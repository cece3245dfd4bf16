"""From a reply as a Python value to the bytes AWS would send, by botocore's own models."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from benchmarks.server import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import OperationModel, Shape

    from benchmarks.account import AwsError

REQUEST_ID = "7f3c9e1e-0c0e-4c0a-9f57-2b1f6a3d9c11"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry: an AWS service that answers in XML has no such character in any name."""


def encode(operation: OperationModel, reply: dict[str, Any], method: str = "POST") -> Delivery:
    """Return the delivery of a successful reply."""
    protocol = operation.service_model.resolved_protocol
    headers, rest = _split(operation, reply) if protocol.startswith("rest") else ((), reply)
    status = int(operation.http.get("responseCode", 200)) if protocol.startswith("rest") else 200
    kind = "application/x-amz-json-1.1" if "json" in protocol else "text/xml"
    fixed = (("x-amzn-RequestId", REQUEST_ID), ("Content-Type", kind))
    return Delivery(status, _BODIES[protocol](operation, rest), (*fixed, *headers), bodiless=method == "HEAD")


def encode_error(operation: OperationModel | None, error: AwsError, protocol: str, method: str = "POST") -> Delivery:
    """Return the delivery of an error as the protocol writes it; ``protocol`` counts where no operation is known."""
    protocol = operation.service_model.resolved_protocol if operation is not None else protocol
    headers: tuple[tuple[str, str], ...] = (("x-amzn-RequestId", REQUEST_ID),)
    if "json" in protocol:
        headers += (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", error.code))
        body = json.dumps({"__type": error.code, "message": error.message, "Message": error.message})
    else:
        headers += (("Content-Type", "text/xml"),)
        body = _xml_error(operation, error, protocol)
    return Delivery(error.status, body.encode(), headers, bodiless=method == "HEAD")


def _xml_error(operation: OperationModel | None, error: AwsError, protocol: str) -> str:
    details = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if protocol == "ec2":
        errors = f"<Errors><Error>{details}</Error></Errors><RequestID>{REQUEST_ID}</RequestID>"
        return f"{_DECLARATION}<Response>{errors}</Response>"
    if operation is not None and operation.service_model.service_name == "s3":
        return f"{_DECLARATION}<Error>{details}<RequestId>{REQUEST_ID}</RequestId><HostId>host</HostId></Error>"
    sender = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004 - HTTP's own boundary
    element = f"<Error><Type>{sender}</Type>{details}</Error>"
    return f"<ErrorResponse>{element}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"


# --- Bodies -----------------------------------------------------------------------------------------------------


def _query_body(operation: OperationModel, reply: dict[str, Any]) -> bytes:
    namespace = operation.service_model.metadata.get("xmlNamespace", "")
    out = [f'<{operation.name}Response xmlns="{namespace}">']
    shape = operation.output_shape
    if shape is not None:
        _writer(operation, shape.serialization.get("resultWrapper", f"{operation.name}Result"), shape)(out, reply)
    out.append(f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{operation.name}Response>")
    return "".join(out).encode()


def _ec2_body(operation: OperationModel, reply: dict[str, Any]) -> bytes:
    namespace = operation.service_model.metadata.get("xmlNamespace", "")
    out = [f'{_DECLARATION}<{operation.name}Response xmlns="{namespace}/"><requestId>{REQUEST_ID}</requestId>']
    if operation.output_shape is not None:
        _top_writer(operation)(out, reply)
    out.append(f"</{operation.name}Response>")
    return "".join(out).encode()


def _rest_xml_body(operation: OperationModel, reply: dict[str, Any]) -> bytes:
    shape: Any = operation.output_shape
    if shape is None:
        return b""
    if operation.name == "GetBucketLocation":
        return f"{_DECLARATION}<LocationConstraint>{reply.get('LocationConstraint', '')}</LocationConstraint>".encode()
    payload = shape.serialization.get("payload")
    if payload is None:
        name = shape.serialization.get("name", shape.name.removesuffix("Output") + "Result")
        content: Any = reply
    else:
        shape, content = shape.members[payload], reply.get(payload)
        name = shape.serialization.get("name", payload)
    if shape.type_name in {"string", "blob"}:
        return content if isinstance(content, bytes) else str(content or "").encode()
    out = [_DECLARATION]
    if content is not None:
        _writer(operation, name, shape)(out, content)
    return "".join(out).encode()


def _json_body(operation: OperationModel, reply: dict[str, Any]) -> bytes:
    shape: Any = operation.output_shape
    if shape is None:
        return b"{}"
    payload = shape.serialization.get("payload")
    if payload is None:
        return json.dumps(_json_value(shape, reply)).encode()
    content = reply.get(payload)
    return content if isinstance(content, bytes) else json.dumps(_json_value(shape.members[payload], content)).encode()


_BODIES: dict[str, Callable[[OperationModel, dict[str, Any]], bytes]] = {
    "query": _query_body,
    "ec2": _ec2_body,
    "rest-xml": _rest_xml_body,
    "json": _json_body,
    "rest-json": _json_body,
}


def _split(operation: OperationModel, reply: dict[str, Any]) -> tuple[tuple[tuple[str, str], ...], dict[str, Any]]:
    """Return the members of a reply that travel as headers, and the others."""
    shape: Any = operation.output_shape
    members = shape.members if shape is not None else {}
    placed = {
        name: members[name].serialization for name in reply if members[name].serialization.get("location") == "header"
    }
    headers = tuple((each["name"], _text(members[name], reply[name], "rfc822")) for name, each in placed.items())
    return headers, {name: value for name, value in reply.items() if name not in placed}


# --- Values -----------------------------------------------------------------------------------------------------


def _json_value(shape: Any, value: Any) -> Any:
    if value is None:
        return None
    if shape.type_name == "structure":
        return {
            shape.members[name].serialization.get("name", name): _json_value(shape.members[name], each)
            for name, each in value.items()
        }
    if shape.type_name == "list":
        return [_json_value(shape.member, each) for each in value]
    if shape.type_name == "map":
        return {name: _json_value(shape.value, each) for name, each in value.items()}
    if shape.type_name == "timestamp":
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _text(shape: Shape, value: Any, timestamps: str = "iso8601") -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        written = shape.serialization.get("timestampFormat", timestamps)
        moment = value.astimezone(UTC)
        return format_datetime(moment, usegmt=True) if written == "rfc822" else f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


# --- XML writers: compiled once per shape, because they run over tens of thousands of resources -------------------


@cache
def _writer(operation: OperationModel, name: str, shape: Shape) -> Callable[[list[str], Any], None]:
    """Return what writes a whole body under the element ``name``; cached with the operation that owns the shape."""
    attribute = ""
    if operation.service_model.resolved_protocol == "rest-xml":
        attribute = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    return _structure_writer(name, shape, attribute)


@cache
def _top_writer(operation: OperationModel) -> Callable[[list[str], Any], None]:
    return _members_writer(operation.output_shape)


def _element_writer(name: str, shape: Any) -> Callable[[list[str], Any], None]:
    if shape.type_name == "structure":
        return _structure_writer(name, shape)
    if shape.type_name == "list":
        return _list_writer(name, shape)
    if shape.type_name == "map":
        return _map_writer(name, shape)
    opening, closing = f"<{name}>", f"</{name}>"

    def write(out: list[str], value: Any) -> None:
        text = _NOT_IN_XML.sub("\ufffd", _text(shape, value))
        out.append(f"{opening}{escape(text, {chr(13): '&#13;'})}{closing}")

    return write


def _structure_writer(name: str, shape: Any, attribute: str = "") -> Callable[[list[str], Any], None]:
    attributes = {
        key: each.serialization["name"] for key, each in shape.members.items() if each.serialization.get("xmlAttribute")
    }
    opening, closing = f"<{name}{attribute}{_namespace(shape)}", f"</{name}>"
    write_members: list[Callable[[list[str], Any], None]] = []

    def write(out: list[str], value: Any) -> None:
        if not write_members:
            write_members.append(_members_writer(shape))
        written = "".join(f" {attributes[key]}={quoteattr(value[key])}" for key in attributes if key in value)
        out.append(f"{opening}{written}>")
        write_members[0](out, value)
        out.append(closing)

    return write


def _namespace(shape: Shape) -> str:
    namespace = shape.serialization.get("xmlNamespace") or {}
    prefix = namespace.get("prefix")
    return f' xmlns:{prefix}="{namespace["uri"]}"' if prefix else ""


def _members_writer(shape: Any) -> Callable[[list[str], Any], None]:
    writers = {
        name: _element_writer(member.serialization.get("name", name), member)
        for name, member in shape.members.items()
        if not member.serialization.get("xmlAttribute")
    }

    def write(out: list[str], value: Any) -> None:
        for name, each in value.items():
            if each is not None and name in writers:
                writers[name](out, each)

    return write


def _list_writer(name: str, shape: Any) -> Callable[[list[str], Any], None]:
    flattened = shape.serialization.get("flattened")
    member_name = shape.member.serialization.get("name", name if flattened else "member")
    write_member = _element_writer(member_name, shape.member)
    opening, closing = ("", "") if flattened else (f"<{name}>", f"</{name}>")

    def write(out: list[str], value: Any) -> None:
        out.append(opening)
        for each in value:
            write_member(out, each)
        out.append(closing)

    return write


def _map_writer(name: str, shape: Any) -> Callable[[list[str], Any], None]:
    write_key = _element_writer(shape.key.serialization.get("name", "key"), shape.key)
    write_value = _element_writer(shape.value.serialization.get("name", "value"), shape.value)
    flattened = shape.serialization.get("flattened")
    entry = name if flattened else "entry"
    opening, closing = ("", "") if flattened else (f"<{name}>", f"</{name}>")

    def write(out: list[str], value: Any) -> None:
        out.append(opening)
        for key, each in value.items():
            out.append(f"<{entry}>")
            write_key(out, key)
            write_value(out, each)
            out.append(f"</{entry}>")
        out.append(closing)

    return write
