/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A listener that was taken away as XNU does it: nothing that one asks of the descriptor tells that
 * it is dead, and the port is taken until it is closed. */

#include "net/rebound-silent-listener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-link-private.h"
#include "net/rebound-socket-table-private.h"

#define BACKLOG 7

typedef struct
{
  sa_family_t family;
  guint16 port;
  int fd;     /* the listener's */
  int keeper; /* -1 until it has been replaced, and once it is closed */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->family = (sa_family_t) GPOINTER_TO_INT (data);
  fixture->port = kernel_test_new_port ();
  fixture->fd = raw_listen (fixture->family, fixture->port, TRUE, BACKLOG);
  fixture->keeper = -1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->fd >= 0)
    raw_close (fixture->fd);
  if (fixture->keeper >= 0)
    raw_close (fixture->keeper);
}

static void
replace (Fixture *fixture)
{
  g_assert_true (rebound_silent_listener_replace (fixture->fd, &fixture->keeper));
  kernel_test_settle ();
}

static int
get_option (int fd, int level, int name)
{
  int value = -1;
  socklen_t size_bytes = sizeof value;

  g_assert_no_errno (getsockopt (fd, level, name, &value, &size_bytes));
  return value;
}

static int
try_connect (const Fixture *fixture)
{
  int fd = raw_socket (fixture->family);
  int error_number = raw_try_connect (fd, fixture->family, fixture->port);

  raw_close (fd);
  return -error_number;
}

static int
try_bind (const Fixture *fixture, gboolean reuse)
{
  int fd = raw_socket (fixture->family);
  int error_number;

  raw_set_reuse (fd, reuse);
  error_number = raw_try_bind (fd, fixture->family, fixture->port);
  raw_close (fd);
  return -error_number;
}

static void
test_silent (Fixture *fixture, gconstpointer data)
{
  const short all = POLLIN | POLLOUT | POLLPRI | POLLRDHUP;

  g_test_summary (
      "it is never ready and never fails, however often clients knock; they are refused");
  replace (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmphex (raw_poll (fixture->fd, all), ==, 0);
      assert_errno (raw_try_accept (fixture->fd), EAGAIN);
      assert_errno (try_connect (fixture), ECONNREFUSED);
    }
}

static void
test_asking (Fixture *fixture, gconstpointer data)
{
  struct tcp_info info;
  socklen_t size_bytes = sizeof info;

  g_test_summary ("whoever asks the socket is told what a living one says");
  g_assert_no_errno (fcntl (fixture->fd, F_SETFD, 0));
  replace (fixture);
  g_assert_cmpint (get_option (fixture->fd, SOL_SOCKET, SO_ACCEPTCONN), ==, 1);
  g_assert_cmpint (get_option (fixture->fd, SOL_SOCKET, SO_ERROR), ==, 0);
  g_assert_cmpint (get_option (fixture->fd, SOL_SOCKET, SO_REUSEADDR), ==, 1);
  g_assert_cmpint (get_option (fixture->fd, SOL_SOCKET, SO_REUSEPORT), ==, 0);
  g_assert_cmpint (get_option (fixture->fd, SOL_SOCKET, SO_DOMAIN), ==, fixture->family);
  g_assert_cmpint (fcntl (fixture->fd, F_GETFD), ==, 0);
  g_assert_cmphex (fcntl (fixture->fd, F_GETFL), ==, O_RDWR | O_NONBLOCK);
  g_assert_cmpuint (raw_port (fixture->fd), ==, fixture->port);
  assert_state (rebound_socket_state (fixture->fd), TCP_LISTEN);
  g_assert_no_errno (getsockopt (fixture->fd, IPPROTO_TCP, TCP_INFO, &info, &size_bytes));
  g_assert_cmpuint (info.tcpi_sacked, ==, BACKLOG);
}

static void
test_listen_again (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("listen() on it succeeds and changes nothing, where it revives a dead one");
  replace (fixture);
  g_assert_no_errno (listen (fixture->fd, BACKLOG));
  assert_errno (try_connect (fixture), ECONNREFUSED);
}

/* The listener's address is any address of its family, of which :: is IPv4's as well. */
static void
test_any_address (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_storage before = { .ss_family = fixture->family };
  struct sockaddr_storage after;
  socklen_t size_bytes = sizeof before;

  g_test_summary ("getsockname() says what it said");
  close (fixture->fd);
  fixture->fd = raw_socket (fixture->family);
  g_assert_no_errno (bind (fixture->fd, (struct sockaddr *) &before, sizeof before));
  g_assert_no_errno (listen (fixture->fd, BACKLOG));
  g_assert_no_errno (getsockname (fixture->fd, (struct sockaddr *) &before, &size_bytes));
  replace (fixture);
  g_assert_no_errno (getsockname (fixture->fd, (struct sockaddr *) &after, &size_bytes));
  g_assert_cmpmem (&before, size_bytes, &after, size_bytes);
  fixture->port = raw_port (fixture->fd);
  assert_errno (try_connect (fixture), ECONNREFUSED);
  assert_errno (try_bind (fixture, TRUE), EADDRINUSE);
}

static void
test_backlog (Fixture *fixture, gconstpointer data)
{
  int accepted = raw_connect (fixture->family, fixture->port, 0);
  int server = raw_accept (fixture->fd);
  int waiting = raw_connect (fixture->family, fixture->port, 0);

  g_test_summary ("who waits in the backlog is reset; who was accepted is another matter");
  replace (fixture);
  assert_errno (raw_receive (waiting), ECONNRESET);
  g_assert_cmpint (raw_send (accepted, "hello"), ==, 5);
  g_assert_cmpint (raw_receive (server), ==, 5);
  raw_close (waiting);
  raw_close_abortively (accepted);
  raw_close (server);
}

static void
test_port (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "the port is taken, whatever the options, until both are closed; then it is free");
  for (int reuse = 0; reuse <= 1; reuse++)
    {
      raw_set_reuse (fixture->fd, reuse);
      replace (fixture);
      assert_errno (try_bind (fixture, FALSE), EADDRINUSE);
      assert_errno (try_bind (fixture, TRUE), EADDRINUSE);
      raw_close (fixture->fd);
      raw_close (fixture->keeper);
      fixture->keeper = -1;
      assert_errno (try_bind (fixture, FALSE), 0);
      fixture->fd = raw_listen (fixture->family, fixture->port, TRUE, BACKLOG);
    }
  raw_close (raw_connect (fixture->family, fixture->port, 0));
  raw_close (raw_accept (fixture->fd));
}

static void
test_link (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("the run's link is not its own");
  assert_errno (rebound_link_set_up (FALSE), 0);
  g_assert_true (rebound_silent_listener_replace (fixture->fd, &fixture->keeper));
  assert_errno (raw_try_accept (fixture->fd), EAGAIN);
  assert_errno (rebound_link_set_up (TRUE), 0);
  assert_errno (try_connect (fixture), ECONNREFUSED);
  g_assert_cmphex (raw_poll (fixture->fd, POLLIN), ==, 0);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n_descriptors = 0;

  while (g_dir_read_name (directory) != NULL)
    n_descriptors++;
  return n_descriptors;
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  guint n_before = count_descriptors ();
  int keepers[64], fds[G_N_ELEMENTS (keepers)];

  g_test_summary ("there is no end to them, and nothing is left of them");
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = raw_listen (fixture->family, kernel_test_new_port (), TRUE, 1);
      g_assert_true (rebound_silent_listener_replace (fds[i], &keepers[i]));
    }
  g_assert_cmpuint (count_descriptors (), ==, n_before + 2 * G_N_ELEMENTS (fds));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      assert_errno (raw_try_accept (fds[i]), EAGAIN);
      raw_close (fds[i]);
      raw_close (keepers[i]);
    }
  g_assert_cmpuint (count_descriptors (), ==, n_before);
}

static void
assert_untouched (const Fixture *fixture)
{
  g_assert_cmpint (fixture->keeper, ==, -1);
  raw_close (raw_connect (fixture->family, fixture->port, 0));
  raw_close (raw_accept (fixture->fd));
}

static void
test_not_listening (Fixture *fixture, gconstpointer data)
{
  int fd = raw_socket (fixture->family);
  int keeper = -1;

  g_test_summary ("what does not listen cannot be silenced");
  g_assert_false (rebound_silent_listener_replace (fd, &keeper));
  assert_errno (-errno, EINVAL);
  g_assert_false (rebound_silent_listener_replace (-1, &keeper));
  g_assert_cmpint (keeper, ==, -1);
  raw_close (fd);
}

static void
test_no_descriptors (Fixture *fixture, gconstpointer data)
{
  struct rlimit limit, few;

  g_test_summary ("where descriptors run out it is as it was, at whatever point that is");
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  few = limit;
  for (few.rlim_cur = 0; few.rlim_cur < 64; few.rlim_cur++)
    {
      gboolean is_replaced;

      g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
      is_replaced = rebound_silent_listener_replace (fixture->fd, &fixture->keeper);
      g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
      if (is_replaced)
        break;
      assert_untouched (fixture);
    }
  assert_errno (raw_try_accept (fixture->fd), EAGAIN);
}

static void
test_in_table (Fixture *fixture, gconstpointer data)
{
  const ReboundSocketTableListener listener = { NULL };
  ReboundSocketTable *table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL); /* its context has descriptors */
  guint n_before = count_descriptors ();
  ReboundSocket *socket
      = rebound_socket_table_add_listener (table, site, "web", fixture->fd, 1, TRUE);

  g_test_summary ("a socket of the table owns its keeper: closed with it, the port is free");
  g_assert_true (rebound_socket_silence (socket));
  g_assert_true (rebound_socket_silence (socket)); /* which it is already */
  g_assert_cmpuint (count_descriptors (), ==, n_before + 1);
  assert_errno (try_bind (fixture, TRUE), EADDRINUSE);
  rebound_socket_close (socket);
  fixture->fd = -1;
  g_assert_cmpuint (count_descriptors (), ==, n_before - 1);
  assert_errno (try_bind (fixture, FALSE), 0);
  rebound_socket_table_free (table);
}

static void
test_without_isolation (void)
{
  int fd = raw_socket (AF_INET);
  int keeper = -1;

  g_test_summary ("without isolation there is no second namespace, and it is said so");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      close (fd);
      return;
    }
  g_assert_no_errno (listen (fd, 1));
  g_assert_false (rebound_silent_listener_replace (fd, &keeper));
  assert_errno (-errno, ENOTSUP);
  close (fd);
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/silent-listener/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess () && !kernel_test_enter ())
    return g_test_run ();

  ADD ("silent", test_silent);
  ADD ("asking", test_asking);
  ADD ("listen-again", test_listen_again);
  ADD ("any-address", test_any_address);
  ADD ("backlog", test_backlog);
  ADD ("port", test_port);
  ADD ("link", test_link);
  ADD ("many", test_many);
  ADD ("not-listening", test_not_listening);
  ADD ("no-descriptors", test_no_descriptors);
  ADD ("in-table", test_in_table);
  g_test_add_func ("/silent-listener/without-isolation", test_without_isolation);
  return g_test_run ();
}
