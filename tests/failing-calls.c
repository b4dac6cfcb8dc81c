/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "failing-calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct
{
  int error_number;
  guint left;
  guint failed;
} plans[FAILING_N_CALLS];

static void (*close_func) (int fd, gpointer user_data);
static gpointer close_data;

void
failing_calls_plan (FailingCall call, int error_number, guint count)
{
  plans[call].error_number = error_number;
  plans[call].left = count;
  plans[call].failed = 0;
}

guint
failing_calls_get_count (FailingCall call)
{
  return plans[call].failed;
}

void
failing_calls_clear (void)
{
  for (guint i = 0; i < FAILING_N_CALLS; i++)
    plans[i].left = 0;
  close_func = NULL;
}

void
failing_calls_watch_close (void (*func) (int fd, gpointer user_data), gpointer user_data)
{
  close_func = func;
  close_data = user_data;
}

static gboolean
is_tcp (int fd)
{
  int protocol = 0;
  socklen_t size_bytes = sizeof protocol;

  return getsockopt (fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size_bytes) == 0
         && protocol == IPPROTO_TCP;
}

static gboolean
shall_fail (FailingCall call)
{
  if (plans[call].left == 0)
    return FALSE;
  if (plans[call].left != G_MAXUINT)
    plans[call].left--;
  plans[call].failed++;
  errno = plans[call].error_number;
  return TRUE;
}

/* The C library's own function of the name of the caller. */
#define REAL(result, ...)                                                                          \
  static result (*real) (__VA_ARGS__);                                                             \
  if (real == NULL)                                                                                \
  real = (result (*) (__VA_ARGS__)) dlsym (RTLD_NEXT, __func__)

int
socket (int domain, int type, int protocol)
{
  REAL (int, int, int, int);

  if ((domain == AF_INET || domain == AF_INET6) && (type & SOCK_STREAM) != 0
      && shall_fail (FAILING_SOCKET))
    return -1;
  return real (domain, type, protocol);
}

int
setsockopt (int fd, int level, int option, const void *value, socklen_t size_bytes)
{
  REAL (int, int, int, int, const void *, socklen_t);

  if (level == SOL_SOCKET && (option == SO_REUSEADDR || option == SO_REUSEPORT) && is_tcp (fd)
      && shall_fail (FAILING_SETSOCKOPT))
    return -1;
  return real (fd, level, option, value, size_bytes);
}

int
getsockopt (int fd, int level, int option, void *value, socklen_t *size_bytes)
{
  REAL (int, int, int, int, void *, socklen_t *);

  if (level == SOL_SOCKET && option == SO_ACCEPTCONN && is_tcp (fd)
      && shall_fail (FAILING_GETSOCKOPT))
    return -1;
  return real (fd, level, option, value, size_bytes);
}

int
dup3 (int old_fd, int new_fd, int flags)
{
  REAL (int, int, int, int);

  if (is_tcp (old_fd) && shall_fail (FAILING_DUP3))
    return -1;
  return real (old_fd, new_fd, flags);
}

int
bind (int fd, const struct sockaddr *address, socklen_t size_bytes)
{
  REAL (int, int, const struct sockaddr *, socklen_t);

  if (is_tcp (fd) && shall_fail (FAILING_BIND))
    return -1;
  return real (fd, address, size_bytes);
}

int
listen (int fd, int backlog)
{
  REAL (int, int, int);

  if (is_tcp (fd) && shall_fail (FAILING_LISTEN))
    return -1;
  return real (fd, backlog);
}

int
connect (int fd, const struct sockaddr *address, socklen_t size_bytes)
{
  REAL (int, int, const struct sockaddr *, socklen_t);

  if (is_tcp (fd) && shall_fail (FAILING_CONNECT))
    return -1;
  return real (fd, address, size_bytes);
}

int
accept4 (int fd, struct sockaddr *address, socklen_t *size_bytes, int flags)
{
  REAL (int, int, struct sockaddr *, socklen_t *, int);

  if (shall_fail (FAILING_ACCEPT))
    return -1;
  return real (fd, address, size_bytes, flags);
}

ssize_t
send (int fd, const void *bytes, size_t length, int flags)
{
  REAL (ssize_t, int, const void *, size_t, int);

  if (is_tcp (fd) && shall_fail (FAILING_SEND))
    return -1;
  return real (fd, bytes, length, flags);
}

ssize_t
recv (int fd, void *bytes, size_t length, int flags)
{
  REAL (ssize_t, int, void *, size_t, int);

  if (is_tcp (fd) && shall_fail (FAILING_RECV))
    return -1;
  return real (fd, bytes, length, flags);
}

int
epoll_ctl (int epoll_fd, int operation, int fd, struct epoll_event *event)
{
  REAL (int, int, int, int, struct epoll_event *);

  if (operation == EPOLL_CTL_ADD && is_tcp (fd) && shall_fail (FAILING_EPOLL_ADD))
    return -1;
  return real (epoll_fd, operation, fd, event);
}

int
close (int fd)
{
  REAL (int, int);

  if (close_func != NULL)
    close_func (fd, close_data);
  return real (fd);
}

pid_t
fork (void)
{
  REAL (pid_t, void);

  return shall_fail (FAILING_FORK) ? -1 : real ();
}
