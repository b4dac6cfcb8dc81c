/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When what was sent is there, and who is kept waiting: what has to hold before the virtual clock
 * may jump, and what a backlog does for an application that does not accept. */

#include "kernel-test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "net/rebound-errno.h"

/* As often as it was measured when quickack was chosen; without it, 0 of 300 are acknowledged. */
#define HALF_CLOSES 300

static void
half_close_once (sa_family_t family, guint16 port, int listener, gboolean with_data)
{
  int client = raw_connect (family, port, 0);
  int server = raw_accept (listener);

  /* After a question and an answer the kernel takes the connection for an interactive one, and
   * would delay its acknowledgements in the hope of an answer to send them with. */
  if (with_data)
    {
      g_assert_cmpint (raw_send (client, "question"), ==, 8);
      g_assert_cmpint (raw_receive (server), ==, 8);
      g_assert_cmpint (raw_send (server, "answer"), ==, 6);
      g_assert_cmpint (raw_receive (client), ==, 6);
    }
  g_assert_no_errno (shutdown (client, SHUT_WR));
  kernel_test_settle ();
  assert_state (rebound_socket_state (client), TCP_FIN_WAIT2);
  assert_state (rebound_socket_state (server), TCP_CLOSE_WAIT);
  raw_close_abortively (server);
  raw_close (client);
}

static void
test_half_close (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (family, port, TRUE, 1);

  g_test_summary (
      "a half-close is acknowledged at once, 300 of 300, on a fresh connection and a used one");
  for (guint i = 0; i < HALF_CLOSES; i++)
    half_close_once (family, port, listener, i % 2 == 1);
  raw_close (listener);
}

#define SENDS 10000

/* Sends, looks at once, and looks again behind the fence. How often it was there at once. */
static guint
count_delivered_at_once (int from, int to)
{
  guint n_at_once = 0;

  for (guint i = 0; i < SENDS; i++)
    {
      int received;

      g_assert_cmpint (send (from, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT), ==, 1);
      received = raw_receive (to);
      n_at_once += received == 1;
      kernel_test_settle ();
      if (received != 1)
        g_assert_cmpint (raw_receive (to), ==, 1);
    }
  return n_at_once;
}

static void
test_delivery (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (family, port, TRUE, 1);
  int client = raw_connect (family, port, 0);
  int server = raw_accept (listener);
  guint n_at_once;

  g_test_summary ("what was sent is there behind the fence, always, and nearly always without it");
  n_at_once = count_delivered_at_once (client, server);
  g_test_message ("%u of %u were there without the fence", n_at_once, SENDS);
  /* The kernel may hand its queue to a thread when the machine is overloaded; that is what the
   * fence is for. */
  g_assert_cmpuint (n_at_once, >, SENDS * 99 / 100);

  raw_close (client);
  raw_close (server);
  raw_close (listener);
}

static void
test_backlog_is_full (gconstpointer data)
{
  guint backlog = GPOINTER_TO_UINT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, backlog);
  g_autofree int *clients = g_new (int, backlog + 1);
  guint64 resets = kernel_test_count_resets ();
  int refused;

  g_test_summary (
      "a backlog of N completes N + 1 handshakes while nobody accepts; the next SYN is dropped");
  for (guint i = 0; i < backlog + 1; i++)
    clients[i] = raw_connect (AF_INET, port, 0);

  /* Neither connected nor refused: the kernel will send the SYN again after a second of its own. */
  refused = raw_start_connecting (AF_INET, port, 0);
  assert_state (rebound_socket_state (refused), TCP_SYN_SENT);
  g_assert_cmpint (raw_poll (refused, POLLIN | POLLOUT), ==, 0);
  g_assert_cmpuint (kernel_test_count_resets (), ==, resets);

  for (guint i = 0; i < backlog + 1; i++)
    raw_close (raw_accept (listener));
  assert_errno (raw_try_accept (listener), EAGAIN);
  for (guint i = 0; i < backlog + 1; i++)
    raw_close (clients[i]);
  raw_close (refused);
  raw_close (listener);
}

static void
test_nobody_accepts (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 8);
  int client = raw_connect (AF_INET, port, 0);
  int server;

  g_test_summary (
      "a client that nobody accepted is connected, sends, and waits; what it sent is kept");
  g_assert_cmpint (raw_poll (client, POLLIN | POLLOUT), ==, POLLOUT);
  g_assert_cmpint (raw_send (client, "hello"), ==, 5);
  assert_errno (raw_receive (client), EAGAIN);

  server = raw_accept (listener);
  g_assert_cmpint (raw_receive (server), ==, 5);
  raw_close (server);
  raw_close (client);
  raw_close (listener);
}

static void
test_client_gives_up (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 0);
  int client = raw_connect (AF_INET, port, 0);
  int server;

  g_test_summary ("a client that closes before it is accepted is accepted all the same, and has "
                  "its place until then");
  g_assert_cmpint (raw_send (client, "hello"), ==, 5);
  raw_close (client);
  client = raw_start_connecting (AF_INET, port, 0);
  assert_state (rebound_socket_state (client), TCP_SYN_SENT);
  raw_close (client);

  server = raw_accept (listener);
  assert_state (rebound_socket_state (server), TCP_CLOSE_WAIT);
  g_assert_cmpint (raw_receive (server), ==, 5);
  g_assert_cmpint (raw_receive (server), ==, 0);
  raw_close (server);
  raw_close (listener);
}

static void
test_listener_closes (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 8);
  int client = raw_connect (AF_INET, port, 0);
  int late = raw_socket (AF_INET);

  g_test_summary ("closing a listener resets whoever is in its backlog, and refuses whoever comes");
  raw_close (listener);
  assert_errno (raw_receive (client), ECONNRESET);
  assert_errno (-raw_try_connect (late, AF_INET, port), ECONNREFUSED);
  raw_close (client);
  raw_close (late);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_data_func ("/kernel/delivery/half-close/ipv4", GINT_TO_POINTER (AF_INET),
                        test_half_close);
  g_test_add_data_func ("/kernel/delivery/half-close/ipv6", GINT_TO_POINTER (AF_INET6),
                        test_half_close);
  g_test_add_data_func ("/kernel/delivery/within-send/ipv4", GINT_TO_POINTER (AF_INET),
                        test_delivery);
  g_test_add_data_func ("/kernel/delivery/within-send/ipv6", GINT_TO_POINTER (AF_INET6),
                        test_delivery);
  g_test_add_data_func ("/kernel/delivery/backlog-full/0", GUINT_TO_POINTER (0),
                        test_backlog_is_full);
  g_test_add_data_func ("/kernel/delivery/backlog-full/1", GUINT_TO_POINTER (1),
                        test_backlog_is_full);
  g_test_add_data_func ("/kernel/delivery/backlog-full/5", GUINT_TO_POINTER (5),
                        test_backlog_is_full);
  g_test_add_data_func ("/kernel/delivery/backlog-full/128", GUINT_TO_POINTER (128),
                        test_backlog_is_full);
  g_test_add_func ("/kernel/delivery/backlog/nobody-accepts", test_nobody_accepts);
  g_test_add_func ("/kernel/delivery/backlog/client-gives-up", test_client_gives_up);
  g_test_add_func ("/kernel/delivery/backlog/listener-closes", test_listener_closes);
  return g_test_run ();
}
