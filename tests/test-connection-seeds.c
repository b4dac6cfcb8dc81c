/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Random acts on both ends of a connection, each of which is a ReboundConnection in a run's table
 * of sockets. After each of them whoever does not end says, truly, what it waits for; in the end
 * both have ended, each byte that was given is accounted for on the one side and had on the other,
 * and neither a descriptor nor a socket of the table is left.
 *
 * `test-connection-seeds --seeds N` plays so many, `--first SEED` begins there. */

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "descriptors.h"
#include "kernel/kernel-test.h"
#include "net/rebound-connection-private.h"
#include "world-test.h"

/* What is played unless it is told otherwise; a seed takes some 0.4 ms. Meson's suite plays 10,000,
 * and 2,000 with sanitizers. */
#define N_SEEDS 1000

/* More of them leave no connection alive. */
#define MOST_STEPS 40

/* A send buffer as small as the other tests', so that a queue is soon had. */
#define SEND_BUFFER_BYTES 16384

/* Longer than any deadline, TIME_WAIT and FIN_WAIT2: 60 s each. */
#define LONG_ENOUGH_USEC (200 * (gint64) G_USEC_PER_SEC)

/* What is given at once, at most: more than TCP takes. */
#define MOST_BYTES 200000

/* The stream that each end gives repeats itself, after a prime number of bytes that no buffer is a
 * multiple of. */
#define PERIOD_BYTES 251

static int n_seeds = N_SEEDS;
static int first_seed = 1;

/* What is being played, for whoever has to look into a failure. */
static guint32 seed_now;
static GString *story_now;

/* -- an end -- */

typedef struct _End End;

struct _End
{
  const char *name;
  End *other;
  ReboundConnection *connection;
  const char *goodbye;
  gboolean is_reading;
  guint64 message_bytes; /* what was given, but for the goodbye */
  guint64 received_bytes;
  gboolean has_seen_end;
  gboolean had_error;
  gboolean was_reading; /* when it ended */
  gboolean has_gone;    /* by close or abort, before it was over */
  guint64 unread_bytes; /* what it left unread then */
  char *how;
};

typedef struct
{
  World *world;
  GRand *rand;
  GString *story;
  End ends[2];
} Walk;

/* The stream from its byte @from on; as much as is given or received at once. */
static const guint8 *
message_from (guint64 from)
{
  static guint8 message[PERIOD_BYTES + MOST_BYTES];

  if (message[1] == 0) /* not yet made */
    for (guint i = 0; i < sizeof message; i++)
      message[i] = (guint8) (i % PERIOD_BYTES);
  return message + from % PERIOD_BYTES;
}

static ReboundConnectionFigures
figures_of (const End *end)
{
  ReboundConnectionFigures figures;

  rebound_connection_get_figures (end->connection, &figures);
  return figures;
}

static gboolean
is_closed (const End *end)
{
  return rebound_connection_get_state (end->connection) == REBOUND_CONNECTION_STATE_CLOSED;
}

/* What the other has given, in order, and its goodbye behind it. */
static void
on_received (ReboundConnection *connection, GBytes *bytes, End *self)
{
  gsize size_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &size_bytes);
  guint64 message_bytes = self->other->message_bytes;
  guint64 left_bytes = message_bytes - MIN (message_bytes, self->received_bytes);
  guint64 n = MIN (size_bytes, left_bytes);

  g_assert_cmpmem (data, n, message_from (self->received_bytes), n);
  self->received_bytes += size_bytes;
  if (n == size_bytes)
    return;
  g_assert_nonnull (self->other->goodbye);
  g_assert_cmpuint (self->received_bytes, <=, message_bytes + strlen (self->other->goodbye));
  g_assert_true (
      memcmp (data + n,
              self->other->goodbye + (self->received_bytes - size_bytes + n) - message_bytes,
              size_bytes - n)
      == 0);
}

static void
on_peer_finished (ReboundConnection *connection, End *self)
{
  g_assert_false (self->has_seen_end);
  self->has_seen_end = TRUE;
}

static void
on_error (ReboundConnection *connection, const char *error, End *self)
{
  g_assert_false (self->had_error);
  self->had_error = TRUE;
}

static void
on_ended (ReboundConnection *connection, const char *how, End *self)
{
  g_assert_null (self->how);
  self->how = g_strdup (how);
  self->was_reading = self->is_reading;
}

static void
adopt (Walk *walk, guint i, int fd)
{
  End *end = &walk->ends[i];
  ReboundSocket *socket
      = rebound_socket_table_add_connection (walk->world->table, walk->world->site,
                                             i == 0 ? "near" : "far", "near#1", fd, 0, FALSE);

  end->name = i == 0 ? "near" : "far";
  end->other = &walk->ends[1 - i];
  end->connection = rebound_connection_new_of_table (walk->world->site, fd, socket);
  g_signal_connect (end->connection, "received", G_CALLBACK (on_received), end);
  g_signal_connect (end->connection, "peer-finished", G_CALLBACK (on_peer_finished), end);
  g_signal_connect (end->connection, "reset", G_CALLBACK (on_error), end);
  g_signal_connect (end->connection, "failed", G_CALLBACK (on_error), end);
  g_signal_connect (end->connection, "ended", G_CALLBACK (on_ended), end);
  if (g_rand_int_range (walk->rand, 0, 4) == 0)
    {
      end->goodbye = i == 0 ? "GOODBYE" : "BYE";
      rebound_connection_set_goodbye (end->connection, end->goodbye);
    }
}

static void
open_both_ends (Walk *walk, int listener, guint16 port)
{
  int near_fd = raw_connect (AF_INET, port, 0);
  int far_fd = raw_accept (listener);

  raw_set_option (near_fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES);
  raw_set_option (far_fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES);
  adopt (walk, 0, near_fd);
  adopt (walk, 1, far_fd);
}

/* -- acts -- */

static void
act_give (Walk *walk, End *end)
{
  gsize length_bytes = (gsize) g_rand_int_range (walk->rand, 1, MOST_BYTES);

  if (rebound_connection_send (end->connection, message_from (end->message_bytes), length_bytes))
    end->message_bytes += length_bytes;
}

static void
act_read (Walk *walk, End *end)
{
  end->is_reading = TRUE;
  rebound_connection_start_reading (end->connection);
}

static void
act_stop_reading (Walk *walk, End *end)
{
  ReboundConnectionState state = rebound_connection_get_state (end->connection);

  end->is_reading = state == REBOUND_CONNECTION_STATE_FINISHING;
  rebound_connection_stop_reading (end->connection);
}

static void
act_shut_down (Walk *walk, End *end)
{
  rebound_connection_shutdown_send (end->connection);
}

static void
act_finish (Walk *walk, End *end)
{
  gint64 deadline_usec = g_rand_int_range (walk->rand, 0, 4) * (gint64) G_USEC_PER_SEC;
  gint64 drain_bytes = g_rand_int_range (walk->rand, 0, 2 * 1024 * 1024);

  end->is_reading = TRUE;
  rebound_connection_finish (end->connection, deadline_usec, drain_bytes);
}

static void
note_departure (End *end)
{
  int unread_bytes = 0;

  if (is_closed (end))
    return;
  g_assert_no_errno (ioctl (end->connection->fd, FIONREAD, &unread_bytes));
  end->has_gone = TRUE;
  end->unread_bytes = (guint64) unread_bytes;
}

static void
act_close (Walk *walk, End *end)
{
  note_departure (end);
  rebound_connection_close (end->connection);
}

static void
act_abort (Walk *walk, End *end)
{
  note_departure (end);
  rebound_connection_abort (end->connection);
}

static void
act_wait (Walk *walk, End *end)
{
  world_pass_time (walk->world, g_rand_int_range (walk->rand, 0, 2 * G_USEC_PER_SEC));
}

/* How often each is done, of a hundred. */
static const struct
{
  const char *name;
  void (*act) (Walk *walk, End *end);
  int share;
} acts[] = {
  { "gives", act_give, 50 },
  { "reads", act_read, 18 },
  { "stops-reading", act_stop_reading, 10 },
  { "shuts-down", act_shut_down, 6 },
  { "finishes", act_finish, 5 },
  { "closes", act_close, 3 },
  { "aborts", act_abort, 3 },
  { "waits", act_wait, 5 },
};

static void
act (Walk *walk)
{
  End *end = &walk->ends[g_rand_int_range (walk->rand, 0, 2)];
  int chance = g_rand_int_range (walk->rand, 0, 100);
  guint i = 0;

  while (chance >= acts[i].share)
    chance -= acts[i++].share;
  g_string_append_printf (walk->story, "%s %s, ", end->name, acts[i].name);
  acts[i].act (walk, end);
}

/* -- what must hold -- */

/* Nothing can happen now. Who was asked to end, and has not, says what it waits for; and it does.
 */
static void
assert_waits_for_something (const End *end)
{
  g_autofree char *waiting = rebound_connection_dup_waiting_for (end->connection);
  gsize queued_bytes = rebound_connection_get_queued_bytes (end->connection);
  ReboundConnectionState others_state = rebound_connection_get_state (end->other->connection);

  switch (rebound_connection_get_state (end->connection))
    {
    case REBOUND_CONNECTION_STATE_OPEN:
    case REBOUND_CONNECTION_STATE_CLOSED:
      g_assert_null (waiting);
      return;
    case REBOUND_CONNECTION_STATE_SHUTTING_DOWN:
      g_assert_true (g_str_has_prefix (waiting, "waits for the peer to take "));
      break;
    default:
      g_assert_nonnull (waiting);
    }
  if (g_str_has_prefix (waiting, "waits for the peer to take "))
    {
      g_assert_cmpuint (queued_bytes, >, 0);
      g_assert_cmpint (others_state, !=, REBOUND_CONNECTION_STATE_CLOSED);
      g_assert_false (end->other->is_reading);
    }
  else if (g_strcmp0 (waiting, "waits for the peer's end") == 0)
    {
      g_assert_true (end->is_reading);
      g_assert_cmpint (others_state, ==, REBOUND_CONNECTION_STATE_OPEN);
    }
  else
    {
      g_assert_cmpstr (waiting, ==, "is not read from, and so does not see the peer's end");
      g_assert_false (end->is_reading);
    }
}

static void
assert_figures (const End *end)
{
  ReboundConnectionFigures sent = figures_of (end);
  ReboundConnectionFigures others = figures_of (end->other);
  guint64 goodbye_bytes = sent.given_bytes - end->message_bytes;

  g_assert_cmpuint (goodbye_bytes, <=, end->goodbye != NULL ? strlen (end->goodbye) : 0);
  g_assert_cmpuint (sent.acknowledged_bytes, <=, sent.handed_bytes);
  g_assert_cmpuint (sent.handed_bytes, <=, sent.given_bytes);
  g_assert_cmpuint (others.received_bytes, <=, sent.handed_bytes);
}

/* Both have ended. What was given is acknowledged, lost, or left to the kernel; and what the other
 * has had agrees with that. */
static void
assert_all_accounted_for (const End *end)
{
  const End *other = end->other;
  ReboundConnectionFigures sent = figures_of (end);
  guint64 had_bytes = figures_of (other).received_bytes;

  g_assert_cmpuint (sent.given_bytes, ==,
                    sent.acknowledged_bytes + sent.lost_bytes + sent.left_bytes);
  g_assert_cmpuint (had_bytes, <=, sent.acknowledged_bytes + sent.left_bytes);
  if (end->had_error || g_str_has_prefix (end->how, "aborted")) /* nothing comes behind an RST */
    g_assert_cmpuint (sent.left_bytes, ==, 0);
  if (other->has_seen_end) /* a good end comes behind all that was handed over */
    {
      g_assert_cmpuint (had_bytes, ==, sent.handed_bytes);
      g_assert_cmpuint (had_bytes + sent.lost_bytes, ==, sent.given_bytes);
    }
  else if (other->had_error && other->was_reading) /* it has read what it had before that */
    {
      g_assert_cmpuint (had_bytes, >=, sent.acknowledged_bytes);
      if (sent.left_bytes == 0)
        g_assert_cmpuint (had_bytes + sent.lost_bytes, ==, sent.given_bytes);
    }
  else if (other->has_gone) /* what it had and did not read is acknowledged as well */
    g_assert_cmpuint (had_bytes + other->unread_bytes, >=, sent.acknowledged_bytes);
}

/* -- a seed -- */

static void
walk_on (Walk *walk)
{
  int n_steps = g_rand_int_range (walk->rand, 1, MOST_STEPS + 1);

  for (int i = 0; i < n_steps && !(is_closed (&walk->ends[0]) && is_closed (&walk->ends[1])); i++)
    {
      act (walk);
      if (g_rand_boolean (walk->rand))
        {
          world_settle (walk->world);
          assert_waits_for_something (&walk->ends[0]);
          assert_waits_for_something (&walk->ends[1]);
        }
      assert_figures (&walk->ends[0]);
      assert_figures (&walk->ends[1]);
    }
}

/* One end finishes, whatever the other does; then the other. */
static void
end_both (Walk *walk)
{
  guint first = (guint) g_rand_int_range (walk->rand, 0, 2);

  for (guint i = 0; i < 2; i++)
    {
      End *end = &walk->ends[(first + i) % 2];

      act_finish (walk, end);
      world_pass_time (walk->world, REBOUND_CONNECTION_FINISH_USEC);
      g_assert_true (is_closed (end));
      g_assert_nonnull (end->how);
    }
}

static void
let_go (Walk *walk)
{
  for (guint i = 0; i < 2; i++)
    {
      End *end = &walk->ends[i];

      g_object_add_weak_pointer (G_OBJECT (end->connection), (gpointer *) &end->connection);
      g_object_unref (end->connection);
      g_assert_null (end->connection); /* nothing holds it any more */
      g_free (end->how);
    }
  story_now = NULL;
  g_string_free (walk->story, TRUE);
  g_rand_free (walk->rand);
}

static void
on_abort (int number)
{
  if (story_now != NULL)
    g_printerr ("seed %u: %s\n", seed_now, story_now->str);
}

static void
play_seed (World *world, int listener, guint16 port, guint32 seed)
{
  Walk walk = { world, g_rand_new_with_seed (seed), g_string_new (NULL), { { 0 } } };

  seed_now = seed;
  story_now = walk.story;
  open_both_ends (&walk, listener, port);
  walk_on (&walk);
  end_both (&walk);
  for (guint i = 0; i < 2; i++)
    assert_all_accounted_for (&walk.ends[i]);
  world_pass_time (world, LONG_ENOUGH_USEC);
  world_assert_nothing_is_left (world);
  let_go (&walk);
}

static void
test_seeds (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 1);
  World world;
  guint n_descriptors = 0;

  world_open (&world);
  for (int i = 0; i < n_seeds; i++)
    {
      play_seed (&world, listener, port, (guint32) (first_seed + i));
      if (i == 0)
        n_descriptors = count_descriptors ();
    }
  g_assert_cmpuint (count_descriptors (), ==, n_descriptors);
  world_close (&world);
  raw_close (listener);
  g_test_message ("%d seeds", n_seeds);
}

int
main (int argc, char *argv[])
{
  const GOptionEntry entries[] = {
    { "seeds", 0, 0, G_OPTION_ARG_INT, &n_seeds, "How many to play", "N" },
    { "first", 0, 0, G_OPTION_ARG_INT, &first_seed, "Which to begin with", "SEED" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (!kernel_test_enter ())
    return g_test_run ();
  signal (SIGABRT, on_abort);
  g_test_add_func ("/connection/seeds", test_seeds);
  return g_test_run ();
}
