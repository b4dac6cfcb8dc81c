/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* System calls that fail when a test says so: a program that is linked with failing-calls.c has
 * them in place of the C library's. Only what is done to TCP sockets is meddled with, so the fence
 * and netlink go on as they are. */
typedef enum
{
  FAILING_SOCKET,
  FAILING_SETSOCKOPT, /* SO_REUSEADDR and SO_REUSEPORT alone */
  FAILING_GETSOCKOPT, /* SO_ACCEPTCONN alone */
  FAILING_BIND,
  FAILING_LISTEN,
  FAILING_CONNECT,
  FAILING_DUP3,
  FAILING_ACCEPT,
  FAILING_SEND,
  FAILING_RECV,
  FAILING_EPOLL_ADD,
  FAILING_FORK,
  FAILING_N_CALLS,
} FailingCall;

/* The next @count such calls fail with @error_number; G_MAXUINT: all of them. */
void failing_calls_plan (FailingCall call, int error_number, guint count);

/* How many have failed since they were planned. */
guint failing_calls_get_count (FailingCall call);

/* From now on all is as ever. */
void failing_calls_clear (void);

/* Called with each descriptor just before it is closed; NULL: nothing is. */
void failing_calls_watch_close (void (*func) (int fd, gpointer user_data), gpointer user_data);

G_END_DECLS
