"""What the names, imports and constants of a stored function say about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.audit.symbols import is_pure_builtin, of_keras, of_module, of_tf_symbol
from inspector.codec.bytecode import instructions
from inspector.terms.audit import Risk
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.codec.code_listing import Written
    from inspector.codec.marshalled import Code

# Names by which Python code leaves its own computation, whoever owns them.
DANGEROUS = frozenset(
    # running code
    {"exec", "eval", "compile", "execfile", "__import__", "import_module", "importlib", "runpy", "system"}
    | {"popen", "Popen", "subprocess", "spawn", "spawnl", "spawnv", "execl", "execv", "execve", "fork", "pty"}
    | {"check_output", "check_call", "ctypes", "cdll", "CDLL", "cffi", "pickle", "cPickle", "marshal", "dill"}
    | {"cloudpickle", "joblib", "shelve", "load_op_library", "load_library", "py_function", "py_func"}
    | {"numpy_function", "load_model", "enable_unsafe_deserialization", "breakpoint", "raw_input"}
    # reaching what a module holds
    | {"os", "sys", "posix", "nt", "builtins", "__builtins__", "__builtin__", "globals", "locals", "vars"}
    | {"getattr", "setattr", "delattr", "attrgetter", "methodcaller", "inspect", "gc", "modules"}
    # files and network
    | {"open", "io_open", "fopen", "gfile", "read_file", "write_file", "GFile", "unlink", "rmtree", "remove"}
    | {"shutil", "tempfile", "pathlib", "socket", "requests", "urllib", "urllib2", "urlopen", "urlretrieve"}
    | {"http", "httplib", "ftplib", "smtplib", "telnetlib", "paramiko", "webbrowser", "get_file", "tofile"}
    | {"fromfile", "memmap", "save_weights", "load_weights", "environ", "getenv", "putenv", "expanduser"}
    # hiding
    | {"base64", "b64decode", "a85decode", "b85decode", "codecs", "zlib", "bz2", "lzma", "decompress", "fromhex"}
    | {"unhexlify", "binascii", "FunctionType", "CodeType", "LambdaType"}
    | {"multiprocessing", "threading", "asyncio", "atexit"}
)
# How the modules are called whose functions compute on tensors.
_TENSOR_MODULES = frozenset(
    {"tf", "tensorflow", "keras", "tf_keras", "K", "backend", "ops", "nn", "math", "np", "numpy", "onp", "jnp", "jax"}
    | {"layers", "activations", "losses", "metrics", "initializers", "regularizers", "constraints", "linalg", "random"}
    | {"image", "signal_ops", "strings", "tfp", "tfa", "F", "T", "kb", "KB", "_K", "merge", "six", "itertools"}
)
_ROOTS = ("LOAD_GLOBAL", "LOAD_NAME")
_CONSTANTS = ("LOAD_CONST", "RETURN_CONST")
# An address, a path of a system, a command, or Python inside a text.
_TELLING = re.compile(
    r"[a-z][a-z0-9+.-]*://|^[~/\\]|^[A-Za-z]:[\\/]|\.\.[\\/]|\b(?:curl|wget|bash|/bin/sh|powershell|cmd\.exe|chmod)\b"
    r"|\brm -|__import__|\bimport \w|\bexec\(|\beval\(|[A-Za-z0-9+/]{100}"
)


@record
class Opinion:
    """What a stored function may do: its risk, the dangerous things in it, and a line that says what it calls."""

    risk: Risk
    dangerous: tuple[str, ...]
    does: str


def opinion(written: Written | None) -> Opinion:
    """Critical with any dangerous name, import or constant; medium where everything is known to compute on tensors."""
    if written is None:
        return Opinion(Risk.HIGH, (), "is no function of Python 2.7 or 3.6 to 3.14")
    dangerous = tuple(dict.fromkeys(found for code in written.codes for found in _dangers(code, written)))
    if dangerous:
        risk = Risk.CRITICAL
    elif written.pythons and all(_is_benign(code, written.pythons[0]) for code in written.codes):
        risk = Risk.MEDIUM
    else:
        risk = Risk.HIGH
    return Opinion(risk, dangerous, printable(_line(written, dangerous)))


def printable(text: str) -> str:
    """The text without what would steer a terminal: names in marshalled code may hold anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _dangers(code: Code, written: Written) -> Iterator[str]:
    yield from (name for name in code.names if name in DANGEROUS or _is_inner(name))
    python = written.pythons[0] if written.pythons else ""
    yield from (repr(text[:40]) for text in _texts(code, python) if _TELLING.search(text))
    for module in _of_kind(code, python, ("IMPORT_NAME",)) if python else code.names:
        found = of_module(module, (), is_function=False)
        if found is not None and found.risk is Risk.CRITICAL:
            yield f"import {module}" if python else module


def _is_inner(name: str) -> bool:
    """`__class__`, `__globals__`, `__subclasses__` and the like lead from any object to everything that is loaded."""
    return name.startswith("__") and name.endswith("__") and name not in {"__name__", "__doc__", "__len__"}


def _texts(code: Code, python: str) -> list[str]:
    """The texts that the code loads; all of them where its instructions are not known. A docstring is not loaded."""
    consts: Iterable[object] = code.consts
    found = instructions(code, python) if python else None
    if found is not None:
        # A docstring may speak of curl and /etc: it is a constant that no instruction loads.
        places = {argument for name, argument in found if name in _CONSTANTS}
        consts = (const for place, const in enumerate(code.consts) if place in places)
    flat = [item for const in consts for item in (const if isinstance(const, tuple) else (const,))]
    return [
        item.decode("latin-1") if isinstance(item, bytes) else item for item in flat if isinstance(item, str | bytes)
    ]


def _of_kind(code: Code, python: str, kinds: tuple[str, ...]) -> list[str]:
    """The names that instructions of these kinds use."""
    # The lowest bit of its argument asks for a NULL from 3.11 on (dis, LOAD_GLOBAL).
    shift = {"LOAD_GLOBAL": int(python not in {"2.7", "3.6", "3.7", "3.8", "3.9", "3.10"})}
    places = {argument >> shift.get(name, 0) for name, argument in instructions(code, python) or () if name in kinds}
    return [name for place, name in enumerate(code.names) if place in places]


def _is_benign(code: Code, python: str) -> bool:
    """Whether its globals are modules of tensors and pure builtins, and its calls such modules' pure functions."""
    roots = _of_kind(code, python, _ROOTS)
    if not all(name in _TENSOR_MODULES or is_pure_builtin(name) for name in roots):
        return False
    return all(_is_tensor_module(module) for module in _of_kind(code, python, ("IMPORT_NAME",)))


def _is_tensor_module(module: str) -> bool:
    root = module.partition(".")[0]
    return root in {"tensorflow", "keras", "tf_keras", "numpy", "math", "jax"} or root == ""


def _is_judged(text: str) -> bool:
    """Whether a call's function is known to do more than compute."""
    callee = text.partition("(")[0]
    root, _, rest = callee.partition(".")
    if root in {"tf", "tensorflow"}:
        return of_tf_symbol(rest) is not None
    if root in {"keras", "tf_keras"}:
        module, _, name = callee.rpartition(".")
        return of_keras(module, name) is not None
    return False


def _line(written: Written, dangerous: tuple[str, ...]) -> str:
    """One line: what it imports and calls, what is dangerous first; what it returns where it calls nothing."""
    events = [event for listing in written.listings for event in listing.events]
    imports = list(dict.fromkeys(text for kind, text in events if kind == "import"))
    calls = list(dict.fromkeys(text for kind, text in events if kind == "call" and not text.startswith("<function")))
    marks = tuple(name.strip("'") for name in dangerous)
    # Outer calls hold the inner ones in their arguments.
    calls = [call for call in calls if not any(call != other and call in other for other in calls)]
    calls.sort(key=lambda call: not (any(mark in call for mark in marks) or _is_judged(call)))
    parts = [f"imports {', '.join(imports[:4])}"] if imports else []
    if calls:
        parts.append(f"calls {'; '.join(call[:100] for call in calls[:3])}" + (" and more" if len(calls) > 3 else ""))  # noqa: PLR2004
    returns = [text for kind, text in events if kind == "return"]
    if not parts and returns and not dangerous:
        parts.append(f"returns {returns[0]}")
    return ", ".join(parts) if parts else f"uses {', '.join(dangerous or written.codes[0].names) or 'no names'}"
