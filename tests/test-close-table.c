/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of the ways out: every cell of it is played once more by plain system calls, and must
 * say the same. A cell that differs fails by its name. */

#include "close-reference.h"
#include "kernel/kernel-test.h"
#include "net/rebound-close-table.h"
#include "net/rebound-errno.h"
#include "net/rebound-net-enums.h"

/* As the table is measured with. */
#define SEND_BUFFER_BYTES 212992

G_STATIC_ASSERT ((int) REFERENCE_PEER_OPEN == (int) REBOUND_CLOSE_PEER_OPEN);
G_STATIC_ASSERT ((int) REFERENCE_PEER_HALF_CLOSED == (int) REBOUND_CLOSE_PEER_HALF_CLOSED);
G_STATIC_ASSERT ((int) REFERENCE_PEER_CLOSED == (int) REBOUND_CLOSE_PEER_CLOSED);
G_STATIC_ASSERT ((int) REFERENCE_PEER_CLOSED_UNREAD == (int) REBOUND_CLOSE_PEER_CLOSED_UNREAD);
G_STATIC_ASSERT ((int) REFERENCE_PEER_RESET == (int) REBOUND_CLOSE_PEER_RESET);
G_STATIC_ASSERT ((int) REFERENCE_PEER_RESET_SEEN == (int) REBOUND_CLOSE_PEER_RESET_SEEN);
G_STATIC_ASSERT ((int) REFERENCE_WAY_FINISH == (int) REBOUND_CLOSE_WAY_FINISH);
G_STATIC_ASSERT ((int) REFERENCE_WAY_SHUTDOWN_SEND == (int) REBOUND_CLOSE_WAY_SHUTDOWN_SEND);
G_STATIC_ASSERT ((int) REFERENCE_WAY_SHUTDOWN_CLOSE == (int) REBOUND_CLOSE_WAY_SHUTDOWN_CLOSE);
G_STATIC_ASSERT ((int) REFERENCE_WAY_CLOSE == (int) REBOUND_CLOSE_WAY_CLOSE);
G_STATIC_ASSERT ((int) REFERENCE_WAY_ABORT == (int) REBOUND_CLOSE_WAY_ABORT);

static const char *
nick_of (GType type, guint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, (int) value)->value_nick;
}

/* -- what calls say -- */

static const char *
name_result (int result)
{
  return result > 0 ? "ok" : rebound_errno_name (-result);
}

static char *
describe_calls (guint state,
                guint64 input_bytes,
                const int recvs[2],
                const int sends_after[2],
                const int sends[2],
                guint64 input_bytes_after,
                int recv_after)
{
  return g_strdup_printf ("%s: %" G_GUINT64_FORMAT " bytes, %s, %s; %s, %s | %s, %s; "
                          "%" G_GUINT64_FORMAT " bytes, %s",
                          rebound_tcp_state_name ((guint8) state), input_bytes,
                          name_result (recvs[0]), name_result (recvs[1]),
                          name_result (sends_after[0]), name_result (sends_after[1]),
                          name_result (sends[0]), name_result (sends[1]), input_bytes_after,
                          name_result (recv_after));
}

static void
test_answers (gconstpointer data)
{
  const ReboundCloseAnswers *ours = data;
  ReferenceAnswers theirs
      = reference_ask ((ReferencePeer) ours->peer, ours->is_shut_down, ours->has_unread);
  g_autofree char *measured
      = describe_calls (ours->state, ours->input_bytes, ours->recvs, ours->sends_after, ours->sends,
                        ours->input_bytes_after, ours->recv_after);
  g_autofree char *reference
      = describe_calls ((guint) theirs.state, (guint64) theirs.input_bytes, theirs.recvs,
                        theirs.sends_after, theirs.sends, (guint64) theirs.input_bytes_after,
                        theirs.recv_after);

  g_assert_cmpstr (measured, ==, reference);
}

/* -- what comes of the ways out -- */

static char *
describe_end (guint64 delivered_bytes, int peer_end, gboolean is_ours, gboolean is_peers)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes, then %s; TIME_WAIT:%s%s", delivered_bytes,
                          peer_end < 0 ? "nothing" : rebound_errno_name (peer_end),
                          is_ours ? " ours" : "", is_peers ? " the peer's" : "");
}

/* What our side knows to be lost is lost, and where the peer has read to its end it is all. */
static void
assert_accounts (const ReboundCloseOutcome *outcome)
{
  guint64 undelivered_bytes = outcome->given_bytes - outcome->delivered_bytes;

  g_assert_cmpuint (outcome->delivered_bytes, <=, outcome->given_bytes);
  g_assert_cmpuint (outcome->lost_bytes, <=, undelivered_bytes);
  if (outcome->peer_end >= 0)
    g_assert_cmpuint (outcome->lost_bytes, ==, undelivered_bytes);
}

static void
test_outcome (gconstpointer data)
{
  const ReboundCloseOutcome *ours = data;
  ReferenceOutcome theirs
      = reference_leave ((ReferencePeer) ours->peer, (ReferenceWay) ours->way, ours->has_unread,
                         (long) ours->given_bytes, ours->flight == REBOUND_CLOSE_FLIGHT_READ,
                         SEND_BUFFER_BYTES);
  const gboolean is_both = ours->time_wait == REBOUND_TIME_WAIT_OWNER_BOTH;
  g_autofree char *measured
      = describe_end (ours->delivered_bytes, ours->peer_end,
                      is_both || ours->time_wait == REBOUND_TIME_WAIT_OWNER_US,
                      is_both || ours->time_wait == REBOUND_TIME_WAIT_OWNER_PEER);
  g_autofree char *reference = describe_end ((guint64) theirs.delivered_bytes, theirs.peer_end,
                                             theirs.is_our_time_wait, theirs.is_peers_time_wait);

  g_assert_cmpstr (measured, ==, reference);
  assert_accounts (ours);
}

/* -- the table as a whole -- */

/* Each question is asked, and once: the cells have names of their own, so that a missing one would
 * not be missed otherwise. */
static void
test_whole (gconstpointer data)
{
  const ReboundCloseTable *table = data;
  const guint n_ways = REBOUND_CLOSE_WAY_ABORT + 1;
  const guint n_flights = REBOUND_CLOSE_FLIGHT_QUEUED + 1;

  /* Both of our halves, five peers, input or not. */
  g_assert_cmpuint (table->answers->len, ==, 2 * 5 * 2);
  /* Four peers with input or not, and one that leaves none. */
  g_assert_cmpuint (table->outcomes->len, ==, n_ways * n_flights * (4 * 2 + 1));
}

static void
test_text (gconstpointer data)
{
  g_autofree char *text = rebound_close_table_describe (data);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "| close "));
  g_assert_nonnull (strstr (text, "| abort "));
  g_assert_nonnull (strstr (text, "a part, `0`")); /* the one that nobody is told of */
  g_assert_nonnull (strstr (text, "all of it with: finish; shutdown-send, reading on. "));
}

static void
add_cells (const ReboundCloseTable *table)
{
  for (guint i = 0; i < table->answers->len; i++)
    {
      const ReboundCloseAnswers *cell = &g_array_index (table->answers, ReboundCloseAnswers, i);
      g_autofree char *path = g_strdup_printf ("/close-table/calls/%s/%s/%s",
                                               cell->is_shut_down ? "shut-down" : "open",
                                               nick_of (REBOUND_TYPE_CLOSE_PEER, cell->peer),
                                               cell->has_unread ? "unread" : "read");

      g_test_add_data_func (path, cell, test_answers);
    }
  for (guint i = 0; i < table->outcomes->len; i++)
    {
      const ReboundCloseOutcome *cell = &g_array_index (table->outcomes, ReboundCloseOutcome, i);
      g_autofree char *path = g_strdup_printf ("/close-table/ways/%s/%s/%s/%s",
                                               nick_of (REBOUND_TYPE_CLOSE_WAY, cell->way),
                                               nick_of (REBOUND_TYPE_CLOSE_PEER, cell->peer),
                                               cell->has_unread ? "unread" : "read",
                                               nick_of (REBOUND_TYPE_CLOSE_FLIGHT, cell->flight));

      g_test_add_data_func (path, cell, test_outcome);
    }
}

/* Without a namespace of our own nothing is measured. */
static void
test_not_isolated (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rebound_close_table_measure (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_autoptr (ReboundCloseTable) table = NULL;
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* each cell that differs, and not the first alone */
  test_not_isolated ();
  if (!kernel_test_enter ())
    return g_test_run ();
  table = rebound_close_table_measure (&error);
  g_assert_no_error (error);
  g_test_add_data_func ("/close-table/whole", table, test_whole);
  g_test_add_data_func ("/close-table/text", table, test_text);
  add_cells (table);
  return g_test_run ();
}
