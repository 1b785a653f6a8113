"""Work in a child process: what it hands back, how it dies, what it may not do."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from inspector.codec import hdf5
from inspector.isolate import child, limits
from inspector.isolate.child import run
from inspector.terms.errors import InspectorError, UsageError

KERNEL = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")


@pytest.fixture(autouse=True, scope="module")
def _no_reader_of_other_tests():
    hdf5.close()


def said(work):
    """What the work returns, as the child's only frame."""
    ended = run(lambda: [("said", str(work()))])
    return ended.death or dict(ended.frames)["said"]


def crash():
    faulthandler.disable()  # pytest's own would print the whole stack
    faulthandler._sigsegv()


def no_child_is_left():
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("text", ["", "a\0b\n", "é\ud800 \U0001f600", "x" * 3_000_000])
def test_text_comes_back_as_it_was(text):
    assert run(lambda: [("one", text), ("two", "")]).frames == (("one", text), ("two", ""))
    no_child_is_left()


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (lambda: signal.raise_signal(signal.SIGKILL), "SIGKILL"),
        (crash, "SIGSEGV"),
        (lambda: os._exit(7), "status 7"),
        (lambda: os._exit(0), "status 0 and no answer"),
        (lambda: 1 // 0, "ZeroDivisionError"),
        (lambda: bytearray(limits.MEMORY_LIMIT), "memory"),
        (lambda: sys.exit(0), "no answer"),
    ],
)
def test_a_death_is_said(work, says):
    ended = run(lambda: [("half", "of an answer"), ("rest", work())])
    assert says in ended.death
    assert not ended.frames
    no_child_is_left()


def test_cpu_time_is_limited(monkeypatch):
    def work():
        while True:
            pass

    monkeypatch.setattr(limits.limit, "__defaults__", (limits.MEMORY_LIMIT, 1))
    assert "CPU time" in said(work)


def test_a_child_that_waits_for_ever_is_ended(monkeypatch):
    monkeypatch.setattr(child, "WALL_SECONDS", 0.2)
    assert "no answer within" in said(lambda: time.sleep(60))
    no_child_is_left()


def test_a_child_that_ends_as_it_is_ended(monkeypatch):
    """Kernels differ in whether kill() finds a process that only waits to be reaped."""
    kill = os.kill

    def killed_before(number, _):
        kill(number, signal.SIGKILL)
        raise ProcessLookupError

    monkeypatch.setattr(child, "WALL_SECONDS", 0.2)
    monkeypatch.setattr(os, "kill", killed_before)
    monkeypatch.setattr(child, "_die_with", lambda _: None)  # the kernel does not end it: kill() must
    assert "no answer within" in said(lambda: time.sleep(60))
    no_child_is_left()


def test_an_answer_is_limited(monkeypatch):
    monkeypatch.setattr(child, "ANSWER_LIMIT", 1000)
    assert "more than 1000 bytes" in said(lambda: "x" * 10_000_000)


@pytest.mark.parametrize("error", [UsageError, InspectorError])
def test_a_refusal_is_raised_here(error):
    def work():
        raise error("no such thing")

    with pytest.raises(InspectorError, match="no such thing"):
        run(work)


def test_the_limits_hold():
    kinds = (
        resource.RLIMIT_AS,
        resource.RLIMIT_CPU,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_CORE,
    )
    now = eval(said(lambda: [resource.getrlimit(kind) for kind in kinds]))  # noqa: S307 - numbers of our own
    assert [soft for soft, _ in now][1:] == [limits.CPU_SECONDS, 0, limits.OPEN_FILES, 0]
    assert 0 < now[0][0] <= limits.MEMORY_LIMIT


def outcome(attempt):
    try:
        attempt()
    except OSError as error:
        return error.errno
    return "done"


ATTEMPTS = {
    "write": lambda: Path("hurt").write_text("x"),
    "os.open": lambda: os.open("hurt", os.O_CREAT | os.O_WRONLY),
    "remove": lambda: Path("kept").unlink(),
    "rename": lambda: Path("kept").rename("hurt"),
    "folder": lambda: Path("hurt").mkdir(),
    "link": lambda: Path("hurt").symlink_to("kept"),
    "temporary": tempfile.mkstemp,
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "program": lambda: subprocess.run(["true"], check=True),
    "system": lambda: os.system("true"),  # noqa: S605 - it is refused
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_interpreter_refuses(attempt, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kept").touch()
    assert said(lambda: outcome(attempt)) == "13"  # EACCES
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@KERNEL
@pytest.mark.parametrize("name", ["write", "os.open", "remove", "rename", "folder", "link", "connect"])
def test_the_kernel_refuses_too(name, tmp_path, monkeypatch):
    """Without the interpreter's own wall: what native code would meet."""
    pytest.importorskip("landlockpy").supported() or pytest.skip("no Landlock in this kernel")
    monkeypatch.chdir(tmp_path)
    Path("kept").touch()
    monkeypatch.setattr(child, "watch", lambda *_: None)
    assert int(said(lambda: outcome(ATTEMPTS[name]))) in {1, 13}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_refused_here_is_possible_outside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("kept").touch()
    assert outcome(ATTEMPTS["write"]) == "done"


@KERNEL
def test_a_child_ends_with_its_parent():
    """A parent that is killed leaves no child that goes on."""
    script = "import os, time; from inspector.isolate.child import run; run(lambda: time.sleep(60))"
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    number = waited(lambda: children.read_text().split())[0]
    time.sleep(0.2)  # it confines itself first
    parent.kill()
    parent.wait()
    assert waited(lambda: not alive(number))


def waited(asked):
    until = time.monotonic() + 10
    while not (found := asked()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def alive(number):
    with suppress(FileNotFoundError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
