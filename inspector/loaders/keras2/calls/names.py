"""Names of layers, which become name scopes when the layers are called. Source: `Graph.name_scope` of TensorFlow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, NAMED_SINCE

if TYPE_CHECKING:
    from inspector.loaders.keras2.calls.tensors import Call
    from inspector.loaders.keras2.walk import Walk
    from inspector.loaders.keras_common.failure import LoadFailure

# A scope below no other one must begin with a letter, a digit or a dot. Keras 3 asks nothing of the kind, so that its
# files hold names that no release of Keras 2 can call a layer by.
_ROOT = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*\Z")
_INNER = re.compile(r"[A-Za-z0-9_.\\/>-]*\Z")


def check(call: Call) -> None:
    """Raise what opening the layer's scope raises."""
    name = call.layer.name
    if not name or (_INNER if call.inside else _ROOT).match(f"{name}/"):
        return
    raise call.refused("ValueError", _text(call.release, f"{name}/", inner=call.inside), "KER103")


def _text(release: tuple[int, int], name: str, *, inner: bool) -> str:
    if release < NAMED_SINCE:
        return f"{name!r} is not a valid scope name"
    kind, pattern = ("", r"^[A-Za-z0-9_.\\/>-]*$") if inner else ("root ", r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
    return f"{name!r} is not a valid {kind}scope name. A {kind}scope name has to match the following pattern: {pattern}"


def input_refused(walk: Walk, name: str, pointer: str) -> LoadFailure | None:
    """What the placeholder of an input raises for its name, in releases whose inputs are placeholders."""
    from inspector.loaders.keras_common.failure import LoadFailure  # noqa: PLC0415 - cold start: hardly ever needed

    if walk.release >= KERAS_TENSORS_SINCE or not name or _ROOT.match(name):
        return None
    text = f"{name!r} is not a valid scope name"
    details = {"class": "InputLayer", "key": "name", "value": repr(name)}
    return LoadFailure("ValueError", text, "KER103", name, f"{pointer}/name", details)
