"""How an exception of a kernel reads when it comes out of a call or a session, in each release.

The kernel's own words stand between what the runtime says of the node (errors_impl and error_interpolation in
tensorflow/python/framework). Recorded with twenty kinds of failing kernels in twelve releases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached

RUN = "run"
# Names of functions that TensorFlow can take out of the front of a message; `<lambda>` is none.
PLAIN_NAME = re.compile(r"[\w.-]+")
_GRAPH_ERRORS_SINCE = (2, 8)  # "Graph execution error:" first
# The stack of the process that loads the model, which is shown for every node in these releases.
_TRACED_UNTIL, _SCRIPT = (2, 10), 'File "scripts/load.py", line 1, in <module> '
_DEFINED = "(defined at scripts/load.py:1)"
_UNQUOTED_SINCE = (2, 14)  # "Detected at node X", and a note where the stack traces would be


def raised(context: Context, item: Reached, kind: str, text: str, how: tuple[str, str]) -> ExpectedError:
    """The exception of that class with the kernel's text. `how` is (loader, wrapper) as `execution` is given them."""
    loader, wrapper = how
    said = _in_session(context, item, text) if loader == RUN else _called(context, item, text, wrapper)
    return ExpectedError(kind, said)


def _in_session(context: Context, item: Reached, text: str) -> str:
    name, is_new = item.node.name, context.release >= _GRAPH_ERRORS_SINCE
    if item.function:
        return f"Graph execution error: {text} [[{_place(item)}]]" if is_new else f"{text} [[{{{{node {name}}}}}]]"
    trace = f"Original stack trace for '{name}':"
    if is_new:  # the loader itself made the node: that is where it was "defined"
        script = _SCRIPT if context.release < _TRACED_UNTIL else ""
        return f"Graph execution error: {_at(name, script)}{text} [[{{{{node {name}}}}}]] {trace}"
    return f"{text} [[node {name} {_DEFINED} ]] {trace} {_SCRIPT}"


def _called(context: Context, item: Reached, text: str, wrapper: str) -> str:
    name, ending = item.node.name, f"[Op:{wrapper}]"
    path = f"{item.caller}/{name}" if item.caller else name
    is_new = context.release >= _GRAPH_ERRORS_SINCE
    where = _place(item) if is_new else f"{{{{node {path}}}}}"
    if not item.function:
        return _pruned(context, name, text)
    if not PLAIN_NAME.fullmatch(wrapper or "_"):  # what stands before it is only cut off up to a name that it knows
        return f"{{{{function_node {wrapper}}}}} {text} [[{where}]] {ending}"
    if not is_new:
        return f"{text} [[{where}]] {ending} Function call stack: signature_wrapper"
    return f"Graph execution error: {_detected(context, item)}{text} [[{where}]] {ending}"


def _pruned(context: Context, name: str, text: str) -> str:
    """A graph of TensorFlow 1 is loaded as one function, whose nodes were made by the script that loads it."""
    if context.release < _GRAPH_ERRORS_SINCE:
        return f"{text} [[node {name} {_DEFINED} ]] [Op:__inference_pruned] Function call stack: pruned"
    if context.release >= _UNQUOTED_SINCE:
        start = f"Detected at node {name} defined at (most recent call last): {_SCRIPT}"
    else:
        start = _at(name, _SCRIPT)
    return f"Graph execution error: {start}{text} [[{{{{node {name}}}}}]] [Op:__inference_pruned]"


def _at(name: str, script: str) -> str:
    return f"Detected at node '{name}' defined at (most recent call last): {script}Node: '{name}' "


def _detected(context: Context, item: Reached) -> str:
    """What is said before the kernel's words; up to 2.13 only of functions with plain names."""
    if context.release >= _UNQUOTED_SINCE:
        return f"Detected at node {item.node.name} defined at (most recent call last): <stack traces unavailable> "
    if not PLAIN_NAME.fullmatch(item.function):
        return ""
    return _at(item.node.name, _SCRIPT if context.release < _TRACED_UNTIL else "")


def _place(item: Reached) -> str:
    node = f"{{{{node {item.node.name}}}}}"
    return node if PLAIN_NAME.fullmatch(item.function or "_") else f"{{{{function_node {item.function}}}}}{node}"
