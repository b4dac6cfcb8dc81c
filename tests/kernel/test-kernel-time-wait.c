/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What virtual time does to a TIME_WAIT and to an orphan in FIN_WAIT2 when their 60 seconds are
 * over, and what else ends them: each found by its cookie, removed without a sound, and never
 * mistaken for the listener. */

#include "kernel-test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "net/rebound-errno.h"
#include "net/rebound-sysctl-private.h"

/* Clients come from a port that the test names, in the range that a run uses. */
#define CLIENT_PORT 40000

/* One connection of which the server is the active closer, on a listener that stays. */
typedef struct
{
  sa_family_t family;
  guint16 port;
  int listener;
  int client; /* -1 once it has been closed */
  RawIdentity server;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int server;

  fixture->family = GPOINTER_TO_INT (data);
  fixture->port = kernel_test_new_port ();
  fixture->listener = raw_listen (fixture->family, fixture->port, TRUE, 8);
  fixture->client = raw_connect (fixture->family, fixture->port, CLIENT_PORT);
  server = raw_accept (fixture->listener);
  fixture->server = raw_identify (server);
  raw_close (server);
}

static void
close_client (Fixture *fixture)
{
  raw_close (fixture->client);
  fixture->client = -1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->client >= 0)
    raw_close_abortively (fixture->client);
  raw_close (fixture->listener);
}

static int
destroy (const RawIdentity *identity)
{
  return rebound_socket_diag_destroy (kernel_test_diag (), &identity->tuple, identity->cookie);
}

static void
test_cookie_survives (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "a socket keeps its cookie from the open descriptor through FIN_WAIT2 into TIME_WAIT");
  assert_state (raw_look_up (&fixture->server), TCP_FIN_WAIT2);
  close_client (fixture);
  assert_state (raw_look_up (&fixture->server), TCP_TIME_WAIT);
}

static void
test_destroy_time_wait (Fixture *fixture, gconstpointer data)
{
  guint64 resets;

  g_test_summary ("SOCK_DESTROY removes a TIME_WAIT and sends no RST; after that it is ENOENT");
  close_client (fixture);
  resets = kernel_test_count_resets ();

  assert_errno (destroy (&fixture->server), 0);
  kernel_test_settle ();
  assert_errno (raw_look_up (&fixture->server), ENOENT);
  assert_errno (destroy (&fixture->server), ENOENT);
  g_assert_cmpuint (kernel_test_count_resets (), ==, resets);
}

static void
test_destroy_fin_wait2 (Fixture *fixture, gconstpointer data)
{
  guint64 resets = kernel_test_count_resets ();

  g_test_summary ("SOCK_DESTROY removes an orphan in FIN_WAIT2, and its peer does not learn of it");
  assert_errno (destroy (&fixture->server), 0);
  kernel_test_settle ();
  assert_errno (raw_look_up (&fixture->server), ENOENT);

  g_assert_cmpuint (kernel_test_count_resets (), ==, resets);
  assert_state (rebound_socket_state (fixture->client), TCP_CLOSE_WAIT);
  g_assert_cmpint (raw_poll (fixture->client, POLLIN) & (POLLERR | POLLHUP), ==, 0);
  g_assert_cmpint (raw_receive (fixture->client), ==, 0);
}

static void
test_listener_is_spared (Fixture *fixture, gconstpointer data)
{
  RawIdentity nobody = fixture->server;
  int client;

  g_test_summary (
      "with its cookie a socket that is gone is ENOENT, and the listener on its port lives on");
  close_client (fixture);
  assert_errno (destroy (&fixture->server), 0);
  assert_errno (destroy (&fixture->server), ENOENT);

  /* What is not a cookie would match any socket, the listener first. */
  nobody.cookie = G_MAXUINT64;
  assert_errno (destroy (&nobody), EINVAL);
  assert_errno (raw_look_up (&nobody), EINVAL);
  nobody.cookie = 0;
  assert_errno (destroy (&nobody), EINVAL);

  client = raw_connect (fixture->family, fixture->port, 0);
  raw_close (raw_accept (fixture->listener));
  raw_close (client);
}

static void
test_new_syn_recycles (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("a new SYN from the same port takes the place of the TIME_WAIT");
  close_client (fixture);
  assert_state (raw_look_up (&fixture->server), TCP_TIME_WAIT);

  fixture->client = raw_connect (fixture->family, fixture->port, CLIENT_PORT);
  assert_errno (raw_look_up (&fixture->server), ENOENT);
  raw_close (raw_accept (fixture->listener));
}

/* What TCP_REPAIR needs to make a socket that goes on where the client's stopped. */
typedef struct
{
  guint32 next_to_send;
  guint32 next_to_receive;
} Sequence;

static guint32
get_sequence (int fd, int queue)
{
  guint32 number;
  socklen_t size_bytes = sizeof number;

  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
  g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &number, &size_bytes));
  return number;
}

static Sequence
get_sequences (int fd)
{
  Sequence sequence;

  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
  sequence.next_to_send = get_sequence (fd, TCP_SEND_QUEUE);
  sequence.next_to_receive = get_sequence (fd, TCP_RECV_QUEUE);
  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
  return sequence;
}

/* Sends a RST from the client's end, whose socket is gone, with the number that the TIME_WAIT
 * expects: by a socket that is put into ESTABLISHED without a handshake and closed abortively. */
static void
send_reset (const Fixture *fixture, Sequence sequence)
{
  int fd = raw_socket (fixture->family);

  raw_set_reuse (fd, TRUE);
  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
  assert_errno (-raw_try_bind (fd, fixture->family, CLIENT_PORT), 0);
  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
  raw_set_option (fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int) sequence.next_to_send);
  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
  raw_set_option (fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int) sequence.next_to_receive);
  assert_errno (-raw_try_connect (fd, fixture->family, fixture->port), 0);
  raw_set_option (fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
  raw_close_abortively (fd);
}

static void
assert_after_reset (Fixture *fixture, int state_or_error)
{
  /* The server's FIN has come; the client's own, which takes a number, has not been sent. */
  Sequence sequence = get_sequences (fixture->client);

  sequence.next_to_send++;
  close_client (fixture);
  assert_state (raw_look_up (&fixture->server), TCP_TIME_WAIT);
  send_reset (fixture, sequence);
  g_assert_cmpint (raw_look_up (&fixture->server), ==, state_or_error);
}

static void
test_reset_kills (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("a RST ends a TIME_WAIT");
  assert_after_reset (fixture, -ENOENT);
}

static void
test_reset_is_ignored (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("a RST does not end a TIME_WAIT where tcp_rfc1337 is set");
  rebound_sysctl_write ("net/ipv4/tcp_rfc1337", "1", &error);
  g_assert_no_error (error);
  assert_after_reset (fixture, TCP_TIME_WAIT);
  rebound_sysctl_write ("net/ipv4/tcp_rfc1337", "0", &error);
  g_assert_no_error (error);

  assert_errno (destroy (&fixture->server), 0);
}

/* A listener on :: has an IPv4 client's addresses mapped; the client has them plain. */
static void
test_mapped (void)
{
  struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT };
  guint16 port = kernel_test_new_port ();
  int listener = raw_socket (AF_INET6);
  int client, server;
  RawIdentity near_end, far_end;

  g_test_summary (
      "IPv4 within IPv6: the two ends have addresses of two families, and each is found "
      "by its own, down to TIME_WAIT");
  any.sin6_port = g_htons (port);
  g_assert_no_errno (bind (listener, (struct sockaddr *) &any, sizeof any));
  g_assert_no_errno (listen (listener, 1));
  client = raw_connect (AF_INET, port, 0);
  server = raw_accept (listener);
  near_end = raw_identify (client);
  far_end = raw_identify (server);
  g_assert_cmpint (near_end.tuple.family, ==, AF_INET);
  g_assert_cmpint (far_end.tuple.family, ==, AF_INET6);
  g_assert_cmphex (far_end.tuple.local_address[2], ==, g_htonl (0xffff));
  g_assert_cmphex (far_end.tuple.local_address[3], ==, near_end.tuple.remote_address[0]);
  assert_state (raw_look_up (&near_end), TCP_ESTABLISHED);

  raw_close (server);
  assert_state (raw_look_up (&far_end), TCP_FIN_WAIT2);
  raw_close (client);
  assert_state (raw_look_up (&far_end), TCP_TIME_WAIT);
  g_assert_cmpint (destroy (&far_end), ==, 0);
  assert_errno (raw_look_up (&far_end), ENOENT);
  raw_close (listener);
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/kernel/time-wait/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("cookie-survives", test_cookie_survives);
  ADD ("destroy-time-wait", test_destroy_time_wait);
  ADD ("destroy-fin-wait2-orphan", test_destroy_fin_wait2);
  ADD ("listener-is-spared", test_listener_is_spared);
  ADD ("new-syn-recycles", test_new_syn_recycles);
  ADD ("reset-kills", test_reset_kills);
  ADD ("reset-is-ignored-with-rfc1337", test_reset_is_ignored);
  g_test_add_func ("/kernel/time-wait/ipv4-within-ipv6", test_mapped);
  return g_test_run ();
}
