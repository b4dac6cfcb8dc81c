/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What single sockets do, and what GLib makes of them: the unbound listener of whoever ignored
 * bind's error, accept on what is no listener, and sources that outlive their descriptor. */

#include "kernel-test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/rebound-errno.h"
#include "net/rebound-sysctl-private.h"

/* Descriptors without a listener. */

static void
test_unbound_polls_hup (void)
{
  int fd = raw_socket (AF_INET);

  g_test_summary ("a TCP socket that was never bound polls POLLHUP, even when asked for nothing");
  g_assert_cmpint (raw_poll (fd, 0), ==, POLLHUP);
  g_assert_cmpint (raw_poll (fd, POLLIN), ==, POLLHUP);
  raw_close (fd);
}

static void
test_bound_polls_hup (void)
{
  int fd = raw_socket (AF_INET);

  g_test_summary ("the same after a successful bind: it is listen that ends it");
  assert_errno (-raw_try_bind (fd, AF_INET, kernel_test_new_port ()), 0);
  g_assert_cmpint (raw_poll (fd, POLLIN), ==, POLLHUP);
  g_assert_no_errno (listen (fd, 1));
  g_assert_cmpint (raw_poll (fd, POLLIN), ==, 0);
  raw_close (fd);
}

static gboolean
count_dispatch (int fd, GIOCondition condition, gpointer data)
{
  guint *n_dispatches = data;

  (*n_dispatches)++;
  return G_SOURCE_CONTINUE;
}

static GSource *
watch (GMainContext *context, int fd, GIOCondition condition, guint *n_dispatches)
{
  GSource *source = g_unix_fd_source_new (fd, condition);

  g_source_set_callback (source, G_SOURCE_FUNC (count_dispatch), n_dispatches, NULL);
  g_source_attach (source, context);
  return source;
}

static void
release_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
test_unbound_source_spins (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  int fd = raw_socket (AF_INET);
  guint n_dispatches = 0;
  GSource *source = watch (context, fd, 0, &n_dispatches);

  g_test_summary (
      "a source on an unbound TCP socket is dispatched at every iteration, even with no condition");
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (n_dispatches, ==, 10);
  release_source (source);
  raw_close (fd);
}

static void
test_listen_unbound (gconstpointer data)
{
  gboolean is_pair = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = rebound_sysctl_read ("net/ipv4/ip_local_port_range", &error);
  guint16 port = kernel_test_new_port ();
  g_autofree char *range = g_strdup_printf ("%u %u", is_pair ? port - 1 : port, port);
  int fd = raw_socket (AF_INET);

  g_test_summary ("listen on an unbound socket succeeds, on the upper port of ip_local_port_range");
  g_assert_no_error (error);
  rebound_sysctl_write ("net/ipv4/ip_local_port_range", range, &error);
  g_assert_no_error (error);
  g_assert_no_errno (listen (fd, 1));
  g_assert_cmpuint (raw_port (fd), ==, port);

  rebound_sysctl_write ("net/ipv4/ip_local_port_range", before, &error);
  g_assert_no_error (error);
  raw_close (fd);
}

static void
test_dead_descriptors (void)
{
  int fd = raw_socket (AF_INET);
  int pipes[2];

  g_test_summary ("accept's errors for what is no listener: EINVAL, ENOTSOCK, EBADF");
  assert_errno (raw_try_accept (fd), EINVAL);
  raw_close (fd);
  assert_errno (raw_try_accept (-1), EBADF);
  g_assert_no_errno (pipe2 (pipes, O_CLOEXEC));
  assert_errno (raw_try_accept (pipes[0]), ENOTSOCK);
  close (pipes[0]);
  close (pipes[1]);
}

/* accept() looks for a descriptor before it looks for a client. */
static void
test_no_descriptors (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 1);
  struct rlimit limit;
  struct rlimit none;

  g_test_summary ("with no descriptor left accept says EMFILE, whether somebody waits or not");
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  none = limit;
  none.rlim_cur = 0;
  kernel_test_settle (); /* its own descriptor is open before */
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  assert_errno (raw_try_accept (listener), EMFILE);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  assert_errno (raw_try_accept (listener), EAGAIN);
  raw_close (listener);
}

/* What GLib and GIO make of descriptors. */

static void
test_source_outlives_descriptor (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint n_dispatches = 0;
  int old[2], new[2];
  GSource *source;

  g_test_summary (
      "a source that is left over a close fires on the next descriptor with that number");
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, old));
  source = watch (context, old[0], G_IO_IN, &n_dispatches);
  g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (n_dispatches, ==, 0);

  close (old[0]);
  close (old[1]);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, new));
  g_assert_cmpint (new[0], ==, old[0]);
  g_assert_cmpint (raw_send (new[1], "x"), ==, 1);
  g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (n_dispatches, ==, 1);

  release_source (source);
  close (new[0]);
  close (new[1]);
}

static void
test_socket_source_keeps_port (void)
{
  g_autoptr (GError) error = NULL;
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, FALSE, 1);
  GSocket *socket = g_socket_new_from_fd (listener, &error);
  GSource *source;
  int fd = raw_socket (AF_INET);

  g_test_summary ("a GSocketSource keeps its socket, and so the port, until it is unreffed itself");
  g_assert_no_error (error);
  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_object_unref (socket);
  g_source_destroy (source);
  assert_errno (-raw_try_bind (fd, AF_INET, port), EADDRINUSE);
  g_source_unref (source);
  assert_errno (-raw_try_bind (fd, AF_INET, port), 0);
  raw_close (fd);
}

static void
test_socket_bind_sets_reuse (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  g_test_summary ("g_socket_bind() sets SO_REUSEADDR to exactly its allow_reuse");
  for (int allow_reuse = 0; allow_reuse <= 1; allow_reuse++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketAddress) address
          = g_inet_socket_address_new (loopback, kernel_test_new_port ());
      g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                                 G_SOCKET_PROTOCOL_TCP, &error);
      int value = -1;

      g_assert_no_error (error);
      g_socket_bind (socket, address, allow_reuse, &error);
      g_assert_no_error (error);
      g_socket_get_option (socket, SOL_SOCKET, SO_REUSEADDR, &value, &error);
      g_assert_no_error (error);
      g_assert_cmpint (value, ==, allow_reuse);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/kernel/sockets/unbound/polls-hup", test_unbound_polls_hup);
  g_test_add_func ("/kernel/sockets/unbound/bound-too", test_bound_polls_hup);
  g_test_add_func ("/kernel/sockets/unbound/source-spins", test_unbound_source_spins);
  g_test_add_data_func ("/kernel/sockets/unbound/listen-one-port", GINT_TO_POINTER (FALSE),
                        test_listen_unbound);
  g_test_add_data_func ("/kernel/sockets/unbound/listen-port-pair", GINT_TO_POINTER (TRUE),
                        test_listen_unbound);
  g_test_add_func ("/kernel/sockets/dead-descriptors", test_dead_descriptors);
  g_test_add_func ("/kernel/sockets/no-descriptors", test_no_descriptors);
  g_test_add_func ("/kernel/sockets/glib/source-outlives-descriptor",
                   test_source_outlives_descriptor);
  g_test_add_func ("/kernel/sockets/glib/socket-source-keeps-port", test_socket_source_keeps_port);
  g_test_add_func ("/kernel/sockets/glib/bind-sets-reuse", test_socket_bind_sets_reuse);
  return g_test_run ();
}
