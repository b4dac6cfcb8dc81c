/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "taking-test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "net/rebound-errno.h"

#define EVERYTHING (POLLIN | POLLOUT | POLLRDHUP)
#define N_LOOKS    3

/* Results are numbers of bytes or negative errnos. */
typedef struct
{
  const char *name;
  guint8 state;                /* of our socket then */
  int receive[N_LOOKS];        /* one after the other */
  int receive_unread[N_LOOKS]; /* where six bytes had not been read */
  int send[2];                 /* with nothing looked at before; after a recv always EPIPE */
  short poll;
  short poll_unread;
  guint8 peer_state;
  int peer_receive[2];
  int peer_send[2];
  short peer_poll;
  short listener_poll; /* of a listener that was taken so, asked for input */
  int listener_error;  /* its SO_ERROR, positive */
} Taking;

static const Taking takings[TAKING_N_STYLES] = {
  [TAKING_FIN] = { .name = "fin",
                   .state = TCP_FIN_WAIT2,
                   .receive = { 0, 0, 0 },
                   .receive_unread = { 6, 0, 0 },
                   .send = { -EPIPE, -EPIPE },
                   .poll = POLLIN | POLLOUT | POLLHUP | POLLRDHUP,
                   .poll_unread = POLLIN | POLLOUT | POLLHUP | POLLRDHUP,
                   .peer_state = TCP_CLOSE_WAIT,
                   .peer_receive = { 0, 0 },
                   .peer_send = { 1, -EPIPE },
                   .peer_poll = POLLIN | POLLOUT | POLLRDHUP,
                   .listener_poll = POLLHUP },
  [TAKING_DEFUNCT] = { .name = "defunct",
                       .state = TCP_CLOSE,
                       .receive = { -ENOTCONN, -ENOTCONN, -ENOTCONN },
                       .receive_unread = { -ENOTCONN, -ENOTCONN, -ENOTCONN },
                       .send = { -EPIPE, -EPIPE },
                       .poll = POLLOUT | POLLHUP,
                       .poll_unread = POLLOUT | POLLHUP,
                       .peer_state = TCP_CLOSE,
                       .peer_receive = { 0, 0 },
                       .peer_send = { -EPIPE, -EPIPE },
                       .peer_poll = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
                       .listener_poll = POLLHUP },
  [TAKING_DESTROY] = { .name = "destroy",
                       .state = TCP_CLOSE,
                       .receive = { -ECONNABORTED, 0, 0 },
                       .receive_unread = { 6, -ECONNABORTED, 0 },
                       .send = { -ECONNABORTED, -EPIPE },
                       .poll = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
                       .poll_unread = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
                       .peer_state = TCP_CLOSE,
                       .peer_receive = { -ECONNRESET, 0 },
                       .peer_send = { -ECONNRESET, -EPIPE },
                       .peer_poll = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
                       .listener_poll = POLLIN | POLLERR | POLLHUP,
                       .listener_error = ECONNABORTED },
  [TAKING_DISCONNECT] = { .name = "disconnect",
                          .state = TCP_CLOSE,
                          .receive = { -ECONNRESET, -ENOTCONN, -ENOTCONN },
                          .receive_unread = { -ECONNRESET, -ENOTCONN, -ENOTCONN },
                          .send = { -ECONNRESET, -EPIPE },
                          .poll = POLLOUT | POLLERR | POLLHUP,
                          .poll_unread = POLLOUT | POLLERR | POLLHUP,
                          .peer_state = TCP_CLOSE,
                          .peer_receive = { -ECONNRESET, 0 },
                          .peer_send = { -ECONNRESET, -EPIPE },
                          .peer_poll = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP,
                          .listener_poll = POLLHUP },
};

/* One test. */
typedef struct
{
  TakingFunc take;
  TakingStyle style;
  sa_family_t family;
} Case;

typedef struct
{
  int ours;
  int peer;
} Pair;

static void
assert_result (int result, int expected)
{
  if (result < 0 || expected < 0)
    assert_errno (MIN (result, 0), -MIN (expected, 0));
  g_assert_cmpint (result, ==, expected);
}

static Pair
new_pair (const Case *self, gboolean with_unread)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (self->family, port, TRUE, 1);
  Pair pair = { .peer = raw_connect (self->family, port, 0) };

  pair.ours = raw_accept (listener);
  raw_close (listener);
  if (with_unread)
    g_assert_cmpint (raw_send (pair.peer, "unread"), ==, 6);
  self->take (pair.ours, self->style);
  kernel_test_settle ();
  return pair;
}

static void
close_pair (Pair *pair)
{
  raw_close (pair->ours);
  raw_close (pair->peer);
}

/* -- connections -- */

static void
check_receive (const Case *self, gboolean with_unread)
{
  const Taking *taking = &takings[self->style];
  const int *expected = with_unread ? taking->receive_unread : taking->receive;
  Pair pair = new_pair (self, with_unread);

  assert_state (rebound_socket_state (pair.ours), taking->state);
  for (guint i = 0; i < N_LOOKS; i++)
    assert_result (raw_receive (pair.ours), expected[i]);
  close_pair (&pair);
}

static void
test_receive (gconstpointer data)
{
  g_test_summary ("what recv gives, again and again, once the socket was taken away");
  check_receive (data, FALSE);
}

static void
test_receive_unread (gconstpointer data)
{
  g_test_summary ("what recv gives where something had not been read");
  check_receive (data, TRUE);
}

static void
test_send (gconstpointer data)
{
  const Case *self = data;
  Pair pair = new_pair (self, FALSE);

  g_test_summary ("what send gives once the socket was taken away: an error that nobody has seen "
                  "yet is its own, then EPIPE");
  for (guint i = 0; i < 2; i++)
    assert_result (raw_send (pair.ours, "x"), takings[self->style].send[i]);
  close_pair (&pair);
  pair = new_pair (self, FALSE);
  raw_receive (pair.ours);
  assert_result (raw_send (pair.ours, "x"), -EPIPE);
  close_pair (&pair);
}

static void
test_poll (gconstpointer data)
{
  const Case *self = data;
  Pair pair = new_pair (self, FALSE);

  g_test_summary ("what poll says of a socket that was taken away, and of its peer");
  g_assert_cmphex ((guint) raw_poll (pair.ours, EVERYTHING), ==, (guint) takings[self->style].poll);
  g_assert_cmphex ((guint) raw_poll (pair.peer, EVERYTHING), ==,
                   (guint) takings[self->style].peer_poll);
  close_pair (&pair);
  pair = new_pair (self, TRUE);
  g_assert_cmphex ((guint) raw_poll (pair.ours, EVERYTHING), ==,
                   (guint) takings[self->style].poll_unread);
  close_pair (&pair);
}

static void
test_peer_receive (gconstpointer data)
{
  const Case *self = data;
  Pair pair = new_pair (self, FALSE);

  g_test_summary ("what the peer receives");
  assert_state (rebound_socket_state (pair.peer), takings[self->style].peer_state);
  for (guint i = 0; i < 2; i++)
    assert_result (raw_receive (pair.peer), takings[self->style].peer_receive[i]);
  close_pair (&pair);
}

static void
test_peer_send (gconstpointer data)
{
  const Case *self = data;
  Pair pair = new_pair (self, FALSE);

  g_test_summary ("what comes of the peer's first send and of its second");
  for (guint i = 0; i < 2; i++)
    assert_result (raw_send (pair.peer, "x"), takings[self->style].peer_send[i]);
  close_pair (&pair);
}

/* -- listeners -- */

static int
get_option (int fd, int option)
{
  int value = -1;
  socklen_t size_bytes = sizeof value;

  g_assert_no_errno (getsockopt (fd, SOL_SOCKET, option, &value, &size_bytes));
  return value;
}

static void
test_listener (gconstpointer data)
{
  const Case *self = data;
  const Taking *taking = &takings[self->style];
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (self->family, port, FALSE, 2);
  int waiting = raw_connect (self->family, port, 0);
  int late = raw_socket (self->family);

  g_test_summary ("a listener that was taken away: accept EINVAL, SO_ACCEPTCONN 0, its port still "
                  "its own, clients refused, those in the backlog reset");
  g_assert_cmpint (get_option (listener, SO_ACCEPTCONN), ==, 1);
  self->take (listener, self->style);
  kernel_test_settle ();
  g_assert_cmpint (get_option (listener, SO_ACCEPTCONN), ==, 0);
  g_assert_cmphex ((guint) raw_poll (listener, POLLIN), ==, (guint) taking->listener_poll);
  for (guint i = 0; i < 2; i++)
    assert_errno (raw_try_accept (listener), EINVAL);
  assert_errno (-get_option (listener, SO_ERROR), taking->listener_error);
  g_assert_cmpuint (raw_port (listener), ==, port);
  assert_errno (raw_receive (waiting), ECONNRESET);
  assert_errno (-raw_try_connect (late, self->family, port), ECONNREFUSED);
  raw_close (listener);
  raw_close (waiting);
  raw_close (late);
}

static void
test_listener_bind (gconstpointer data)
{
  const Case *self = data;

  g_test_summary ("a fresh bind needs the old descriptor closed first, unless both have "
                  "SO_REUSEADDR: it is bound, but does not listen any more");
  for (int reuse = 0; reuse <= 1; reuse++)
    {
      guint16 port = kernel_test_new_port ();
      int listener = raw_listen (self->family, port, reuse, 1);
      int fresh = raw_socket (self->family);

      raw_set_reuse (fresh, reuse);
      self->take (listener, self->style);
      assert_errno (-raw_try_bind (fresh, self->family, port), reuse ? 0 : EADDRINUSE);
      raw_close (listener);
      if (!reuse)
        assert_errno (-raw_try_bind (fresh, self->family, port), 0);
      raw_close (fresh);
    }
}

static void
test_listener_again (gconstpointer data)
{
  const Case *self = data;
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (self->family, port, FALSE, 1);
  int client;

  g_test_summary ("listen() on the same descriptor works again; after destroy its connections are "
                  "born with both halves shut down, and the client is sent a FIN at once");
  self->take (listener, self->style);
  g_assert_no_errno (listen (listener, 1));
  g_assert_cmpint (get_option (listener, SO_ACCEPTCONN), ==, 1);
  client = raw_start_connecting (self->family, port, 0);
  assert_state (rebound_socket_state (client),
                self->style == TAKING_DESTROY ? TCP_CLOSE_WAIT : TCP_ESTABLISHED);
  raw_close (client);
  raw_close (listener);
}

RawIdentity
taking_test_identify_listener (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos = NULL;
  guint64 cookie = rebound_socket_cookie (fd);
  sa_family_t families[] = { AF_INET, AF_INET6 };

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_clear_pointer (&infos, g_array_unref);
      infos = rebound_socket_diag_dump (kernel_test_diag (), families[i], raw_port (fd),
                                        1 << TCP_LISTEN, &error);
      g_assert_no_error (error);
      for (guint j = 0; j < infos->len; j++)
        {
          const ReboundSocketInfo *info = &g_array_index (infos, ReboundSocketInfo, j);

          if (info->cookie == cookie)
            return (RawIdentity){ info->tuple, cookie };
        }
    }
  g_assert_not_reached ();
}

/* -- all -- */

typedef struct
{
  const char *name;
  GTestDataFunc test;
} Cell;

static const Cell cells[] = {
  { "recv", test_receive },
  { "recv-with-unread-data", test_receive_unread },
  { "send", test_send },
  { "poll", test_poll },
  { "peer-recv", test_peer_receive },
  { "peer-send", test_peer_send },
  { "listener", test_listener },
  { "listener-bind", test_listener_bind },
  { "listener-listens-again", test_listener_again },
};

static void
add_cells (const char *path, const Case *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *name
          = g_strdup_printf ("%s/%s/%s/%s", path, self->family == AF_INET ? "ipv4" : "ipv6",
                             takings[self->style].name, cells[i].name);

      g_test_add_data_func_full (name, g_memdup2 (self, sizeof *self), cells[i].test, g_free);
    }
}

void
taking_test_add (const char *path, TakingFunc take, guint n_styles)
{
  const sa_family_t families[] = { AF_INET, AF_INET6 };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (guint style = 0; style < n_styles; style++)
      {
        const Case self = { take, (TakingStyle) style, families[i] };

        add_cells (path, &self);
      }
}
