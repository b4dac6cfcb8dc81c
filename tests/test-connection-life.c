/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a connection does but for its ways out: partial writes, calls that fail, the deadline and
 * the limit of finishing, references, handlers that interfere; and random acts on both sides, after
 * which every byte is accounted for. */

#include "connection-test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "failing-calls.h"

/* -- writing -- */

static void
test_partial_writes (Fixture *self, gconstpointer data)
{
  give (self, LARGE_BYTES);
  g_assert_cmpuint (rebound_connection_get_queued_bytes (self->connection), >, 0);
  give (self, LARGE_BYTES);
  peer_read_all (self);
  g_assert_cmpuint (self->delivered_bytes, ==, 2 * LARGE_BYTES);
  g_assert_cmpuint (get_figures (self).acknowledged_bytes, ==, 2 * LARGE_BYTES);
  g_assert_cmpuint (rebound_connection_get_queued_bytes (self->connection), ==, 0);
  g_assert_cmpstr (self->story->str, ==, "flushed ");
}

typedef struct
{
  const char *name;
  FailingCall call;
  int error_number;
  const char *story;
} Failure;

static const Failure failures[] = {
  { "send-EINTR", FAILING_SEND, EINTR, "half-closed peer-finished ended " },
  { "send-EAGAIN", FAILING_SEND, EAGAIN, "flushed half-closed peer-finished ended " },
  { "send-ENOBUFS", FAILING_SEND, ENOBUFS, "flushed half-closed peer-finished ended " },
  { "send-ENOMEM", FAILING_SEND, ENOMEM, "flushed half-closed peer-finished ended " },
  { "send-ETIMEDOUT", FAILING_SEND, ETIMEDOUT, "failed(ETIMEDOUT) ended " },
  { "send-ECONNRESET", FAILING_SEND, ECONNRESET, "reset(ECONNRESET) ended " },
  { "recv-EINTR", FAILING_RECV, EINTR, "half-closed peer-finished ended " },
  { "recv-EAGAIN", FAILING_RECV, EAGAIN, "half-closed peer-finished ended " },
  { "recv-ENOBUFS", FAILING_RECV, ENOBUFS, "half-closed peer-finished ended " },
  { "recv-ETIMEDOUT", FAILING_RECV, ETIMEDOUT, "half-closed failed(ETIMEDOUT) ended " },
  { "epoll-ENOSPC", FAILING_EPOLL_ADD, ENOSPC, "half-closed failed(ENOSPC) ended " },
};

static void
test_failure (Fixture *self, gconstpointer data)
{
  const Failure *failure = data;

  if (failure->call == FAILING_SEND)
    failing_calls_plan (failure->call, failure->error_number, 1);
  give (self, 100);
  g_assert_cmpstr (self->story->str, ==, ""); /* an error is told from the main loop */
  if (failure->call == FAILING_EPOLL_ADD)
    failing_calls_plan (failure->call, failure->error_number, 1);
  finish (self);
  if (failure->call == FAILING_RECV)
    raw_send (self->peer_fd, "x");
  settle (self);
  if (failure->call == FAILING_RECV)
    failing_calls_plan (failure->call, failure->error_number, 1);
  shutdown (self->peer_fd, SHUT_WR);
  pass_time (self, G_USEC_PER_SEC); /* a rest is over then */
  g_assert_cmpuint (failing_calls_get_count (failure->call), ==, 1);
  g_assert_cmpstr (self->story->str, ==, failure->story);
  assert_accounts (self);
}

/* Bytes that came before an RST are read before it is told of. */
static gsize n_received;

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  n_received += g_bytes_get_size (bytes);
}

static void
test_input_before_reset (Fixture *self, gconstpointer data)
{
  n_received = 0;
  g_signal_connect (self->connection, "received", G_CALLBACK (on_received), NULL);
  g_assert_cmpint (raw_send (self->peer_fd, "hello"), ==, 5);
  raw_close_abortively (self->peer_fd);
  self->peer_fd = -1;
  give (self, 10);
  rebound_connection_start_reading (self->connection);
  settle (self);
  g_assert_cmpuint (n_received, ==, 5);
  g_assert_cmpstr (self->story->str, ==, "reset(ECONNRESET) ended ");
  g_assert_cmpstr (self->how, ==, "ECONNRESET; 10 of 10 bytes lost");
  assert_accounts (self);
}

/* Nobody reads, and both streams end: a source would be ready for ever. */
static void
test_nobody_reads (Fixture *self, gconstpointer data)
{
  give (self, 1);
  settle (self);
  rebound_connection_shutdown_send (self->connection);
  shutdown (self->peer_fd, SHUT_WR);
  settle (self); /* no busy loop */
  g_assert_null (self->how);
  rebound_connection_start_reading (self->connection);
  settle (self);
  g_assert_nonnull (self->how);
}

/* -- finishing -- */

static void
test_deadline (Fixture *self, gconstpointer data)
{
  g_autofree char *waiting = NULL;

  give (self, 100);
  finish (self);
  pass_time (self, REBOUND_CONNECTION_FINISH_USEC - 1);
  waiting = rebound_connection_dup_waiting_for (self->connection);
  g_assert_cmpstr (waiting, ==, "waits for the peer's end");
  g_assert_null (self->how);
  pass_time (self, 1);
  g_assert_cmpstr (self->how, ==,
                   "aborted: the peer had not ended 5s after it was asked to; nothing lost");
  g_assert_cmpint (raw_look_up (&self->own), ==, -ENOENT);
  assert_accounts (self);
}

static void
test_deadline_with_queue (Fixture *self, gconstpointer data)
{
  g_autofree char *how = NULL;
  g_autofree char *waiting = NULL;
  guint64 lost_bytes;

  give (self, LARGE_BYTES);
  finish (self);
  waiting = rebound_connection_dup_waiting_for (self->connection);
  g_assert_true (g_str_has_prefix (waiting, "waits for the peer to take "));
  rebound_connection_finish (self->connection, G_USEC_PER_SEC, 10);
  rebound_connection_finish (self->connection, 3 * G_USEC_PER_SEC, 10); /* never longer */
  pass_time (self, G_USEC_PER_SEC);
  lost_bytes = get_figures (self).lost_bytes;
  how = g_strdup_printf ("aborted: the peer had not taken everything after 1s; %" G_GUINT64_FORMAT
                         " of 1048576 bytes lost",
                         lost_bytes);
  g_assert_cmpstr (self->how, ==, how);
  assert_accounts (self);
  peer_read_all (self);
  g_assert_cmpint (self->peer_end, ==, ECONNRESET);
  g_assert_cmpuint (self->delivered_bytes + lost_bytes, ==, LARGE_BYTES);
}

static void
test_peer_keeps_talking (Fixture *self, gconstpointer data)
{
  rebound_connection_finish (self->connection, REBOUND_CONNECTION_FINISH_USEC, 1000);
  for (guint i = 0; i < 1000 && self->how == NULL; i++)
    {
      g_assert_cmpint (raw_send (self->peer_fd, "still here"), >, 0);
      settle (self);
    }
  g_assert_cmpstr (self->how, ==,
                   "aborted: the peer went on talking: more than 1000 bytes drained; nothing lost");
  g_assert_cmpuint (get_figures (self).drained_bytes, ==, 1010);
}

static void
test_in_order (Fixture *self, gconstpointer data)
{
  give (self, LARGE_BYTES);
  finish (self);
  g_assert_false (rebound_connection_send (self->connection, "more", 4));
  peer_read_all (self);
  g_assert_cmpint (self->peer_end, ==, 0);
  g_assert_cmpint (rebound_connection_get_peer_reading (self->connection), ==,
                   REBOUND_PEER_READING_ACKNOWLEDGED);
  peer_close (self);
  settle (self);
  g_assert_cmpint (rebound_connection_get_peer_reading (self->connection), ==,
                   REBOUND_PEER_READING_ENDED);
  g_assert_cmpstr (self->how, ==,
                   "both ends in good order, 1048576 bytes sent: the peer has read all of it, if "
                   "it has closed");
  g_assert_cmpstr (self->story->str, ==, "flushed half-closed peer-finished ended ");
}

/* A peer that has only shut down looks as if it had read. */
static void
test_peer_that_does_not_read (Fixture *self, gconstpointer data)
{
  give (self, 100);
  finish (self);
  shutdown (self->peer_fd, SHUT_WR);
  settle (self);
  g_assert_cmpuint (self->delivered_bytes, ==, 0);
  g_assert_cmpint (rebound_connection_get_peer_reading (self->connection), ==,
                   REBOUND_PEER_READING_ENDED);
}

static void
test_goodbye (Fixture *self, gconstpointer data)
{
  const gboolean answers = GPOINTER_TO_INT (data);
  char buffer[8] = "";

  rebound_connection_set_goodbye (self->connection, "BYE");
  finish (self);
  g_assert_cmpint (recv (self->peer_fd, buffer, sizeof buffer, 0), ==, 3);
  g_assert_cmpstr (buffer, ==, "BYE");
  raw_send (self->peer_fd, "well,");
  settle (self);
  if (answers)
    raw_send (self->peer_fd, " BYE");
  peer_close (self);
  settle (self);
  g_assert_cmpint (rebound_connection_get_peer_reading (self->connection), ==,
                   answers ? REBOUND_PEER_READING_SAID_GOODBYE : REBOUND_PEER_READING_ENDED);
  g_assert_cmpuint (get_figures (self).given_bytes, ==, 3);
}

/* -- references -- */

static void
test_references (Fixture *self, gconstpointer data)
{
  ReboundConnection *connection = self->connection;

  g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &self->connection);
  rebound_connection_start_reading (connection);
  g_object_unref (connection);
  g_assert_nonnull (self->connection); /* the pending read's */
  shutdown (self->peer_fd, SHUT_WR);
  settle (self);
  g_assert_null (self->connection);
  g_assert_cmpstr (self->story->str, ==, "peer-finished ");
  while (peer_read (self, G_MAXSIZE))
    ;
  g_assert_cmpint (self->peer_end, ==, 0);
}

static void
test_last_reference_with_queue (Fixture *self, gconstpointer data)
{
  ReboundConnection *connection = self->connection;

  g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &self->connection);
  give (self, LARGE_BYTES);
  g_object_unref (connection);
  g_assert_nonnull (self->connection);
  peer_read_all (self);
  g_assert_null (self->connection);
  g_assert_cmpuint (self->delivered_bytes, ==, LARGE_BYTES);
  g_assert_cmpint (self->peer_end, ==, 0);
}

typedef struct
{
  const char *signal;
  void (*deed) (ReboundConnection *connection);
} Interference;

static void
dispose (ReboundConnection *connection)
{
  g_object_run_dispose (G_OBJECT (connection));
}

static const Interference interferences[] = {
  { "received", dispose },
  { "received", rebound_connection_close },
  { "received", rebound_connection_abort },
  { "received", rebound_connection_stop_reading },
  { "flushed", dispose },
  { "flushed", rebound_connection_close },
  { "half-closed", dispose },
  { "half-closed", rebound_connection_abort },
  { "peer-finished", dispose },
  { "peer-finished", rebound_connection_close },
  { "reset", dispose },
  { "ended", dispose },
  { "ended", rebound_connection_close },
};

/* The connection comes first, whatever else the signal carries. */
static void
marshal (GClosure *closure,
         GValue *result,
         guint n_values,
         const GValue *values,
         gpointer hint,
         gpointer data)
{
  const Interference *interference = closure->data;

  interference->deed (g_value_get_object (&values[0]));
}

static void
test_interference (Fixture *self, gconstpointer data)
{
  const Interference *interference = data;
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), (gpointer) interference);

  g_closure_set_marshal (closure, marshal);
  g_signal_connect_closure (self->connection, interference->signal, closure, FALSE);
  rebound_connection_start_reading (self->connection);
  give (self, LARGE_BYTES);
  raw_send (self->peer_fd, "hello");
  rebound_connection_shutdown_send (self->connection);
  if (strcmp (interference->signal, "reset") == 0)
    {
      settle (self);
      raw_close_abortively (self->peer_fd);
      self->peer_fd = -1;
    }
  peer_read_all (self);
  peer_close (self);
  settle (self);
}

/* -- chance -- */

#define N_SEEDS 1000

typedef struct
{
  GRand *rand;
  gboolean has_peer_left; /* before its end */
} Walk;

static void
act_here (Fixture *self, Walk *walk)
{
  gboolean is_open
      = rebound_connection_get_state (self->connection) == REBOUND_CONNECTION_STATE_OPEN;

  switch (g_rand_int_range (walk->rand, 0, 24))
    {
    case 0:
      rebound_connection_shutdown_send (self->connection);
      break;
    case 1:
      finish (self);
      break;
    case 2:
      rebound_connection_close (self->connection);
      break;
    case 3:
      rebound_connection_abort (self->connection);
      break;
    case 4 ... 7:
      rebound_connection_start_reading (self->connection);
      break;
    case 8:
      rebound_connection_stop_reading (self->connection);
      break;
    default:
      if (is_open)
        give (self, (gsize) g_rand_int_range (walk->rand, 1, 100000));
    }
}

static void
act_there (Fixture *self, Walk *walk)
{
  static const char text[5000];

  if (self->peer_fd < 0)
    return;
  switch (g_rand_int_range (walk->rand, 0, 24))
    {
    case 0:
      shutdown (self->peer_fd, SHUT_WR);
      break;
    case 1:
      walk->has_peer_left = walk->has_peer_left || self->peer_end == 1;
      peer_close (self);
      break;
    case 2:
      walk->has_peer_left = walk->has_peer_left || self->peer_end == 1;
      raw_close_abortively (self->peer_fd);
      self->peer_fd = -1;
      break;
    case 3 ... 6:
      send (self->peer_fd, text, (gsize) g_rand_int_range (walk->rand, 1, sizeof text),
            MSG_NOSIGNAL);
      break;
    default:
      peer_read (self, (gsize) g_rand_int_range (walk->rand, 1, 65536));
    }
}

static void
assert_all_accounted_for (Fixture *self, const Walk *walk)
{
  ReboundConnectionFigures figures = get_figures (self);

  g_assert_nonnull (self->how);
  assert_accounts (self);
  g_assert_cmpuint (self->delivered_bytes, <=, figures.acknowledged_bytes + figures.left_bytes);
  if (walk->has_peer_left)
    return; /* what is acknowledged may not have been read: nobody here can know */
  g_assert_cmpuint (self->delivered_bytes, >=, figures.acknowledged_bytes);
  if (figures.left_bytes == 0)
    g_assert_cmpuint (self->delivered_bytes + figures.lost_bytes, ==, figures.given_bytes);
}

static void
play_seed (guint32 seed)
{
  Fixture self = { 0 };
  Walk walk = { g_rand_new_with_seed (seed), FALSE };

  set_up (&self, NULL);
  for (guint i = 0; i < 40 && self.how == NULL; i++)
    {
      act_here (&self, &walk);
      act_there (&self, &walk);
      if (g_rand_boolean (walk.rand))
        settle (&self);
    }
  finish (&self);
  peer_read_all (&self);
  peer_close (&self);
  pass_time (&self, REBOUND_CONNECTION_FINISH_USEC); /* no longer than that: no hang */
  g_test_message ("seed %u: %s | %s", seed, self.story->str, self.how);
  assert_all_accounted_for (&self, &walk);
  tear_down (&self, NULL);
  g_rand_free (walk.rand);
}

static void
test_chance (void)
{
  for (guint32 seed = 1; seed <= N_SEEDS; seed++)
    play_seed (seed);
}

static void
add (const char *path, void (*test) (Fixture *self, gconstpointer data), gconstpointer data)
{
  g_autofree char *full = g_strconcat ("/connection/", path, NULL);

  g_test_add_vtable (full, sizeof (Fixture), data, (GTestFixtureFunc) set_up,
                     (GTestFixtureFunc) test, (GTestFixtureFunc) tear_down);
}

static void
add_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("failing/", failures[i].name, NULL);

      add (path, test_failure, &failures[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (interferences); i++)
    {
      g_autofree char *path = g_strdup_printf ("interference/%s/%u", interferences[i].signal, i);

      add (path, test_interference, &interferences[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  add ("partial-writes", test_partial_writes, NULL);
  add ("input-before-reset", test_input_before_reset, NULL);
  add ("nobody-reads", test_nobody_reads, NULL);
  add ("deadline/peer", test_deadline, NULL);
  add ("deadline/queue", test_deadline_with_queue, NULL);
  add ("peer-keeps-talking", test_peer_keeps_talking, NULL);
  add ("in-order", test_in_order, NULL);
  add ("peer-that-does-not-read", test_peer_that_does_not_read, NULL);
  add ("goodbye/answered", test_goodbye, GINT_TO_POINTER (TRUE));
  add ("goodbye/unanswered", test_goodbye, GINT_TO_POINTER (FALSE));
  add ("references/read", test_references, NULL);
  add ("references/queue", test_last_reference_with_queue, NULL);
  add_rows ();
  g_test_add_func ("/connection/chance", test_chance);
  return g_test_run ();
}
