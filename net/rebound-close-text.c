/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the ways out for people. The hundred and fifty cells say few things, and a reader
 * looks for the one row that is theirs: so rows that say the same are one, whatever the kernel has
 * made the same, and bytes are “all”, “a part” or “nothing”, for how large a part is a matter of
 * buffers. */

#include "rebound-close-table.h"

#include "lifecycle/rebound-markdown-private.h"
#include "rebound-errno.h"
#include "rebound-port-report.h"

/* -- rows that say the same are one -- */

/* What is said of one thing: rows of cells, behind the thing's name. */
typedef struct
{
  GString *name;
  GPtrArray *rows; /* of GStrv */
} Block;

static Block *
block_new (const char *name)
{
  Block *self = g_new0 (Block, 1);

  self->name = g_string_new (name);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return self;
}

static void
block_free (gpointer data)
{
  Block *self = data;

  g_string_free (self->name, TRUE);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

static gboolean
block_says_the_same (const Block *self, const Block *other)
{
  if (self->rows->len != other->rows->len)
    return FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    if (!g_strv_equal (self->rows->pdata[i], other->rows->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Behind the others, or as another name of the last one. (transfer full) */
static void
add_block (GPtrArray *blocks, Block *block)
{
  Block *last = blocks->len > 0 ? blocks->pdata[blocks->len - 1] : NULL;

  if (last != NULL && block_says_the_same (last, block))
    {
      g_string_append_printf (last->name, "; %s", block->name->str);
      block_free (block);
    }
  else
    g_ptr_array_add (blocks, block);
}

static void
write_blocks (GPtrArray *blocks, const char *const *titles, GString *text)
{
  g_autoptr (ReboundMarkdownTable) table = rebound_markdown_table_new (titles);

  for (guint i = 0; i < blocks->len; i++)
    {
      const Block *block = blocks->pdata[i];

      for (guint j = 0; j < block->rows->len; j++)
        {
          const GStrv cells = block->rows->pdata[j];

          rebound_markdown_table_add (table, j == 0 ? block->name->str : "");
          for (guint k = 0; cells[k] != NULL; k++)
            rebound_markdown_table_add (table, cells[k]);
        }
    }
  rebound_markdown_table_write (table, text);
}

/* -- what calls say -- */

static const char *const peers[] = {
  [REBOUND_CLOSE_PEER_OPEN] = "is open",
  [REBOUND_CLOSE_PEER_HALF_CLOSED] = "has ended its half",
  [REBOUND_CLOSE_PEER_CLOSED] = "has closed",
  [REBOUND_CLOSE_PEER_CLOSED_UNREAD] = "has closed, not having read all of ours",
  [REBOUND_CLOSE_PEER_RESET] = "has aborted",
  [REBOUND_CLOSE_PEER_RESET_SEEN] = "has aborted, and a read of ours has said so",
};

static char *
dup_result (int result)
{
  if (result > 0)
    return g_strdup ("ok");
  return g_strdup_printf ("`%s`", result < 0 ? rebound_errno_name (-result) : "0");
}

/* Two calls, one after the other. */
static char *
dup_results (const int results[2])
{
  g_autofree char *first = dup_result (results[0]);
  g_autofree char *second = dup_result (results[1]);

  return g_strdup_printf ("%s, %s", first, second);
}

static GStrv
new_row_of_answers (const ReboundCloseAnswers *answers)
{
  g_autoptr (GStrvBuilder) row = g_strv_builder_new ();
  g_autofree char *recvs = dup_results (answers->recvs);
  g_autofree char *sends_after = dup_results (answers->sends_after);
  g_autofree char *sends = dup_results (answers->sends);
  g_autofree char *recv_after = dup_result (answers->recv_after);

  g_strv_builder_add_many (row, rebound_port_state_name (answers->state), recvs, sends_after, sends,
                           recv_after, NULL);
  return g_strv_builder_end (row);
}

/* Input that came before is there to be read; then one row does for both. */
static gboolean
input_is_kept (const ReboundCloseAnswers *with, const ReboundCloseAnswers *without)
{
  g_auto (GStrv) one = new_row_of_answers (with);
  g_auto (GStrv) other = new_row_of_answers (without);

  return with->input_bytes > 0 && with->input_bytes_after == with->input_bytes
         && g_strv_equal ((const char *const *) one, (const char *const *) other);
}

static void
add_answers (GPtrArray *blocks, const ReboundCloseAnswers *answers, const char *remark)
{
  g_autofree char *name = g_strconcat (peers[answers->peer], remark, NULL);
  Block *block = block_new (name);

  g_ptr_array_add (block->rows, new_row_of_answers (answers));
  add_block (blocks, block);
}

/* @answers come in pairs, without input that is unread and with it. */
static void
write_answers (const ReboundCloseTable *self, gboolean is_shut_down, GString *text)
{
  static const char *const titles[]
      = { "the peer",          "our socket",    "2 × recv", "and then 2 × send",
          "or first 2 × send", "and then recv", NULL };
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (block_free);

  for (guint i = 0; i + 1 < self->answers->len; i += 2)
    {
      const ReboundCloseAnswers *without = &g_array_index (self->answers, ReboundCloseAnswers, i);
      const ReboundCloseAnswers *with = without + 1;

      if (without->is_shut_down != is_shut_down)
        continue;
      add_answers (blocks, without, "");
      if (!input_is_kept (with, without))
        add_answers (blocks, with, ", with input unread that is gone");
    }
  write_blocks (blocks, titles, text);
}

/* -- what comes of the ways out -- */

static const char *const ways[] = {
  [REBOUND_CLOSE_WAY_FINISH] = "finish",
  [REBOUND_CLOSE_WAY_SHUTDOWN_SEND] = "shutdown-send, reading on",
  [REBOUND_CLOSE_WAY_SHUTDOWN_CLOSE] = "shutdown-send and close",
  [REBOUND_CLOSE_WAY_CLOSE] = "close",
  [REBOUND_CLOSE_WAY_ABORT] = "abort",
};

static const char *const owners[] = {
  [REBOUND_TIME_WAIT_OWNER_NOBODY] = "none",
  [REBOUND_TIME_WAIT_OWNER_US] = "ours",
  [REBOUND_TIME_WAIT_OWNER_PEER] = "the peer's",
  [REBOUND_TIME_WAIT_OWNER_BOTH] = "both",
};

/* "a part, `ECONNRESET`". */
static char *
dup_outcome (const ReboundCloseOutcome *outcome)
{
  guint64 undelivered_bytes = outcome->given_bytes - outcome->delivered_bytes;
  const char *part = undelivered_bytes == 0         ? "all"
                     : outcome->delivered_bytes > 0 ? "a part"
                                                    : "nothing";
  const char *mark = undelivered_bytes > outcome->lost_bytes ? " (?)" : "";

  if (outcome->peer_end < 0)
    return g_strdup_printf ("%s%s", part, mark);
  return g_strdup_printf ("%s, `%s`%s", part,
                          outcome->peer_end > 0 ? rebound_errno_name (outcome->peer_end) : "0",
                          mark);
}

/* One word where it is the same however far our bytes have come. */
static char *
dup_time_wait (const ReboundCloseOutcome *outcomes)
{
  const ReboundTimeWaitOwner read = outcomes[REBOUND_CLOSE_FLIGHT_READ].time_wait;
  const ReboundTimeWaitOwner in_tcp = outcomes[REBOUND_CLOSE_FLIGHT_IN_TCP].time_wait;
  const ReboundTimeWaitOwner queued = outcomes[REBOUND_CLOSE_FLIGHT_QUEUED].time_wait;

  if (read == in_tcp && in_tcp == queued)
    return g_strdup (owners[read]);
  return g_strdup_printf ("%s; %s; %s", owners[read], owners[in_tcp], owners[queued]);
}

/* Of the three outcomes that differ in how far our bytes have come. */
static GStrv
new_row_of_outcomes (const ReboundCloseOutcome *outcomes, const char *unread)
{
  g_autoptr (GStrvBuilder) row = g_strv_builder_new ();
  g_autofree char *read = dup_outcome (&outcomes[REBOUND_CLOSE_FLIGHT_READ]);
  g_autofree char *in_tcp = dup_outcome (&outcomes[REBOUND_CLOSE_FLIGHT_IN_TCP]);
  g_autofree char *queued = dup_outcome (&outcomes[REBOUND_CLOSE_FLIGHT_QUEUED]);
  g_autofree char *time_wait = dup_time_wait (outcomes);

  g_strv_builder_add_many (row, unread, read, in_tcp, queued, time_wait, NULL);
  return g_strv_builder_end (row);
}

static const ReboundCloseOutcome *
find_outcomes (const ReboundCloseTable *self,
               ReboundClosePeer peer,
               ReboundCloseWay way,
               gboolean has_unread)
{
  for (guint i = 0; i < self->outcomes->len; i++)
    {
      const ReboundCloseOutcome *outcome = &g_array_index (self->outcomes, ReboundCloseOutcome, i);

      if (outcome->peer == peer && outcome->way == way && outcome->has_unread == has_unread)
        return outcome;
    }
  return NULL;
}

static Block *
new_block_of_way (const ReboundCloseTable *self, ReboundClosePeer peer, ReboundCloseWay way)
{
  const ReboundCloseOutcome *without = find_outcomes (self, peer, way, FALSE);
  const ReboundCloseOutcome *with = find_outcomes (self, peer, way, TRUE);
  Block *block = block_new (ways[way]);
  g_auto (GStrv) one = NULL;
  g_auto (GStrv) other = NULL;

  if (with == NULL)
    {
      g_ptr_array_add (block->rows, new_row_of_outcomes (without, "no"));
      return block;
    }
  one = new_row_of_outcomes (without, "either");
  other = new_row_of_outcomes (with, "either");
  if (g_strv_equal ((const char *const *) one, (const char *const *) other))
    {
      g_ptr_array_add (block->rows, g_steal_pointer (&one));
      return block;
    }
  g_ptr_array_add (block->rows, new_row_of_outcomes (without, "no"));
  g_ptr_array_add (block->rows, new_row_of_outcomes (with, "yes"));
  return block;
}

static const char *const stories[] = {
  [REBOUND_CLOSE_PEER_OPEN] = "is open; it reads to the end, and then closes",
  [REBOUND_CLOSE_PEER_HALF_CLOSED] = "has ended its half; it reads to the end, and then closes",
  [REBOUND_CLOSE_PEER_CLOSED] = "has closed",
  [REBOUND_CLOSE_PEER_CLOSED_UNREAD] = "has closed, not having read all of ours",
  [REBOUND_CLOSE_PEER_RESET] = "has aborted, and we have not looked",
  [REBOUND_CLOSE_PEER_RESET_SEEN] = "has aborted, and a read of ours has said so",
};

static void
write_outcomes (const ReboundCloseTable *self, ReboundClosePeer peer, GString *text)
{
  static const char *const titles[]
      = { "our way out", "input unread", "read", "in TCP", "queued", "TIME_WAIT", NULL };
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (block_free);

  for (guint way = 0; way <= REBOUND_CLOSE_WAY_ABORT; way++)
    add_block (blocks, new_block_of_way (self, peer, way));
  if (blocks->len == 1)
    g_string_assign (((Block *) blocks->pdata[0])->name, "any");
  g_string_append_printf (text, "### The peer %s\n\n", stories[peer]);
  write_blocks (blocks, titles, text);
  g_string_append_c (text, '\n');
}

/* The answer at a glance: with which of them a peer that reads to the end gets all of it, and a
 * good end, whatever is unread and however far it has come. */
static gboolean
loses_nothing (const ReboundCloseTable *self, ReboundCloseWay way)
{
  for (guint i = 0; i < self->outcomes->len; i++)
    {
      const ReboundCloseOutcome *outcome = &g_array_index (self->outcomes, ReboundCloseOutcome, i);

      if (outcome->way == way
          && (outcome->peer_end > 0
              || (outcome->peer_end == 0 && outcome->delivered_bytes < outcome->given_bytes)))
        return FALSE;
    }
  return TRUE;
}

static void
write_verdict (const ReboundCloseTable *self, GString *text)
{
  g_autoptr (GPtrArray) good = g_ptr_array_new ();
  g_autofree char *list = NULL;

  for (guint way = 0; way <= REBOUND_CLOSE_WAY_ABORT; way++)
    if (loses_nothing (self, way))
      g_ptr_array_add (good, (gpointer) ways[way]);
  g_ptr_array_add (good, NULL);
  list = g_strjoinv ("; ", (char **) good->pdata);
  g_string_append_printf (
      text,
      "A peer that reads to the end gets all of it with: %s. With the others it "
      "depends.\n\n",
      good->len > 1 ? list : "none of them");
}

/* -- the whole -- */

static const char ways_legend[]
    = "- *our way out*: `finish` is the proper close: shut down sending, read to the peer's end,\n"
      "  close; with a deadline. `shutdown-send, reading on` is the same without a deadline;\n"
      "  `shutdown-send and close` leaves out the reading; `close` is a plain `close()`; `abort` "
      "is\n"
      "  `close()` with linger 0\n"
      "- *input unread*: whether the peer has said something that we have not read when we go\n"
      "- *read*, *in TCP*, *queued*: how far what we gave has come when we go. The peer has read "
      "all\n"
      "  of it; or TCP has taken it, and the peer has read none; or it is more than TCP takes, and "
      "the\n"
      "  rest is still queued in our program\n"
      "- what stands in these columns: how much of it the peer's program reads in the end, and "
      "what\n"
      "  its last `recv()` says: the errno, or `0`, the good end: a part and `0` is a loss that "
      "the\n"
      "  peer cannot see. One that has gone reads no more\n"
      "- *(?)*: more is lost than our side can know: the peer's TCP had acknowledged it\n"
      "- *TIME_WAIT*: which end is left in it when both have closed; three words where it depends "
      "on\n"
      "  how far our bytes had come\n";

static const char answers_legend[]
    = "\n## What recv() and send() say, by what the peer has done\n\n"
      "Each row is two connections: one that we read from and then write to, and one that we "
      "write\n"
      "to and then read from. Input that came before is read first; this is what comes behind "
      "it.\n\n"
      "Our half is open:\n\n";

static const char shut_down_legend[] = "\nWe have ended our half before that:\n\n";

static const char results_legend[]
    = "\n- *our socket*: its state as netstat shows it, before we read or write\n"
      "- *recv*: `0` is the peer's end; `EAGAIN` says that nothing has come yet\n"
      "- *send*: `ok` says that our kernel has the bytes, and nothing of the peer. `EPIPE` is\n"
      "  `SIGPIPE` as well, where that is not ignored\n";

char *
rebound_close_table_describe (const ReboundCloseTable *self)
{
  GString *text = g_string_new ("## What each way out does\n\n");

  write_verdict (self, text);
  for (guint peer = 0; peer <= REBOUND_CLOSE_PEER_RESET_SEEN; peer++)
    if (find_outcomes (self, peer, REBOUND_CLOSE_WAY_CLOSE, FALSE) != NULL)
      write_outcomes (self, peer, text);
  g_string_append (text, ways_legend);
  g_string_append (text, answers_legend);
  write_answers (self, FALSE, text);
  g_string_append (text, shut_down_legend);
  write_answers (self, TRUE, text);
  g_string_append (text, results_legend);
  return g_string_free (text, FALSE);
}
