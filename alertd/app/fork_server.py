"""The process from which the children of a daemon are forked: it has imported all of alertd and does nothing else.

Started by the supervisor as `python -m alertd.app.fork_server FD`, the other end of `forks.ForkServer`:

    -> {"name": "io"} and the descriptor of the child's line to the supervisor
    <- {"forked": PID, "handles": 1} and a descriptor of the process (pidfd_open(2)); 0 and none without such
    <- {"failed": ERRNO}
    <- {"ended": PID, "code": CODE}

To import takes more than a second of a processor, to fork some milliseconds, and what was imported is in memory once.
It has one thread and no loop, so forking is safe here. It leaves when its line closes; children that it leaves behind
go on, and leave when their own lines close.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any, NoReturn

import msgspec
import setproctitle

from alertd import telemetry
from alertd.app import child
from alertd.app.answering import answerers_of
from alertd.base.born import leave_with_parent

_REQUEST = 4096


def serve(control: socket.socket) -> NoReturn:
    """Fork children as long as the line is open."""
    ended, wake = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a stop of the whole group is the supervisor's to answer
    telemetry.leave_no_metrics()
    gc.collect()
    gc.freeze()  # collecting would write to pages that all children share
    asked = control.fileno()
    while True:
        readable, _, _ = select.select([asked, ended], [], [])
        if ended in readable:
            os.read(ended, _REQUEST)
            _tell_ended(control)
        if asked in readable:
            line, descriptors, _, _ = socket.recv_fds(control, _REQUEST, 1)
            if not line:
                os._exit(0)
            if descriptors:
                _fork(control, msgspec.json.decode(line)["name"], descriptors[0], (ended, wake))
            else:  # no room for one more
                _send(control, {"failed": errno.EMFILE}, [])


def _fork(control: socket.socket, name: str, line: int, own: tuple[int, int]) -> None:
    try:
        pid = os.fork()
    except OSError as error:
        os.close(line)
        _send(control, {"failed": error.errno or errno.EAGAIN}, [])
        return
    if pid == 0:
        control.close()
        _become(name, line, own)
    os.close(line)
    handle = _handle(pid)
    _send(control, {"forked": pid, "handles": len(handle)}, handle)
    for descriptor in handle:
        os.close(descriptor)


def _handle(pid: int) -> list[int]:
    """Give a descriptor of a child that is not waited for yet, so that its number cannot be another's."""
    try:
        return [os.pidfd_open(pid)]
    except (AttributeError, OSError):  # an older kernel, or one that does not let us
        return []


def _become(name: str, line: int, own: tuple[int, int]) -> NoReturn:
    """Be the child of this name until it ends."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in own:
            os.close(descriptor)
        os.setsid()  # Ctrl-C in a terminal is the supervisor's to answer
        born = answerers_of(name, line)  # before it has a name, by which one of them could go for a moment
        setproctitle.setproctitle(f"alertd {name}")
        telemetry.count_as_this_process()
        child.run(line, born)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing may come back into the loop of the fork server
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _tell_ended(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _send(control, {"ended": pid, "code": os.waitstatus_to_exitcode(status)}, [])


def _send(control: socket.socket, message: dict[str, Any], descriptors: list[int]) -> None:
    try:
        socket.send_fds(control, [msgspec.json.encode(message) + b"\n"], descriptors)
    except OSError:
        os._exit(0)  # the supervisor is gone


if __name__ == "__main__":
    leave_with_parent()
    setproctitle.setproctitle("alertd fork-server")
    serve(socket.socket(fileno=int(sys.argv[1])))
