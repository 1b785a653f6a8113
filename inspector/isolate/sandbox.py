"""What a process that reads untrusted bytes may not do: write, reach the network, start programs.

Two walls. The interpreter's own (an audit hook) stands on every platform and stops Python code. The kernel's (Landlock,
seccomp; Linux, with `pip install artifact-inspector[sandbox]`) stops native code too.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Audit events by their first word (https://docs.python.org/3/library/audit_events.html) that no reader has a use for.
_REFUSED = {"ctypes", "ftplib", "http", "pickle", "poplib", "pty", "shutil", "smtplib", "socket", "sqlite3", "syslog"}
_REFUSED |= {"tempfile", "urllib", "webbrowser"}
# Most of the events of a run.
_HARMLESS = {"builtins.id", "exec", "import", "marshal.loads"}
_REFUSED_OS = {
    "chflags", "chmod", "chown", "exec", "fork", "forkpty", "killpg", "link", "lockf", "mkdir",
    "remove", "removexattr", "rename", "rmdir", "setxattr", "spawn", "startfile", "symlink", "system", "truncate",
    "utime",
}  # fmt: skip
_STARTING = {"subprocess.Popen", "os.posix_spawn"}  # the second is within the first from Python 3.13 on
# Landlock (to Linux 6.18) knows TCP alone: sockets of every kind are refused by seccomp. io_uring opens them past it.
_REFUSED_CALLS = (
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "io_uring_setup",
    "ptrace", "process_vm_writev", "bpf", "perf_event_open", "userfaultfd", "mount", "unshare", "setns", "keyctl",
)  # fmt: skip
_STARTING_CALLS = ("execve", "execveat")


def confine(*, starts_programs: bool = True) -> tuple[str, ...]:
    """Have the kernel refuse writes and the network to this process and its children; names what holds.

    Empty where the libraries are not installed or the kernel has neither. With `starts_programs` False no other
    program can be started either; then sockets are refused too (seccomp), not TCP alone.
    """
    if sys.platform != "linux":
        return ()
    held = ["landlock"] if _landlock() else []
    if not starts_programs and _seccomp():
        held.append("seccomp")
    return tuple(held)


def _landlock() -> bool:
    """Read everything, write nothing, no TCP, no signals and abstract sockets to processes outside."""
    library = _library("landlockpy")
    if library is None or not library.supported():
        return False
    try:
        _restrict(library)
    except OSError:  # sixteen rulesets stand in the way already, or a container's own seccomp rules
        return False
    return True


def _restrict(library: Any) -> None:
    files = library.AccessFS
    # The libraries that are read later lie anywhere; and running a program gains nothing: it is confined as well.
    reading = files.READ_FILE | files.READ_DIR | files.EXECUTE
    with library.Ruleset(scoped=library.Scope.SIGNAL | library.Scope.ABSTRACT_UNIX_SOCKET) as rules:
        rules.allow_path("/", reading)
        rules.allow_path(os.devnull, files.WRITE_FILE)
        rules.restrict()


def _seccomp() -> bool:
    library = _library("seccompy")
    if library is None or not library.supported():
        return False
    rules = library.Filter()
    try:
        for call in (*_REFUSED_CALLS, *_STARTING_CALLS):
            rules.errno(call, errno.EACCES)
        rules.load()
    except OSError:  # a machine whose system calls the library has no table of
        return False
    return True


def _library(name: str) -> Any:
    """A library of the extra `sandbox`; None where it is not installed.

    Importing landlockpy costs 19 ms of CPU time, a fifth of a cold run, and 16 of them go to helpers for tests and to
    the search for the C library, which this process is linked with (`CDLL(None)`): both are left out.
    """
    if importlib.util.find_spec(name) is None:
        return None
    search = ModuleType("ctypes.util")
    search.__dict__["find_library"] = lambda _: None
    importlib.import_module("ctypes").__dict__.setdefault("util", search)
    left_out = {"ctypes.util": search, f"{name}.testing": ModuleType(f"{name}.testing")}
    put_in = {module: stub for module, stub in left_out.items() if sys.modules.setdefault(module, stub) is stub}
    try:
        return importlib.import_module(name)
    finally:
        for module in put_in:
            del sys.modules[module]


def watch(programs: tuple[str, ...], unwritten: list[str]) -> None:
    """Have the interpreter refuse, for the rest of this process, what a reader never does; PermissionError.

    `programs` may be started all the same. Paths whose writing was refused are added to `unwritten`: those of
    `__pycache__` tell which of our own modules have no bytecode yet.
    """
    sys.addaudithook(_hook(programs, unwritten))


def _hook(programs: tuple[str, ...], unwritten: list[str]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event in _HARMLESS:
            return
        if event == "open":
            # A number is a pipe that is open already.
            if given[2] & _WRITING and isinstance(given[0], str | bytes) and given[0] != os.devnull:
                unwritten.append(os.fsdecode(given[0]))
                raise PermissionError(errno.EACCES, "nothing is written by the process that reads models", given[0])
        elif event in _STARTING:
            if os.fsdecode(given[0]) not in programs:
                raise PermissionError(errno.EACCES, "no program is started by the process that reads models")
        else:
            family, _, what = event.partition(".")
            if what == "mkdir":
                unwritten.append(os.fsdecode(given[0]))
            if family in _REFUSED or (family == "os" and what in _REFUSED_OS):
                raise PermissionError(errno.EACCES, f"{event} is refused in the process that reads models")

    return hook
