/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writing to a peer that has gone: which errno, on which write, by how it went. A first send after
 * the peer's close succeeds, because a FIN does not say whether the other half is closed too. */

#include "kernel-test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "net/rebound-errno.h"

typedef struct
{
  const char *name;
  void (*act) (RawPair *pair);
  guint8 state;      /* of our socket then */
  int receive_error; /* of the first look; 0: the end of the stream, -1: not looked at before the
                        sends */
  int first_send;    /* errnos */
  int second_send;
} Departure;

static void
close_peer (RawPair *pair)
{
  raw_close (pair->peer);
  pair->peer = -1;
}

static void
half_close_peer (RawPair *pair)
{
  g_assert_no_errno (shutdown (pair->peer, SHUT_WR));
  kernel_test_settle ();
}

static void
abort_peer (RawPair *pair)
{
  raw_close_abortively (pair->peer);
  pair->peer = -1;
}

static void
abort_peer_after_data (RawPair *pair)
{
  g_assert_cmpint (raw_send (pair->peer, "last words"), ==, 10);
  abort_peer (pair);
}

static void
close_peer_with_unread_input (RawPair *pair)
{
  g_assert_cmpint (raw_send (pair->ours, "unread"), ==, 6);
  close_peer (pair);
}

static void
half_close_ours (RawPair *pair)
{
  g_assert_no_errno (shutdown (pair->ours, SHUT_WR));
  kernel_test_settle ();
}

static void
destroy_ours (RawPair *pair)
{
  RawIdentity identity = raw_identify (pair->ours);

  assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &identity.tuple, identity.cookie),
                0);
  kernel_test_settle ();
}

#define NOT_LOOKED_AT (-1)

static const Departure departures[] = {
  { "close", close_peer, TCP_CLOSE_WAIT, 0, 0, EPIPE },
  { "half-close", half_close_peer, TCP_CLOSE_WAIT, 0, 0, 0 },
  { "abortive", abort_peer, TCP_CLOSE, NOT_LOOKED_AT, ECONNRESET, EPIPE },
  { "abortive-seen-by-recv", abort_peer, TCP_CLOSE, ECONNRESET, EPIPE, EPIPE },
  { "abortive-after-data", abort_peer_after_data, TCP_CLOSE, NOT_LOOKED_AT, ECONNRESET, EPIPE },
  { "close-with-unread-input", close_peer_with_unread_input, TCP_CLOSE, NOT_LOOKED_AT, ECONNRESET,
    EPIPE },
  { "own-half-close", half_close_ours, TCP_FIN_WAIT2, EAGAIN, EPIPE, EPIPE },
  { "destroyed", destroy_ours, TCP_CLOSE, ECONNABORTED, EPIPE, EPIPE },
};

/* One byte, and the errno that comes of it. */
static void
assert_sends (int fd, int error_number)
{
  int result = raw_send (fd, "x");

  assert_errno (result < 0 ? result : 0, error_number);
}

static void
test_departure (gconstpointer data)
{
  const Departure *departure = data;
  RawPair pair = raw_new_pair ();

  g_test_summary ("the errors of sending after the connection's end");
  departure->act (&pair);
  assert_state (rebound_socket_state (pair.ours), departure->state);
  if (departure->receive_error != NOT_LOOKED_AT)
    assert_errno (raw_receive (pair.ours), departure->receive_error);
  assert_sends (pair.ours, departure->first_send);
  assert_sends (pair.ours, departure->second_send);

  raw_close (pair.ours);
  if (pair.peer >= 0)
    raw_close (pair.peer);
}

static void
test_half_closed_peer_receives (void)
{
  RawPair pair = raw_new_pair ();

  g_test_summary ("a peer that half-closed receives what is sent to it; one that is poked after a "
                  "full close resets");
  half_close_peer (&pair);
  g_assert_cmpint (raw_poll (pair.ours, POLLIN | POLLRDHUP), ==, POLLIN | POLLRDHUP);
  g_assert_cmpint (raw_send (pair.ours, "data"), ==, 4);
  g_assert_cmpint (raw_receive (pair.peer), ==, 4);

  close_peer (&pair);
  g_assert_cmpint (raw_send (pair.ours, "data"), ==, 4);
  assert_state (rebound_socket_state (pair.ours), TCP_CLOSE);
  g_assert_cmpint (raw_receive (pair.ours), ==, 0);
  raw_close (pair.ours);
}

static void
test_destroyed_peer (void)
{
  RawPair pair = raw_new_pair ();

  g_test_summary (
      "the peer of a destroyed socket is reset; the destroyed one says ECONNABORTED once");
  destroy_ours (&pair);
  assert_errno (raw_receive (pair.peer), ECONNRESET);
  assert_errno (raw_receive (pair.ours), ECONNABORTED);
  g_assert_cmpint (raw_receive (pair.ours), ==, 0);
  raw_close (pair.ours);
  raw_close (pair.peer);
}

static void
test_local_pairs (void)
{
  int pipes[2], sockets[2];

  g_test_summary ("a pipe and a socket pair know at once that the reader is gone");
  g_assert_no_errno (pipe2 (pipes, O_CLOEXEC));
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
  close (pipes[0]);
  close (sockets[0]);
  /* A pipe has no MSG_NOSIGNAL. */
  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (write (pipes[1], "x", 1), ==, -1);
  assert_errno (-errno, EPIPE);
  signal (SIGPIPE, SIG_DFL);
  assert_errno (raw_send (sockets[1], "x"), EPIPE);
  close (pipes[1]);
  close (sockets[1]);
}

static volatile sig_atomic_t n_broken_pipes;

static void
count_broken_pipe (int signal_number)
{
  n_broken_pipes++;
}

static void
test_sigpipe (void)
{
  struct sigaction action = { .sa_handler = count_broken_pipe };
  struct sigaction before;
  RawPair pair = raw_new_pair ();

  g_test_summary ("EPIPE comes with SIGPIPE, unless MSG_NOSIGNAL is given");
  g_assert_no_errno (sigaction (SIGPIPE, &action, &before));
  half_close_ours (&pair);
  assert_errno (raw_send (pair.ours, "x"), EPIPE);
  g_assert_cmpint (n_broken_pipes, ==, 0);
  g_assert_cmpint (send (pair.ours, "x", 1, 0), ==, -1);
  g_assert_cmpint (n_broken_pipes, ==, 1);

  g_assert_no_errno (sigaction (SIGPIPE, &before, NULL));
  raw_close (pair.ours);
  raw_close (pair.peer);
}

static void
add_departures (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (departures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/kernel/departure/errors/%s", departures[i].name);

      g_test_add_data_func (path, &departures[i], test_departure);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  add_departures ();
  g_test_add_func ("/kernel/departure/half-closed-peer-receives", test_half_closed_peer_receives);
  g_test_add_func ("/kernel/departure/destroyed-peer", test_destroyed_peer);
  g_test_add_func ("/kernel/departure/local-pairs", test_local_pairs);
  g_test_add_func ("/kernel/departure/sigpipe", test_sigpipe);
  return g_test_run ();
}
