/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound why for people: the verdict first, then what it rests upon. Sockets that nobody has open
 * and that differ only in their peer share a row, for there may be thousands of them. */

#include <stdarg.h>
#include <string.h>

#include "net/rebound-errno.h"
#include "rebound-visible.h"
#include "rebound-why.h"

/* More of a command line, or more processes, than this make a row that nobody reads. */
#define MOST_COMMAND_CHARS 60
#define MOST_PROCESSES     3

/* Processes call themselves what they like. */
static void say (FILE *stream, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (FILE *stream, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *text = g_strdup_vprintf (format, list);
  va_end (list);
  g_autofree char *visible = rebound_visible_dup (text);

  fputs (visible, stream);
}

/* Rows of words, the first of which are the titles; every row as many words. */
static void
print_table (GPtrArray *rows, FILE *stream)
{
  guint n_columns = g_strv_length (rows->pdata[0]);
  g_autofree glong *widths = g_new0 (glong, n_columns);

  for (guint i = 0; i < rows->len; i++)
    for (guint j = 0; j < n_columns; j++)
      widths[j] = MAX (widths[j], g_utf8_strlen (((GStrv) rows->pdata[i])[j], -1));
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint j = 0; j < n_columns; j++)
        {
          const char *word = ((GStrv) rows->pdata[i])[j];

          g_string_append_printf (line, "  %s%*s", word,
                                  (int) (widths[j] - g_utf8_strlen (word, -1)), "");
        }
      say (stream, "%s\n", g_strchomp (line->str));
    }
}

static void
add_row (GPtrArray *rows, const char *const *words)
{
  g_ptr_array_add (rows, g_strdupv ((char **) words));
}

static GPtrArray *
new_table (const char *const *titles)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  add_row (rows, titles);
  return rows;
}

static const char *
answer_word (ReboundPortAnswer answer)
{
  return answer == REBOUND_PORT_UNSEEN ? "?" : answer == REBOUND_PORT_YES ? "yes" : "no";
}

static gboolean
share_row (const ReboundPortHolder *one, const ReboundPortHolder *other)
{
  return one->inode == 0 && other->inode == 0 && one->state == other->state
         && g_str_equal (one->local, other->local) && one->reuse_address == other->reuse_address
         && one->reuse_port == other->reuse_port
         && memcmp (one->in_the_way, other->in_the_way, sizeof one->in_the_way) == 0;
}

/* "nginx: worker process (pid 12), … and 5 more". */
static char *
describe_owner (const ReboundPortHolder *holder)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (holder->inode == 0)
    return g_strdup (holder->hold == REBOUND_PORT_HOLD_BACKLOG ? "nobody yet" : "nobody any more");
  if (holder->processes->len == 0)
    return holder->user != NULL ? g_strdup_printf ("cannot be seen (user %s)", holder->user)
                                : g_strdup_printf ("cannot be seen (uid %u)", holder->uid);
  for (guint i = 0; i < MIN (holder->processes->len, MOST_PROCESSES); i++)
    {
      const ReboundPortProcess *process = holder->processes->pdata[i];
      g_autofree char *start
          = g_utf8_substring (process->command, 0,
                              MIN (g_utf8_strlen (process->command, -1), MOST_COMMAND_CHARS));

      g_string_append_printf (text, "%s%s%s (pid %" G_GINT64_FORMAT ")", i > 0 ? ", " : "", start,
                              strlen (start) < strlen (process->command) ? "…" : "", process->pid);
    }
  if (holder->processes->len > MOST_PROCESSES)
    g_string_append_printf (text, " and %u more", holder->processes->len - MOST_PROCESSES);
  return g_strdup (text->str);
}

/* The queue of a listener, or the other end. */
static char *
describe_peer (const ReboundPortHolder *holder, guint count)
{
  if (holder->hold == REBOUND_PORT_HOLD_LISTENING)
    return g_strdup_printf ("%u of %u in the backlog", holder->backlog, holder->backlog_limit);
  if (count > 1)
    return g_strdup_printf ("%u peers", count);
  return g_strdup (holder->remote != NULL ? holder->remote : "-");
}

static void
add_holder (GPtrArray *rows, const ReboundPortReport *report, guint first)
{
  const ReboundPortHolder *holder = report->holders->pdata[first];
  gint64 left_usec = holder->time_left_usec;
  guint count = 1;

  for (guint i = 0; i < first; i++)
    if (share_row (holder, report->holders->pdata[i]))
      return;
  for (guint i = first + 1; i < report->holders->len; i++)
    {
      const ReboundPortHolder *other = report->holders->pdata[i];

      if (!share_row (holder, other))
        continue;
      count++;
      left_usec = MAX (left_usec, other->time_left_usec);
    }

  g_autofree char *peer = describe_peer (holder, count);
  g_autofree char *left = left_usec < 0
                              ? g_strdup ("-")
                              : g_strdup_printf ("%.1f s", (double) left_usec / G_USEC_PER_SEC);
  g_autofree char *owner = describe_owner (holder);
  const char *words[] = { rebound_port_state_name (holder->state),
                          holder->local,
                          peer,
                          left,
                          answer_word (holder->reuse_address),
                          answer_word (holder->reuse_port),
                          answer_word (holder->in_the_way[report->option]),
                          owner,
                          NULL };
  add_row (rows, words);
}

static void
print_holders (const ReboundPortReport *report, FILE *stream)
{
  const char *const titles[] = { "state",     "local",      "peer",    "left", "REUSEADDR",
                                 "REUSEPORT", "in the way", "open in", NULL };
  g_autoptr (GPtrArray) rows = new_table (titles);

  if (report->holders->len == 0)
    return;
  for (guint i = 0; i < report->holders->len; i++)
    add_holder (rows, report, i);
  say (stream, "\n");
  print_table (rows, stream);
}

static void
print_tries (const ReboundPortReport *report, FILE *stream)
{
  const char *const titles[] = { "bind () to", "plain", "SO_REUSEADDR", NULL };
  g_autoptr (GPtrArray) rows = new_table (titles);

  for (guint i = 0; i < report->tries->len; i++)
    {
      const ReboundPortTry *attempt = report->tries->pdata[i];
      g_autofree char *address = g_inet_address_to_string (attempt->address);
      const char *words[REBOUND_PORT_N_TRIED + 2] = { address };

      for (guint j = 0; j < REBOUND_PORT_N_TRIED; j++)
        words[j + 1] = attempt->errors[j] == 0 ? "ok" : rebound_errno_name (attempt->errors[j]);
      add_row (rows, words);
    }
  say (stream, "\n");
  print_table (rows, stream);
}

/* Each rule once, with the state to which it was applied first. */
static void
print_rules (const ReboundPortReport *report, FILE *stream)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      /* Who waits in a backlog goes with the listener. */
      if (holder->hold != REBOUND_PORT_HOLD_BACKLOG && holder->rule != NULL
          && g_hash_table_add (told, holder->rule))
        say (stream, "why: %s %s: %s\n", rebound_port_state_name (holder->state), holder->local,
             holder->rule);
    }
}

void
rebound_why_print_text (const ReboundPortReport *report, FILE *stream)
{
  say (stream, "%s\n", report->verdict);
  print_holders (report, stream);
  print_tries (report, stream);
  if (report->fix != NULL || report->unseen->len > 0)
    say (stream, "\n");
  print_rules (report, stream);
  if (report->fix != NULL)
    say (stream, "fix: %s\n", report->fix);
  for (guint i = 0; i < report->unseen->len; i++)
    say (stream, "not seen: %s\n", (const char *) report->unseen->pdata[i]);
}
