/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the servers share, and the one that the others are measured by: system calls and epoll, with
 * no more than what the work asks for. */

#include "bench-servers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LIBEVENT
#include <event2/event.h>
#endif
#ifdef HAVE_LIBUV
#include <uv.h>
#endif

#define EVENTS_A_TURN 64

struct sockaddr_in
bench_server_address (void)
{
  return (struct sockaddr_in){ .sin_family = AF_INET,
                               .sin_port = htons (BENCH_SERVER_PORT),
                               .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
}

void
bench_server_limit_time_waits (guint n_time_waits)
{
  int fd = open ("/proc/sys/net/ipv4/tcp_max_tw_buckets", O_WRONLY | O_CLOEXEC);

  if (fd < 0 || dprintf (fd, "%u\n", n_time_waits) < 0)
    g_error ("tcp_max_tw_buckets: %m");
  close (fd);
}

char *
bench_server_peers (void)
{
  GString *text = g_string_new (NULL);

#ifdef HAVE_LIBEVENT
  g_string_append_printf (text, "libevent %s, ", event_get_version ());
#else
  g_string_append (text, "no libevent here, ");
#endif
#ifdef HAVE_LIBUV
  g_string_append_printf (text, "libuv %s", uv_version_string ());
#else
  g_string_append (text, "no libuv here");
#endif
  return g_string_free (text, FALSE);
}

typedef struct
{
  guint *n_served;
  gboolean client_closes_first;
  int epoll_fd;
  int listener_fd;
} Server;

static gpointer
new_server (guint *n_served, gboolean client_closes_first)
{
  Server *self = g_new0 (Server, 1);

  self->n_served = n_served;
  self->client_closes_first = client_closes_first;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  return self;
}

static void
watch (Server *self, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    g_error ("epoll_ctl: %m");
}

static void
open_server (gpointer server)
{
  Server *self = server;
  const int on = 1;
  const struct sockaddr_in address = bench_server_address ();

  self->listener_fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (self->listener_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (self->listener_fd, (const struct sockaddr *) &address, sizeof address) < 0
      || listen (self->listener_fd, BENCH_SERVER_BACKLOG) < 0)
    g_error ("no listener: %m");
  watch (self, self->listener_fd);
}

static void
accept_all (Server *self)
{
  int fd;

  while ((fd = accept4 (self->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    watch (self, fd);
  if (errno != EAGAIN)
    g_error ("accept4: %m");
}

static void
serve (Server *self, int fd)
{
  char message[BENCH_MESSAGE_BYTES];
  ssize_t received = recv (fd, message, sizeof message, 0);

  if (received < 0 || send (fd, message, (gsize) received, MSG_NOSIGNAL) != received)
    g_error ("a connection failed: %m");
  if (received > 0 && self->client_closes_first)
    return;
  close (fd);
  (*self->n_served)++;
}

static void
iterate (gpointer server)
{
  Server *self = server;
  struct epoll_event events[EVENTS_A_TURN];
  int n_events = epoll_wait (self->epoll_fd, events, EVENTS_A_TURN, -1);

  for (int i = 0; i < n_events; i++)
    if (events[i].data.fd == self->listener_fd)
      accept_all (self);
    else
      serve (self, events[i].data.fd);
}

static void
close_server (gpointer server)
{
  Server *self = server;

  close (self->listener_fd);
}

static void
free_server (gpointer server)
{
  Server *self = server;

  close (self->epoll_fd);
  g_free (self);
}

const BenchServerClass bench_server_raw
    = { "system calls and epoll", new_server, open_server, iterate, close_server, free_server };
