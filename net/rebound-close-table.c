/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a TCP connection ends, cell by cell: what calls say to us by what the peer has done, and what
 * comes of each of our ways out. Nothing of it is written down here but the questions; the answers
 * are the kernel's, each time they are asked for. */

#include "rebound-close-bench-private.h"
#include "lifecycle/rebound-trouble-private.h"

/* -- the questions -- */

static void
ask_answers (GArray *answers, ReboundClosePeer peer, gboolean is_shut_down, gboolean has_unread)
{
  ReboundCloseAnswers question
      = { .peer = peer, .is_shut_down = is_shut_down, .has_unread = has_unread };

  g_array_append_val (answers, question);
}

/* That an RST has been seen is what the second half of each answer is about. */
static GArray *
list_answers (void)
{
  GArray *answers = g_array_new (FALSE, FALSE, sizeof (ReboundCloseAnswers));

  for (guint ours = 0; ours < 2; ours++)
    for (guint peer = 0; peer <= REBOUND_CLOSE_PEER_RESET; peer++)
      for (guint unread = 0; unread < 2; unread++)
        ask_answers (answers, peer, ours, unread);
  return answers;
}

static void
ask_outcomes (GArray *outcomes, ReboundClosePeer peer, ReboundCloseWay way, gboolean has_unread)
{
  for (guint flight = 0; flight <= REBOUND_CLOSE_FLIGHT_QUEUED; flight++)
    {
      ReboundCloseOutcome question
          = { .peer = peer, .way = way, .has_unread = has_unread, .flight = flight };

      g_array_append_val (outcomes, question);
    }
}

/* A close with our data unread is what a close is where something is in flight; and where an RST
 * was seen, all input has been read before it. */
static GArray *
list_outcomes (void)
{
  GArray *outcomes = g_array_new (FALSE, FALSE, sizeof (ReboundCloseOutcome));

  for (guint peer = 0; peer <= REBOUND_CLOSE_PEER_RESET_SEEN; peer++)
    for (guint way = 0; way <= REBOUND_CLOSE_WAY_ABORT; way++)
      for (guint unread = 0; unread < 2; unread++)
        if (peer != REBOUND_CLOSE_PEER_CLOSED_UNREAD
            && (unread == 0 || peer != REBOUND_CLOSE_PEER_RESET_SEEN))
          ask_outcomes (outcomes, peer, way, unread);
  return outcomes;
}

/* -- the table -- */

ReboundCloseTable *
rebound_close_table_measure (GError **error)
{
  g_autoptr (ReboundCloseTable) self = g_new0 (ReboundCloseTable, 1);
  g_autoptr (ReboundCloseBench) bench = NULL;

  self->answers = list_answers ();
  self->outcomes = list_outcomes ();
  rebound_trouble_forget ();
  bench = rebound_close_bench_new (error);
  if (bench == NULL)
    return NULL;
  for (guint i = 0; i < self->answers->len; i++)
    if (!rebound_close_measure_answers (bench,
                                        &g_array_index (self->answers, ReboundCloseAnswers, i),
                                        error))
      return NULL;
  for (guint i = 0; i < self->outcomes->len; i++)
    if (!rebound_close_measure_outcome (bench,
                                        &g_array_index (self->outcomes, ReboundCloseOutcome, i),
                                        error))
      return NULL;
  return rebound_trouble_check (error) ? g_steal_pointer (&self) : NULL;
}

void
rebound_close_table_free (ReboundCloseTable *self)
{
  g_array_unref (self->answers);
  g_array_unref (self->outcomes);
  g_free (self);
}
