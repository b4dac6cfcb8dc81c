/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"

/* One connection that stays open. */
typedef struct
{
  guint16 port;
  int listener;
  int client;
  int server;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);

  fixture->port = kernel_test_new_port ();
  fixture->listener = raw_listen (family, fixture->port, TRUE, 7);
  fixture->client = raw_connect (family, fixture->port, 0);
  fixture->server = raw_accept (fixture->listener);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  raw_close_abortively (fixture->client);
  raw_close (fixture->server);
  raw_close (fixture->listener);
}

static void
test_look_up (Fixture *fixture, gconstpointer data)
{
  RawIdentity identity = raw_identify (fixture->server);
  ReboundSocketInfo info;

  g_test_summary ("a look-up finds the one socket, its state, queues and owner");
  g_assert_cmpint (raw_send (fixture->client, "four"), ==, 4);
  assert_errno (rebound_socket_diag_look_up (kernel_test_diag (), &identity.tuple, identity.cookie,
                                             &info),
                0);
  g_assert_true (rebound_tuple_equal (&info.tuple, &identity.tuple));
  g_assert_cmpuint (info.cookie, ==, identity.cookie);
  assert_state (info.state, TCP_ESTABLISHED);
  g_assert_cmpuint (info.receive_queue_bytes, ==, 4);
  g_assert_cmpuint (info.send_queue_bytes, ==, 0);
  g_assert_cmpuint (info.inode, !=, 0);
  g_assert_cmpuint (info.uid, ==, geteuid ());
}

static void
test_two_ends (Fixture *fixture, gconstpointer data)
{
  RawIdentity client = raw_identify (fixture->client);
  RawIdentity server = raw_identify (fixture->server);
  ReboundTuple reversed = rebound_tuple_reverse (&client.tuple);
  ReboundTuple again = rebound_tuple_reverse (&reversed);

  g_test_summary ("the two ends' tuples are each other's reverse, and their cookies differ");
  g_assert_true (rebound_tuple_equal (&reversed, &server.tuple));
  g_assert_cmpuint (rebound_tuple_hash (&reversed), ==, rebound_tuple_hash (&server.tuple));
  g_assert_true (rebound_tuple_equal (&again, &client.tuple));
  g_assert_false (rebound_tuple_equal (&client.tuple, &server.tuple));
  g_assert_cmpuint (client.cookie, !=, server.cookie);

  /* One end's tuple with the other's cookie is nobody. */
  client.cookie = server.cookie;
  assert_errno (raw_look_up (&client), ENOENT);
}

static void
test_destroy (Fixture *fixture, gconstpointer data)
{
  RawIdentity identity = raw_identify (fixture->client);
  RawIdentity other = raw_identify (fixture->server);
  RawIdentity mixed = { identity.tuple, other.cookie };

  g_test_summary ("destroy takes the one socket and no other");
  assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &mixed.tuple, mixed.cookie),
                ENOENT);
  assert_state (rebound_socket_state (fixture->client), TCP_ESTABLISHED);
  assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &identity.tuple, identity.cookie),
                0);
  assert_state (rebound_socket_state (fixture->client), TCP_CLOSE);
  assert_errno (raw_look_up (&identity), ENOENT);
  kernel_test_settle ();
  assert_errno (raw_receive (fixture->server), ECONNRESET);
}

static void
test_no_cookie (Fixture *fixture, gconstpointer data)
{
  static const guint64 cookies[] = { 0, G_MAXUINT64 };
  RawIdentity identity = raw_identify (fixture->client);

  g_test_summary (
      "without a cookie nothing is asked: the kernel would take the first socket that fits");
  for (gsize i = 0; i < G_N_ELEMENTS (cookies); i++)
    {
      identity.cookie = cookies[i];
      assert_errno (raw_look_up (&identity), EINVAL);
      assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &identity.tuple,
                                                 identity.cookie),
                    EINVAL);
    }
  assert_state (rebound_socket_state (fixture->client), TCP_ESTABLISHED);
}

static const ReboundSocketInfo *
find_state (GArray *infos, guint8 state)
{
  for (guint i = 0; i < infos->len; i++)
    if (g_array_index (infos, ReboundSocketInfo, i).state == state)
      return &g_array_index (infos, ReboundSocketInfo, i);
  return NULL;
}

static void
test_dump (Fixture *fixture, gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos = NULL;
  const ReboundSocketInfo *listener;
  int waiting = raw_connect (family, fixture->port, 0);

  g_test_summary (
      "a dump by port shows the listener with its backlog, and what is connected to it");
  infos
      = rebound_socket_diag_dump (kernel_test_diag (), family, fixture->port, G_MAXUINT32, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (infos->len, ==, 3);
  g_assert_nonnull (find_state (infos, TCP_ESTABLISHED));
  listener = find_state (infos, TCP_LISTEN);
  g_assert_nonnull (listener);
  g_assert_cmpuint (listener->receive_queue_bytes, ==, 1);
  g_assert_cmpuint (listener->send_queue_bytes, ==, 7);
  g_assert_cmpuint (listener->cookie, ==, rebound_socket_cookie (fixture->listener));
  raw_close (waiting);
}

static void
test_dump_by_state (Fixture *fixture, gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  sa_family_t other_family = family == AF_INET ? AF_INET6 : AF_INET;
  const struct
  {
    sa_family_t family;
    guint16 port;
    guint32 states;
    guint n_found;
  } cases[] = {
    { family, fixture->port, 1 << TCP_LISTEN, 1 },
    { family, fixture->port, 1 << TCP_ESTABLISHED, 1 },
    { family, fixture->port, 1 << TCP_TIME_WAIT, 0 },
    { family, fixture->port, 0, 0 },
    { family, 9, G_MAXUINT32, 0 },
    { family, 0, 1 << TCP_ESTABLISHED, 2 },
    { other_family, fixture->port, G_MAXUINT32, 0 },
  };

  g_test_summary ("a dump is of one family, of the port and the states that were asked for");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) infos = rebound_socket_diag_dump (kernel_test_diag (), cases[i].family,
                                                           cases[i].port, cases[i].states, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (infos->len, ==, cases[i].n_found);
    }
}

static void
test_dump_bound (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos = NULL;
  int fd = raw_socket (AF_INET);

  g_test_summary ("a socket that is bound to another port and does not listen is left out");
  assert_errno (-raw_try_bind (fd, AF_INET, kernel_test_new_port ()), 0);
  infos = rebound_socket_diag_dump (kernel_test_diag (), AF_INET, kernel_test_new_port (),
                                    G_MAXUINT32, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (infos->len, ==, 0);
  close (fd);
}

/* More than one buffer of an answer. */
#define MANY_LISTENERS 600

static void
test_dump_many (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos = NULL;
  int listeners[MANY_LISTENERS];

  g_test_summary ("a dump that comes in several parts is whole");
  for (guint i = 0; i < MANY_LISTENERS; i++)
    listeners[i] = raw_listen (AF_INET, kernel_test_new_port (), TRUE, 1);
  infos = rebound_socket_diag_dump (kernel_test_diag (), AF_INET, 0, 1 << TCP_LISTEN, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (infos->len, ==, MANY_LISTENERS);
  for (guint i = 0; i < MANY_LISTENERS; i++)
    close (listeners[i]);
}

static void
test_tuples_of_others (void)
{
  ReboundTuple tuple;
  int listener = raw_listen (AF_INET, kernel_test_new_port (), TRUE, 1);
  int sockets[2];

  g_test_summary (
      "what is not connected, or not of TCP, has no tuple, no state and no cookie, but an errno");
  errno = 0;
  g_assert_false (rebound_tuple_from_descriptor (listener, &tuple));
  assert_errno (-errno, ENOTCONN);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
  g_assert_false (rebound_tuple_from_descriptor (sockets[0], &tuple));
  assert_errno (-errno, EAFNOSUPPORT);
  g_assert_cmpuint (rebound_socket_state (sockets[0]), ==, 0);
  g_assert_false (rebound_tuple_from_descriptor (-1, &tuple));
  assert_errno (-errno, EBADF);
  g_assert_cmpuint (rebound_socket_state (-1), ==, 0);
  g_assert_cmpuint (rebound_socket_cookie (-1), ==, 0);
  close (sockets[0]);
  close (sockets[1]);
  raw_close (listener);
}

static void
test_tuple_equality (void)
{
  const ReboundTuple ipv4 = { AF_INET, 1, 2, { 3 }, { 4 } };
  const ReboundTuple ipv6 = { AF_INET6, 1, 2, { 3, 0, 0, 5 }, { 4, 0, 0, 6 } };
  ReboundTuple other;

  g_test_summary ("every field makes a difference, and of an IPv4 address the first word alone");
  other = ipv4;
  other.local_address[3] = other.remote_address[3] = 99;
  g_assert_true (rebound_tuple_equal (&ipv4, &other));
  g_assert_cmpuint (rebound_tuple_hash (&ipv4), ==, rebound_tuple_hash (&other));
  g_assert_false (rebound_tuple_equal (&ipv4, &ipv6));

  other = ipv6;
  other.local_port++;
  g_assert_false (rebound_tuple_equal (&ipv6, &other));
  other = ipv6;
  other.remote_port++;
  g_assert_false (rebound_tuple_equal (&ipv6, &other));
  other = ipv6;
  other.local_address[3]++;
  g_assert_false (rebound_tuple_equal (&ipv6, &other));
  other = ipv6;
  other.remote_address[3]++;
  g_assert_false (rebound_tuple_equal (&ipv6, &other));
}

static void
test_state_names (void)
{
  static const char *const names[] = {
    "UNKNOWN",   "ESTABLISHED", "SYN_SENT", "SYN_RECV",   "FIN_WAIT1",
    "FIN_WAIT2", "TIME_WAIT",   "CLOSED",   "CLOSE_WAIT", "LAST_ACK",
    "LISTEN",    "CLOSING",     "SYN_RECV", "BOUND",      "UNKNOWN",
  };

  g_test_summary ("every state has a name, and a number that is none has one too");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (rebound_tcp_state_name (i), ==, names[i]);
  g_assert_cmpstr (rebound_tcp_state_name (255), ==, "UNKNOWN");
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/socket-diag/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("look-up", test_look_up);
  ADD ("two-ends", test_two_ends);
  ADD ("destroy", test_destroy);
  ADD ("no-cookie", test_no_cookie);
  ADD ("dump", test_dump);
  ADD ("dump-by-state", test_dump_by_state);
  g_test_add_func ("/socket-diag/dump-bound", test_dump_bound);
  g_test_add_func ("/socket-diag/dump-many", test_dump_many);
  g_test_add_func ("/socket-diag/tuples-of-others", test_tuples_of_others);
  g_test_add_func ("/socket-diag/tuple-equality", test_tuple_equality);
  g_test_add_func ("/socket-diag/state-names", test_state_names);
  return g_test_run ();
}
