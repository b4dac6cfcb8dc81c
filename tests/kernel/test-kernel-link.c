/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The loopback as a link that goes down and comes up: what a connection, a listener and a close do
 * meanwhile, and how what could not be sent is sent when the link is up, without the kernel's
 * timers. While the link is down the fence cannot be passed, so the calls are plain ones here. */

#include "net/rebound-link-private.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-routes-private.h"

typedef struct
{
  sa_family_t family;
  guint16 port;
  int listener;
  int client;
  int server;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->family = GPOINTER_TO_INT (data);
  fixture->port = kernel_test_new_port ();
  fixture->listener = raw_listen (fixture->family, fixture->port, TRUE, 8);
  fixture->client = raw_connect (fixture->family, fixture->port, 0);
  fixture->server = raw_accept (fixture->listener);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->client >= 0)
    close (fixture->client);
  if (fixture->server >= 0)
    close (fixture->server);
  close (fixture->listener);
}

static void
set_link_up (gboolean is_up)
{
  assert_errno (rebound_link_set_up (is_up), 0);
}

static void
say_hello (int fd)
{
  g_assert_cmpint (send (fd, "hello", 5, MSG_NOSIGNAL), ==, 5);
}

static int
count_unsent (int fd)
{
  int unsent_bytes = -1;

  g_assert_no_errno (ioctl (fd, SIOCOUTQNSD, &unsent_bytes));
  return unsent_bytes;
}

static guint
count_unacked (int fd)
{
  struct tcp_info info;
  socklen_t size_bytes = sizeof info;

  g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size_bytes));
  return info.tcpi_unacked;
}

/* Like raw_try_connect(), with nothing to settle. */
static int
try_connect (const Fixture *fixture)
{
  struct sockaddr_storage address;
  socklen_t size_bytes = sizeof address;
  int fd = raw_socket (fixture->family);
  int result;

  g_assert_no_errno (getpeername (fixture->client, (struct sockaddr *) &address, &size_bytes));
  result = connect (fd, (struct sockaddr *) &address, size_bytes) < 0 ? -errno : 0;
  close (fd);
  return result;
}

static void
test_survives (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("a connection outlives its link, and goes on with the next one");
  for (guint i = 0; i < 3; i++)
    {
      set_link_up (FALSE);
      assert_state (rebound_socket_state (fixture->client), TCP_ESTABLISHED);
      assert_state (rebound_socket_state (fixture->server), TCP_ESTABLISHED);
      g_assert_cmphex (raw_poll (fixture->client, POLLIN), ==, 0);
      set_link_up (TRUE);
      g_assert_cmpint (raw_send (fixture->client, "hello"), ==, 5);
      g_assert_cmpint (raw_receive (fixture->server), ==, 5);
      g_assert_cmpint (raw_send (fixture->server, "well"), ==, 4);
      g_assert_cmpint (raw_receive (fixture->client), ==, 4);
    }
}

static void
test_loopback_alone (Fixture *fixture, gconstpointer data)
{
  gboolean is_ipv4 = fixture->family == AF_INET;

  g_test_summary ("without the loopback, but with its routes, IPv4 sends into the void: the routes "
                  "have to go too");
  assert_errno (rebound_routes_set_loopback_up (FALSE), 0);
  say_hello (fixture->client);
  g_assert_cmpuint (count_unacked (fixture->client), ==, is_ipv4 ? 1 : 0);
  assert_errno (try_connect (fixture), is_ipv4 ? EINPROGRESS : EADDRNOTAVAIL);
  set_link_up (TRUE);
}

static void
test_connect (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("nobody can connect, and is told so at once; afterwards everybody can");
  set_link_up (FALSE);
  assert_errno (try_connect (fixture), fixture->family == AF_INET ? ENETUNREACH : EADDRNOTAVAIL);
  assert_state (rebound_socket_state (fixture->listener), TCP_LISTEN);
  assert_errno (raw_try_accept (fixture->listener), EAGAIN);
  set_link_up (TRUE);
  raw_close (raw_connect (fixture->family, fixture->port, 0));
  raw_close (raw_accept (fixture->listener));
}

static void
test_bind (Fixture *fixture, gconstpointer data)
{
  guint16 port = kernel_test_new_port ();
  int fd = raw_socket (fixture->family);
  gboolean is_ipv4 = fixture->family == AF_INET;

  g_test_summary ("IPv4's address can be bound without a link, IPv6's is gone with it");
  set_link_up (FALSE);
  assert_errno (-raw_try_bind (fd, fixture->family, port), is_ipv4 ? 0 : EADDRNOTAVAIL);
  set_link_up (TRUE);
  if (!is_ipv4)
    assert_errno (-raw_try_bind (fd, fixture->family, port), 0);
  g_assert_no_errno (listen (fd, 1));
  raw_close (raw_connect (fixture->family, port, 0));
  raw_close (fd);
}

static void
test_data (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("what is written without a link is not sent, and does not go by itself when the "
                  "link is up, but at once when the cork is pulled");
  set_link_up (FALSE);
  say_hello (fixture->client);
  g_assert_cmpint (count_unsent (fixture->client), ==, 5);
  g_assert_cmpuint (count_unacked (fixture->client), ==, 0);
  set_link_up (TRUE);
  kernel_test_settle ();
  assert_errno (raw_receive (fixture->server), EAGAIN);

  g_assert_true (rebound_link_resume (fixture->client));
  kernel_test_settle ();
  g_assert_cmpint (raw_receive (fixture->server), ==, 5);
  g_assert_cmpint (count_unsent (fixture->client), ==, 0);
  g_assert_cmpuint (count_unacked (fixture->client), ==, 0);
  g_assert_false (rebound_link_resume (fixture->client));
}

static void
test_data_of_both (Fixture *fixture, gconstpointer data)
{
  set_link_up (FALSE);
  say_hello (fixture->client);
  say_hello (fixture->server);
  set_link_up (TRUE);
  g_assert_true (rebound_link_resume (fixture->client));
  rebound_link_resume (fixture->server); /* it may have gone with the acknowledgement */
  kernel_test_settle ();
  g_assert_cmpint (raw_receive (fixture->client), ==, 5);
  g_assert_cmpint (raw_receive (fixture->server), ==, 5);
}

/* More than one congestion window, and more than the receiver takes. */
static void
test_much_data (Fixture *fixture, gconstpointer data)
{
  g_autofree char *zeros = g_malloc0 (1 << 20);
  gsize sent_bytes = 0, received_bytes = 0;
  ssize_t n_bytes;

  g_test_summary ("all that the receiver's window takes is there at once; the rest is not on its "
                  "way, and comes when the window opens");
  set_link_up (FALSE);
  while ((n_bytes = send (fixture->client, zeros, 1 << 20, MSG_NOSIGNAL)) > 0)
    sent_bytes += (gsize) n_bytes;
  assert_errno (-errno, EAGAIN);
  set_link_up (TRUE);
  g_assert_true (rebound_link_resume (fixture->client));
  kernel_test_settle ();
  g_assert_cmpint (count_unsent (fixture->client), >, 0);
  g_assert_cmpuint (count_unacked (fixture->client), ==, 0);

  while ((n_bytes = recv (fixture->server, zeros, 1 << 20, MSG_DONTWAIT)) > 0)
    {
      received_bytes += (gsize) n_bytes;
      kernel_test_settle ();
    }
  g_assert_cmpuint (received_bytes, ==, sent_bytes);
}

static void
test_closed_window (Fixture *fixture, gconstpointer data)
{
  g_autofree char *zeros = g_malloc0 (1 << 20);
  int unsent_bytes;

  g_test_summary ("a window that is closed stays closed, and nothing is on its way into it");
  while (send (fixture->client, zeros, 1 << 20, MSG_NOSIGNAL) > 0)
    kernel_test_settle ();
  unsent_bytes = count_unsent (fixture->client);
  g_assert_cmpint (unsent_bytes, >, 0);
  set_link_up (FALSE);
  set_link_up (TRUE);
  rebound_link_resume (fixture->client);
  kernel_test_settle ();
  g_assert_cmpint (count_unsent (fixture->client), ==, unsent_bytes);
  g_assert_cmpuint (count_unacked (fixture->client), ==, 0);
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  RawIdentity client = raw_identify (fixture->client);
  int kept;

  g_test_summary ("a close without a link leaves FIN_WAIT1, and its FIN goes when it is asked to");
  set_link_up (FALSE);
  say_hello (fixture->client);
  kept = rebound_link_keep (fixture->client);
  g_assert_no_errno (kept);
  close (fixture->client);
  fixture->client = -1;
  assert_state (raw_look_up (&client), TCP_FIN_WAIT1);
  assert_state (rebound_socket_state (fixture->server), TCP_ESTABLISHED);

  set_link_up (TRUE);
  g_assert_true (rebound_link_resume (kept));
  close (kept);
  kernel_test_settle ();
  assert_state (raw_look_up (&client), TCP_FIN_WAIT2);
  assert_state (rebound_socket_state (fixture->server), TCP_CLOSE_WAIT);
  g_assert_cmpint (raw_receive (fixture->server), ==, 5);
  g_assert_cmpint (raw_receive (fixture->server), ==, 0);
}

static void
test_close_second (Fixture *fixture, gconstpointer data)
{
  RawIdentity client = raw_identify (fixture->client);
  RawIdentity server = raw_identify (fixture->server);
  int kept;

  g_test_summary ("the same for the one who closes second: LAST_ACK");
  raw_close (fixture->client);
  fixture->client = -1;
  set_link_up (FALSE);
  kept = rebound_link_keep (fixture->server);
  g_assert_no_errno (kept);
  close (fixture->server);
  fixture->server = -1;
  assert_state (raw_look_up (&server), TCP_LAST_ACK);
  set_link_up (TRUE);
  g_assert_true (rebound_link_resume (kept));
  close (kept);
  kernel_test_settle ();
  assert_errno (raw_look_up (&server), ENOENT);
  assert_state (raw_look_up (&client), TCP_TIME_WAIT);
}

static void
test_close_both (Fixture *fixture, gconstpointer data)
{
  RawIdentity identities[] = { raw_identify (fixture->client), raw_identify (fixture->server) };
  int kept[] = { -1, -1 };

  g_test_summary ("both close without a link: both are in TIME_WAIT once it is up");
  set_link_up (FALSE);
  kept[0] = rebound_link_keep (fixture->client);
  kept[1] = rebound_link_keep (fixture->server);
  close (fixture->client);
  close (fixture->server);
  fixture->client = fixture->server = -1;
  set_link_up (TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_assert_no_errno (kept[i]);
      rebound_link_resume (kept[i]);
      close (kept[i]);
    }
  kernel_test_settle ();
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    assert_state (raw_look_up (&identities[i]), TCP_TIME_WAIT);
}

static void
test_not_kept (Fixture *fixture, gconstpointer data)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_test_summary ("nothing is kept of what no FIN is due of: a reset, a listener, a second half");
  g_assert_cmpint (rebound_link_keep (fixture->listener), ==, -1);
  g_assert_cmpint (raw_send (fixture->client, "hello"), ==, 5);
  g_assert_cmpint (rebound_link_keep (fixture->server), ==, -1); /* unread */
  g_assert_cmpint (raw_receive (fixture->server), ==, 5);
  g_assert_no_errno (shutdown (fixture->client, SHUT_WR));
  kernel_test_settle ();
  assert_state (rebound_socket_state (fixture->client), TCP_FIN_WAIT2);
  g_assert_cmpint (rebound_link_keep (fixture->client), ==, -1);
  g_assert_no_errno (setsockopt (fixture->server, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  g_assert_cmpint (rebound_link_keep (fixture->server), ==, -1);
}

static void
test_reset_is_lost (Fixture *fixture, gconstpointer data)
{
  RawIdentity server = raw_identify (fixture->server);

  g_test_summary (
      "a RST is sent once: without a link its peer does not hear of it until it speaks");
  g_assert_cmpint (raw_send (fixture->client, "hello"), ==, 5);
  set_link_up (FALSE);
  close (fixture->server); /* unread */
  fixture->server = -1;
  assert_errno (raw_look_up (&server), ENOENT);
  set_link_up (TRUE);
  kernel_test_settle ();
  assert_state (rebound_socket_state (fixture->client), TCP_ESTABLISHED);
  g_assert_cmpint (raw_send (fixture->client, "hello"), ==, 5);
  assert_errno (raw_receive (fixture->client), ECONNRESET);
}

static void
test_time_wait (Fixture *fixture, gconstpointer data)
{
  RawIdentity client = raw_identify (fixture->client);

  g_test_summary ("a TIME_WAIT is there without a link, and can be removed");
  raw_close (fixture->client);
  raw_close (fixture->server);
  fixture->client = fixture->server = -1;
  set_link_up (FALSE);
  assert_state (raw_look_up (&client), TCP_TIME_WAIT);
  assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &client.tuple, client.cookie), 0);
  assert_errno (raw_look_up (&client), ENOENT);
  set_link_up (TRUE);
}

static void
assert_half_close (const Fixture *fixture, guint8 state)
{
  int client = raw_connect (fixture->family, fixture->port, 0);
  int server = raw_accept (fixture->listener);

  g_assert_no_errno (shutdown (client, SHUT_WR));
  kernel_test_settle ();
  assert_state (rebound_socket_state (client), state);
  raw_close_abortively (server);
  raw_close_abortively (client);
}

static void
test_quick_ack (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("acknowledging at once is lost with the link, and had again by the routes");
  assert_half_close (fixture, TCP_FIN_WAIT2);
  assert_errno (rebound_routes_set_loopback_up (FALSE), 0);
  assert_errno (rebound_routes_remove (), 0);
  assert_errno (rebound_routes_set_loopback_up (TRUE), 0);
  assert_half_close (fixture, TCP_FIN_WAIT1);
  assert_errno (rebound_routes_acknowledge_at_once (), 0);
  assert_half_close (fixture, TCP_FIN_WAIT2);
  set_link_up (FALSE);
  set_link_up (TRUE);
  assert_half_close (fixture, TCP_FIN_WAIT2);
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/kernel/link/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("survives", test_survives);
  ADD ("loopback-alone", test_loopback_alone);
  ADD ("connect", test_connect);
  ADD ("bind", test_bind);
  ADD ("data", test_data);
  ADD ("data-of-both", test_data_of_both);
  ADD ("much-data", test_much_data);
  ADD ("closed-window", test_closed_window);
  ADD ("close", test_close);
  ADD ("close-second", test_close_second);
  ADD ("close-both", test_close_both);
  ADD ("not-kept", test_not_kept);
  ADD ("reset-is-lost", test_reset_is_lost);
  ADD ("time-wait", test_time_wait);
  ADD ("quick-ack", test_quick_ack);
  return g_test_run ();
}
