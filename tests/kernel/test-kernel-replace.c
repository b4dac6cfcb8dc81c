/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A new listening socket in the place of one whose descriptor is still open: when the port can be
 * had, and who notices that the number stands for another socket. */

#include "kernel-test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net/rebound-errno.h"

typedef enum
{
  ALIVE,
  SHUT_DOWN,
  DISCONNECTED,
} Old;

typedef struct
{
  Old old;
  gboolean old_reuse;
  gboolean new_reuse;
  int error_number;
} Bind;

static const Bind binds[] = {
  { ALIVE, FALSE, FALSE, EADDRINUSE },        { ALIVE, FALSE, TRUE, EADDRINUSE },
  { ALIVE, TRUE, FALSE, EADDRINUSE },         { ALIVE, TRUE, TRUE, EADDRINUSE },
  { SHUT_DOWN, FALSE, FALSE, EADDRINUSE },    { SHUT_DOWN, FALSE, TRUE, EADDRINUSE },
  { SHUT_DOWN, TRUE, FALSE, EADDRINUSE },     { SHUT_DOWN, TRUE, TRUE, 0 },
  { DISCONNECTED, FALSE, FALSE, EADDRINUSE }, { DISCONNECTED, FALSE, TRUE, EADDRINUSE },
  { DISCONNECTED, TRUE, FALSE, EADDRINUSE },  { DISCONNECTED, TRUE, TRUE, 0 },
};

static void
take_away (int fd, Old how)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  if (how == SHUT_DOWN)
    g_assert_no_errno (shutdown (fd, SHUT_RDWR));
  else if (how == DISCONNECTED)
    g_assert_no_errno (connect (fd, &nowhere, sizeof nowhere));
}

static void
test_bind (gconstpointer data)
{
  const Bind *row = data;
  guint16 port = kernel_test_new_port ();
  int old = raw_listen (AF_INET, port, row->old_reuse, 1);
  int new = raw_socket (AF_INET);

  g_test_summary (
      "a port whose old listener is still open is only to be had where that is dead and "
      "both have SO_REUSEADDR");
  take_away (old, row->old);
  raw_set_reuse (new, row->new_reuse);
  assert_errno (-raw_try_bind (new, AF_INET, port), row->error_number);
  raw_close (old);
  raw_close (new);
}

/* The new one under the old one's number, as dup2() does it. */
static int
replace (int old, guint16 port)
{
  int new;

  take_away (old, SHUT_DOWN);
  new = raw_listen (AF_INET, port, TRUE, 1);
  g_assert_cmpint (dup2 (new, old), ==, old);
  close (new);
  return old;
}

static void
test_poll (void)
{
  guint16 port = kernel_test_new_port ();
  int fd = replace (raw_listen (AF_INET, port, TRUE, 1), port);
  int client = raw_connect (AF_INET, port, 0);

  g_test_summary ("whoever polls the number polls the new socket");
  g_assert_cmpint (raw_poll (fd, POLLIN), ==, POLLIN);
  raw_close (client);
  raw_close (fd);
}

static void
test_epoll (void)
{
  guint16 port = kernel_test_new_port ();
  int fd = raw_listen (AF_INET, port, TRUE, 1);
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event event = { .events = EPOLLIN };
  int client;

  g_test_summary ("an epoll that had the old socket never hears of the new one, until it is added");
  g_assert_no_errno (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event));
  replace (fd, port);
  client = raw_connect (AF_INET, port, 0);
  g_assert_cmpint (epoll_wait (epoll_fd, &event, 1, 0), ==, 0);
  g_assert_cmpint (epoll_ctl (epoll_fd, EPOLL_CTL_MOD, fd, &event), ==, -1);
  assert_errno (-errno, ENOENT);
  event.events = EPOLLIN;
  g_assert_no_errno (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event));
  g_assert_cmpint (epoll_wait (epoll_fd, &event, 1, 0), ==, 1);
  raw_close (client);
  raw_close (fd);
  close (epoll_fd);
}

int
main (int argc, char **argv)
{
  static const char *const olds[] = { "alive", "shut-down", "disconnected" };

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (binds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernel/replace/bind/%s/%d%d", olds[binds[i].old],
                                               binds[i].old_reuse, binds[i].new_reuse);

      g_test_add_data_func (path, &binds[i], test_bind);
    }
  g_test_add_func ("/kernel/replace/poll", test_poll);
  g_test_add_func ("/kernel/replace/epoll", test_epoll);
  return g_test_run ();
}
