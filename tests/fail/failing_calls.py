# SPDX-License-Identifier: LGPL-2.1-or-later
"""How each call of the C library can fail where it is made: what its man page lists, less what the
arguments rule out (EBADF, EFAULT, ENOTSOCK: a call on a descriptor of ours is on a descriptor).

SHORT is a read or write of one byte instead of all.
"""

import errno

SHORT = "short"

# As often as it is tried again: what a signal, another process or a full table causes for a while.
# The others stay, as a descriptor limit does, and are tried once and for ever.
PASSING = {"EINTR", "EAGAIN", SHORT, "ECONNABORTED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EPROTO",
           "ECONNREFUSED", "ENETDOWN", "EHOSTDOWN", "ENOTCONN", "EALREADY", "ESRCH", "EEXIST"}

# After these the call is made again, or what they were about is gone: a run in which all is as
# expected has nothing to say of them.
TRANSIENT = {"EINTR", "EAGAIN", SHORT, "ECONNABORTED", "EPROTO", "ENETDOWN", "EHOSTDOWN"}

DESCRIPTORS = "EMFILE ENFILE ENOMEM"
PATH = "EACCES EIO ELOOP ENOENT ENOMEM"
OPEN = f"{PATH} {DESCRIPTORS} EINTR EPERM"

BY_CALL = {
    "accept4": f"EINTR ECONNABORTED EPROTO ENETDOWN EHOSTDOWN EPERM EINVAL ENOBUFS {DESCRIPTORS}",
    "access": PATH,
    "bind": "EACCES EADDRINUSE EADDRNOTAVAIL EINVAL ENOMEM ENOBUFS",
    "clock_gettime": "",  # EINVAL: no such clock, EPERM: to set it
    "close": "EINTR EIO ENOSPC EDQUOT",
    "connect": "EACCES EADDRINUSE EADDRNOTAVAIL EAGAIN EALREADY ECONNREFUSED EINTR ENETUNREACH "
               "EPERM ETIMEDOUT ENOBUFS ENOMEM",
    "dup2": "EBUSY EINTR EMFILE",
    "dup3": "EBUSY EINTR EMFILE",
    "epoll_create1": DESCRIPTORS,
    "epoll_ctl": "ENOMEM ENOSPC",
    "epoll_wait": "EINTR",
    "eventfd": f"{DESCRIPTORS} ENODEV",
    "fchmod": "EIO EPERM EROFS",
    "fclose": "EIO ENOSPC EDQUOT EINTR",
    "fcntl64": "",
    "fdopen": "ENOMEM",
    "fflush": "EIO ENOSPC EDQUOT EFBIG EPIPE",
    "flock": "EINTR ENOLCK EAGAIN",
    "fork": "EAGAIN ENOMEM",
    "fstat64": "EIO ENOMEM EOVERFLOW",
    "fsync": "EIO ENOSPC EDQUOT EINTR",
    "getpeername": "ENOBUFS EINVAL",  # ENOTCONN is an answer: the other end has gone
    "getpwuid": f"EIO EINTR {DESCRIPTORS}",
    "getrlimit64": "EPERM",
    "getsockname": "ENOBUFS EINVAL",
    "getsockopt": "ENOBUFS ENOMEM ENOPROTOOPT EINVAL",
    "if_nametoindex": "ENODEV EMFILE",
    "ioctl": "ENODEV ENOMEM EPERM EINVAL ENOTTY",
    "isatty": "ENOTTY EINVAL",
    "kill": "ESRCH EPERM",
    "listen": "EADDRINUSE ENOBUFS EOPNOTSUPP EACCES",
    "lstat64": PATH,
    "memfd_create": f"{DESCRIPTORS} EPERM",
    "mkostemp64": "EACCES EEXIST EINTR EMFILE ENFILE ENOSPC EDQUOT EROFS ENOENT",
    "mmap64": "ENOMEM EAGAIN EPERM ENFILE",
    "munmap": "ENOMEM",
    "open64": OPEN,
    "openat64": OPEN,
    "opendir": f"EACCES ENOENT ENOTDIR {DESCRIPTORS}",
    "pipe2": "EMFILE ENFILE",
    "poll": "EINTR ENOMEM EINVAL",
    "prctl": "EPERM EINVAL",
    "pread64": f"EINTR EIO EISDIR EOVERFLOW {SHORT}",
    "read": f"EINTR EIO EAGAIN EISDIR {SHORT}",
    "readdir64": "EIO ENOMEM ENOENT",
    "readlink": f"{PATH} EINVAL",
    "recv": f"EINTR EAGAIN ECONNRESET ETIMEDOUT ECONNREFUSED ENOMEM ENOBUFS {SHORT}",
    "recvmsg": "EINTR EAGAIN ENOBUFS ENOMEM",
    "rename": "EACCES EBUSY EDQUOT EIO ENOENT ENOSPC EPERM EROFS EXDEV",
    "sched_getaffinity": "EINVAL ESRCH",
    "sched_getcpu": "ENOSYS",
    "sched_setaffinity": "EINVAL EPERM",
    "send": f"EINTR EAGAIN ECONNRESET EPIPE ENOBUFS ENOMEM EACCES {SHORT}",
    "sendto": "EINTR EAGAIN ENOBUFS ENOMEM ECONNREFUSED EPERM",
    "setpgid": "EACCES EPERM ESRCH",
    "setrlimit64": "EPERM EINVAL",
    "setsockopt": "ENOBUFS ENOMEM ENOPROTOOPT EINVAL EPERM EACCES",
    "shutdown": "ENOTCONN",
    "signalfd": f"{DESCRIPTORS} ENODEV",
    "socket": f"EACCES EAFNOSUPPORT EPROTONOSUPPORT ENOBUFS {DESCRIPTORS}",
    "socketpair": f"EAFNOSUPPORT EOPNOTSUPP {DESCRIPTORS}",
    "stat64": f"{PATH} EOVERFLOW",
    "statx": PATH,
    "syscall": "",
    "unlink": "EACCES EBUSY EIO ENOENT EPERM EROFS",
    "unshare": "EPERM ENOSPC ENOMEM EINVAL EUSERS",
    "waitid": "EINTR ECHILD",
    "waitpid": "EINTR ECHILD",
    "write": f"EINTR EIO EAGAIN ENOSPC EDQUOT EFBIG EPIPE EPERM EINVAL {SHORT}",
}

# What a call asks there, and so answered: by its errno, and a part of the name of who asks.
ANSWERS = [
    ("bind", "EADDRINUSE", "net/rebound-port-report.c"),  # `rebound why`: the port is taken
    ("socket", "EAFNOSUPPORT", "net/rebound-port-report.c"),  # and there is no IPv6
    ("socket", "EAFNOSUPPORT", "net/rebound-kernel-probe.c listen_on"),
    ("bind", "EADDRNOTAVAIL", "net/rebound-kernel-probe.c listen_on"),
    ("shutdown", "ENOTCONN", "net/rebound-reclaim.c"),  # the other end has reset it
    ("shutdown", "ENOTCONN", "net/rebound-link.c"),
    ("shutdown", "ENOTCONN", "net/rebound-silent-listener.c"),
]

# Where something else is done instead, without a word, and a run in which all is as expected has
# recovered: nobody could be turned away, who then is accepted; an idle HTTP connection that cannot
# be looked at is given up, and the request takes a new one.
INSTEAD = [
    ("accept4", "net/rebound-accept.c shed"),
    ("recv", "rebound_http_client_probe"),
]

# Those that are several: by their command, as <fcntl.h> and <sys/syscall.h> number them.
BY_KIND = {
    ("fcntl64", 0): "EMFILE EINVAL",  # F_DUPFD
    ("fcntl64", 1030): "EMFILE EINVAL",  # F_DUPFD_CLOEXEC
    ("fcntl64", 6): "EACCES EAGAIN ENOLCK EDEADLK EINTR",  # F_SETLK
    ("epoll_ctl", 2): "ENOENT ENOMEM",  # EPOLL_CTL_DEL
}
SYSTEM_CALLS = {126: "capset", 434: "pidfd_open", 438: "pidfd_getfd"}  # of x86-64
BY_SYSTEM_CALL = {
    "capset": "EPERM EINVAL",
    "pidfd_open": f"{DESCRIPTORS} ESRCH EINVAL",
    "pidfd_getfd": f"{DESCRIPTORS} ESRCH EPERM",
}



def name_call(call, kind):
    if call == "syscall":
        return SYSTEM_CALLS.get(kind, f"syscall {kind}")
    return call.removesuffix("64")


def list_errors(call, kind):
    """What the call can fail with, each once."""
    if call == "syscall":
        text = BY_SYSTEM_CALL.get(SYSTEM_CALLS.get(kind), "")
    else:
        text = BY_KIND.get((call, kind), BY_CALL[call])
    return list(dict.fromkeys(text.split()))


def get_number(error):
    return 0 if error == SHORT else getattr(errno, error)
