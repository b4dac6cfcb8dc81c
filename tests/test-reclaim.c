/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking one descriptor away, whatever state it is in. */

#include "net/rebound-reclaim-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "kernel/taking-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-reuseport-private.h"

static const char *const style_names[] = { "fin", "defunct", "destroy" };

/* -- the table of the kernel's facts -- */

G_STATIC_ASSERT ((int) TAKING_FIN == (int) REBOUND_RECLAIM_STYLE_FIN);
G_STATIC_ASSERT ((int) TAKING_DEFUNCT == (int) REBOUND_RECLAIM_STYLE_DEFUNCT);
G_STATIC_ASSERT ((int) TAKING_DESTROY == (int) REBOUND_RECLAIM_STYLE_DESTROY);

static int
try_take (int fd, ReboundReclaimStyle style)
{
  int result = rebound_reclaim_descriptor (kernel_test_diag (), fd, style);

  kernel_test_settle ();
  return result;
}

static void
take (int fd, TakingStyle style)
{
  assert_errno (try_take (fd, (ReboundReclaimStyle) style), 0);
}

/* -- the states that a connection can be in -- */

static int
get_error (int fd)
{
  int error_number = -1;
  socklen_t size_bytes = sizeof error_number;

  g_assert_no_errno (getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &size_bytes));
  return error_number;
}

static void
test_connecting (gconstpointer data)
{
  static const int errors[] = { ECONNRESET, 0, ECONNABORTED };
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 0);
  int first = raw_connect (AF_INET, port, 0);
  int fd = raw_start_connecting (AF_INET, port, 0);

  g_test_summary ("a connection that nobody has answered yet: it is dissolved");
  assert_state (rebound_socket_state (fd), TCP_SYN_SENT);
  take (fd, (TakingStyle) style);
  assert_state (rebound_socket_state (fd), TCP_CLOSE);
  g_assert_cmpint (raw_poll (fd, POLLOUT) & (POLLOUT | POLLHUP), ==, POLLOUT | POLLHUP);
  assert_errno (-get_error (fd), errors[style]);
  raw_close (fd);
  raw_close (first);
  raw_close (listener);
}

static void
half_close (int fd)
{
  g_assert_no_errno (shutdown (fd, SHUT_WR));
  kernel_test_settle ();
}

static void
test_half_closed (gconstpointer data)
{
  static const struct
  {
    guint8 state;
    int receive;
    int peer_send[2];
  } outcomes[] = {
    { TCP_FIN_WAIT2, 0, { 1, -EPIPE } },
    { TCP_CLOSE, -ENOTCONN, { -EPIPE, -EPIPE } },
    { TCP_CLOSE, -ECONNABORTED, { -EPIPE, -EPIPE } },
  };
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  RawPair pair = raw_new_pair ();

  g_test_summary ("a connection whose owner has sent its FIN already");
  half_close (pair.ours);
  take (pair.ours, (TakingStyle) style);
  assert_state (rebound_socket_state (pair.ours), outcomes[style].state);
  g_assert_cmpint (raw_receive (pair.ours), ==, outcomes[style].receive);
  g_assert_cmpint (raw_receive (pair.peer), ==, 0);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (raw_send (pair.peer, "x"), ==, outcomes[style].peer_send[i]);
  raw_close (pair.ours);
  raw_close (pair.peer);
}

static void
test_left (gconstpointer data)
{
  static const int receives[] = { 0, -ENOTCONN, 0 };
  static const int sends[] = { EPIPE, EPIPE, ECONNABORTED };
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  RawPair pair = raw_new_pair ();

  g_test_summary ("a connection that the peer has closed already");
  raw_close (pair.peer);
  assert_state (rebound_socket_state (pair.ours), TCP_CLOSE_WAIT);
  take (pair.ours, (TakingStyle) style);
  assert_state (rebound_socket_state (pair.ours), TCP_CLOSE);
  g_assert_cmpint (raw_receive (pair.ours), ==, receives[style]);
  assert_errno (raw_send (pair.ours, "x"), sends[style]);
  raw_close (pair.ours);
}

static void
test_nothing_to_take (gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  RawPair pair = raw_new_pair ();
  int fresh = raw_socket (AF_INET);

  g_test_summary ("what has no connection, or none any more, cannot be taken, and its error stays");
  assert_errno (try_take (fresh, style), ENOTCONN);
  raw_close_abortively (pair.peer);
  assert_errno (try_take (pair.ours, style), ENOTCONN);
  assert_errno (raw_receive (pair.ours), ECONNRESET);
  assert_errno (try_take (-1, style), ENOTCONN);
  raw_close (pair.ours);
  raw_close (fresh);
}

/* -- addresses -- */

static int
listen_on_any (sa_family_t family, guint16 port)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = g_htons (port) };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = g_htons (port) };
  int fd = raw_socket (family);

  g_assert_no_errno (family == AF_INET ? bind (fd, (struct sockaddr *) &in, sizeof in)
                                       : bind (fd, (struct sockaddr *) &in6, sizeof in6));
  g_assert_no_errno (listen (fd, 5));
  return fd;
}

static void
test_any_address (gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  const sa_family_t families[] = { AF_INET, AF_INET6 };

  g_test_summary ("a listener on every address, and the IPv4 client that one on :: has accepted");
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      guint16 port = kernel_test_new_port ();
      int listener = listen_on_any (families[i], port);
      int peer = raw_connect (AF_INET, port, 0);
      int ours = raw_accept (listener);

      take (listener, (TakingStyle) style);
      assert_state (rebound_socket_state (listener), TCP_CLOSE);
      assert_state (rebound_socket_state (ours), TCP_ESTABLISHED);
      take (ours, (TakingStyle) style);
      g_assert_cmpint (raw_receive (peer), ==,
                       style == REBOUND_RECLAIM_STYLE_DESTROY ? -ECONNRESET : 0);
      raw_close (peer);
      raw_close (ours);
      raw_close (listener);
    }
}

static void
test_shared_port (gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  guint16 port = kernel_test_new_port ();
  int listeners[3];

  g_test_summary ("of listeners that share a port by SO_REUSEPORT exactly the one is taken");
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    {
      listeners[i] = raw_socket (AF_INET);
      raw_set_option (listeners[i], SOL_SOCKET, SO_REUSEPORT, 1);
      assert_errno (-raw_try_bind (listeners[i], AF_INET, port), 0);
      g_assert_no_errno (listen (listeners[i], 1));
      rebound_reuseport_choose_by_port (listeners[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    {
      take (listeners[i], (TakingStyle) style);
      for (guint j = 0; j < G_N_ELEMENTS (listeners); j++)
        assert_state (rebound_socket_state (listeners[j]), j <= i ? TCP_CLOSE : TCP_LISTEN);
    }
  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    raw_close (listeners[i]);
}

static void
add_by_style (const char *name, GTestDataFunc test)
{
  for (guint style = 0; style < G_N_ELEMENTS (style_names); style++)
    {
      g_autofree char *path = g_strdup_printf ("/reclaim/%s/%s", style_names[style], name);

      g_test_add_data_func (path, GUINT_TO_POINTER (style), test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  taking_test_add ("/reclaim", take, G_N_ELEMENTS (style_names));
  add_by_style ("connecting", test_connecting);
  add_by_style ("half-closed", test_half_closed);
  add_by_style ("left", test_left);
  add_by_style ("nothing-to-take", test_nothing_to_take);
  add_by_style ("any-address", test_any_address);
  add_by_style ("shared-port", test_shared_port);
  return g_test_run ();
}
