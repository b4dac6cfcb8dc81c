/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script, read and held against all the types that there are; nothing of it is played.
 *
 * Each mistake is one line and names a place that is in the script. A statement as the log shows it
 * reads back as the same statement, or a log could not be played again. And a check leaves nothing
 * behind: the second one says what the first one did. */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "lifecycle/rebound-cast-private.h"
#include "lifecycle/rebound-checker-private.h"
#include "lifecycle/rebound-lexer-private.h"
#include "lifecycle/rebound-phrase-private.h"
#include "net/rebound-linux-kernel.h"
#include "net/rebound.h"

#define NAME "t.life"

/* What a run has before its script says anything. */
static ReboundCast *cast;
static ReboundDevice *device;
static ReboundScope *scope;

/* -- mistakes -- */

/* The characters of a line as the lexer counts them: a byte that is no UTF-8 counts as one. */
static guint
count_columns (const char *line, gsize n_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (line, (gssize) n_bytes);

  return (guint) g_utf8_strlen (valid, -1);
}

static void
check_place (const char *mistake, const char *text, gsize n_bytes)
{
  const char *end = text + n_bytes;
  guint line, column;

  if (g_str_has_prefix (mistake, NAME ": ") || g_str_has_prefix (mistake, "and "))
    return;
  g_assert_cmpint (sscanf (mistake, NAME ":%u:%u: ", &line, &column), ==, 2);
  g_assert_cmpuint (line, >=, 1);
  g_assert_cmpuint (column, >=, 1);
  for (guint i = 1; i < line; i++)
    {
      const char *stop = memchr (text, '\n', (gsize) (end - text));

      g_assert_nonnull (stop);
      text = stop + 1;
    }
  end = memchr (text, '\n', (gsize) (end - text)) != NULL
            ? memchr (text, '\n', (gsize) (end - text))
            : end;
  g_assert_cmpuint (column, <=, count_columns (text, (gsize) (end - text)) + 1);
}

static void
check_mistakes (const GError *error, const char *text, gsize n_bytes)
{
  g_auto (GStrv) lines = NULL;

  if (n_bytes >= 3 && memcmp (text, REBOUND_BYTE_ORDER_MARK, 3) == 0)
    return; /* it has no column */
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  lines = g_strsplit (error->message, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    check_place (lines[i], text, n_bytes);
}

/* -- statements that are written down -- */

static void
check_same_words (ReboundPhrase *one, ReboundPhrase *other)
{
  g_assert_cmpuint (one->words->len, ==, other->words->len);
  for (guint i = 0; i < one->words->len; i++)
    {
      ReboundPhraseWord *a = one->words->pdata[i];
      ReboundPhraseWord *b = other->words->pdata[i];

      g_assert_cmpstr (a->text, ==, b->text);
      g_assert_cmpstr (a->source, ==, b->source);
      g_assert_cmpint (a->equals, ==, b->equals);
      g_assert_cmpint (a->dot, ==, b->dot);
    }
}

static void
check_written (ReboundNode *node, ReboundScope *variables)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (ReboundPhrase) phrase = NULL;
  g_autoptr (ReboundPhrase) again = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *source = NULL;
  char *text;

  if (node->words->len == 0
      || (phrase = rebound_phrase_new (node->words, variables, diagnostics)) == NULL)
    return;
  source = rebound_phrase_dup_source (phrase);
  text = g_strconcat ("\n", source, NULL); /* a byte order mark at the very beginning is no text */
  bytes = g_bytes_new_take (text, strlen (text));
  lines = rebound_lexer_read (bytes, "written", diagnostics);
  g_assert_true (rebound_diagnostics_is_empty (diagnostics));
  g_assert_cmpuint (lines->len, ==, 1);
  again = rebound_phrase_new (((ReboundLine *) lines->pdata[0])->words, variables, diagnostics);
  g_assert_nonnull (again);
  check_same_words (phrase, again);
}

static void
check_nodes (GPtrArray *nodes, ReboundScope *variables)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ReboundNode *node = nodes->pdata[i];

      check_written (node, variables);
      if (node->body != NULL)
        check_nodes (node->body, variables);
    }
}

/* Values that would not be one word, or would be another one, without quotes. */
static ReboundScope *
new_variables (void)
{
  ReboundScope *variables = rebound_scope_new ();

  rebound_scope_set (variables, "x", "a b=c.d");
  rebound_scope_set (variables, "y", "#\"$x\\\x01");
  rebound_scope_set (variables, "z", "");
  rebound_scope_set (variables, "n", "17");
  return variables;
}

/* -- the target -- */

/* Repeats are played through when they are checked, a million statements at most: too many for
 * here, and nothing new is seen in the fourth turn. */
static gboolean
is_long (const char *text)
{
  for (const char *at = text; (at = strstr (at, "repeat")) != NULL; at++)
    if (strspn (at + 6 + strspn (at + 6, " \t\"'"), "0123456789") > 1)
      return TRUE;
  return strstr (text, "include") != NULL; /* no file is to be opened */
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_autoptr (GMainContext) world_context = g_main_context_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  ReboundClock *clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  ReboundSite *world = rebound_site_new (clock, world_context);
  ReboundApplication *application = rebound_application_new (rebound_site_new (clock, context));

  fuzz_begin ();
  g_assert_true (rebound_net_init (NULL));
  device = rebound_device_new (application);
  cast = rebound_cast_new (application, world, rebound_journal_new (clock));
  rebound_cast_add_object (cast, "device", G_OBJECT (device));
  rebound_cast_add_object (cast, "app", G_OBJECT (application));
  rebound_cast_add_object (cast, "kernel", G_OBJECT (rebound_linux_kernel_new ()));
  scope = rebound_scope_new ();
  return 0;
}

static void
check_script (ReboundScript *script, const char *text, gsize n_bytes)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (ReboundScope) variables = new_variables ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  rebound_checker_check (script, cast, scope, device, FALSE, names, NULL, &error);
  if (fuzz_hash ((const uint8_t *) text, n_bytes) % 16 == 1) /* it takes time */
    {
      rebound_checker_check (script, cast, scope, device, FALSE, NULL, NULL, &again);
      g_assert_cmpstr (error != NULL ? error->message : "", ==,
                       again != NULL ? again->message : "");
    }
  if (error != NULL)
    check_mistakes (error, text, n_bytes);
  check_nodes (rebound_script_get_nodes (script), variables);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (ReboundScript) script = NULL;
  g_autoptr (GError) error = NULL;

  if (is_long (text))
    return -1;
  script = rebound_script_new (bytes, NAME, NULL, NULL);
  g_assert_true (g_utf8_validate (rebound_script_get_header (script), -1, NULL));
  if (rebound_diagnostics_is_empty (rebound_script_get_mistakes (script)))
    {
      check_script (script, (const char *) data, size);
      return 0;
    }
  rebound_checker_add_mistakes (script, cast, scope);
  g_assert_false (rebound_diagnostics_check (rebound_script_get_mistakes (script), &error));
  check_mistakes (error, (const char *) data, size);
  return 0;
}
