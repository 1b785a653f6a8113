"""Text protos (`saved_model.pbtxt`, `graph.pbtxt`), read with protobuf's own text format."""

from __future__ import annotations

from typing import Any

from inspector.codec import protobuf
from inspector.terms.errors import MalformedArtifactError

# Text takes 4 to 10 times the bytes of the binary form and 50 times its time to parse.
MAX_TEXT_BYTES = 64 << 20


def parse(name: str, data: bytes, member: str) -> Any:
    """The message `name` that the text holds. MalformedArtifactError carries the text of protobuf's own error."""
    from google.protobuf import text_format  # noqa: PLC0415 - cold start: 25 ms that binary protos do not need

    message = protobuf.message_class(name)()
    try:
        text_format.Parse(data.decode("utf-8"), message, descriptor_pool=protobuf.pool())
    except UnicodeDecodeError as error:
        raise MalformedArtifactError(member, str(error), error.start) from error
    except (text_format.ParseError, RecursionError) as error:
        raise MalformedArtifactError(member, str(error)) from error
    return message
