/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two plays have failed in the same way if they would be mended by the same change: the same check,
 * the same end. What differs between them, the time, the line, what a count had come to, is left
 * out. A check comes before the end that it led to, as with a wait that fails. */

#include "rebound-way.h"

#include <string.h>

/* What begins the ways that are no check's. */
#define ENDED "it ended before its end: "

/* A message without the place where it was said: "FILE:12:3: ". (transfer none) */
static const char *
skip_place (const char *message)
{
  const char *at = strstr (message, ": ");
  const char *line_end = strchrnul (message, '\n');

  if (at == NULL || at > line_end || at == message || !g_ascii_isdigit (at[-1]))
    return message;
  return at + 2;
}

/* Numbers say how much and when. (transfer full) */
static char *
blur (const char *message)
{
  GString *text = g_string_new (NULL);

  for (; *message != '\0' && *message != '\n'; message++)
    if (!g_ascii_isdigit (*message))
      g_string_append_c (text, *message);
    else if (text->len == 0 || text->str[text->len - 1] != 'N')
      g_string_append_c (text, 'N');
  return g_string_free (text, FALSE);
}

/* What GLib has said before the process ended, or a sanitizer's summary; or NULL. (transfer full)
 */
static char *
find_complaint (const char *messages)
{
  g_auto (GStrv) lines = g_strsplit (messages != NULL ? messages : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *mark = strstr (lines[i], " **: ");

      if (g_str_has_prefix (lines[i], "SUMMARY: "))
        return g_strdup (lines[i]);
      if (mark == NULL)
        continue;
      mark += strlen (" **: ");
      if (g_ascii_isdigit (*mark)) /* the time of day */
        mark = strchr (mark, ' ') != NULL ? strchr (mark, ' ') + 1 : mark;
      return blur (mark);
    }
  return NULL;
}

static char *
describe_signal (const ReboundTestPlay *play)
{
  const char *abbreviation = sigabbrev_np (play->signal_number);
  g_autofree char *complaint = find_complaint (play->messages);

  return g_strdup_printf ("its process was ended by SIG%s%s%s",
                          abbreviation != NULL ? abbreviation : "?", complaint != NULL ? ": " : "",
                          complaint != NULL ? complaint : "");
}

static char *
describe_broken (const ReboundTestPlay *play)
{
  g_autofree char *complaint = find_complaint (play->messages);
  g_autofree char *problem
      = blur (skip_place (play->problem != NULL ? play->problem : play->messages));

  return g_strdup_printf ("an internal error: %s", complaint != NULL ? complaint : problem);
}

static char *
describe_end (const ReboundTestPlay *play)
{
  g_autofree char *problem = blur (skip_place (play->problem != NULL ? play->problem : ""));

  return g_strconcat (ENDED, problem, NULL);
}

static const ReboundTestCheck *
find_failed (const ReboundTestPlay *play, const char *statement)
{
  for (guint i = 0; i < play->checks->len; i++)
    {
      const ReboundTestCheck *check = play->checks->pdata[i];

      if (!check->is_met && (statement == NULL || strcmp (check->statement, statement) == 0))
        return check;
    }
  return NULL;
}

char *
rebound_way_of (const ReboundTestPlay *play)
{
  const ReboundTestCheck *failed = find_failed (play, NULL);

  switch (play->verdict)
    {
    case REBOUND_TEST_FAILED:
      return failed != NULL ? g_strdup (failed->statement) : describe_end (play);
    case REBOUND_TEST_CRASHED:
      return describe_signal (play);
    case REBOUND_TEST_TOO_LONG:
      return g_strdup ("it does not end");
    case REBOUND_TEST_BROKEN:
      return describe_broken (play);
    case REBOUND_TEST_MISTAKEN:
      return g_strdup ("a mistake is seen in it ahead");
    default:
      return NULL;
    }
}

gboolean
rebound_way_is (const ReboundTestPlay *play, const char *way)
{
  g_autofree char *own = rebound_way_of (play);

  return g_strcmp0 (own, way) == 0
         || (play->verdict == REBOUND_TEST_FAILED && find_failed (play, way) != NULL);
}

char *
rebound_way_describe (const ReboundTestPlay *play, const char *way)
{
  const ReboundTestCheck *failed = find_failed (play, way);
  GString *text = g_string_new (NULL);

  if (failed != NULL)
    g_string_append_printf (text, "line %s: %s\n", failed->line, failed->seen);
  else if (play->problem != NULL)
    g_string_append_printf (text, "%s\n", play->problem);
  else if (play->messages != NULL)
    g_string_append (text, play->messages);
  return g_string_free (text, FALSE);
}
