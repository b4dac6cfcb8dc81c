/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of many lives that fail in one way the first is enough: it is shrunk, written as a script of its
 * own, and that script is played once more as it is written, so that what is reported of it is what
 * whoever plays it will see. */

#include "rebound-find.h"

#include <stdio.h>
#include <string.h>

#include "rebound-command.h"
#include "rebound-life-script.h"
#include "rebound-shell-word.h"
#include "rebound-shrink.h"
#include "rebound-visible.h"
#include "rebound-way.h"
#include "rebound-whole-file.h"

/* How a file begins that we have written, and may write over. */
#define MARK "# Found by rebound explore"

typedef struct
{
  char *way;
  guint64 seed; /* the first */
  guint n_lives;
  GPtrArray *statements;
  gboolean is_flaky; /* two plays of it differ: there is nothing to be shrunk */
  char *details;     /* of one that is flaky */
} Find;

struct _ReboundFinds
{
  GPtrArray *finds;
  guint n_lives;
  guint n_played;
};

static void
find_free (gpointer data)
{
  Find *find = data;

  g_free (find->way);
  g_free (find->details);
  g_ptr_array_unref (find->statements);
  g_free (find);
}

ReboundFinds *
rebound_finds_new (void)
{
  ReboundFinds *self = g_new0 (ReboundFinds, 1);

  self->finds = g_ptr_array_new_with_free_func (find_free);
  return self;
}

void
rebound_finds_free (ReboundFinds *self)
{
  g_ptr_array_unref (self->finds);
  g_free (self);
}

static Find *
find_way (ReboundFinds *self, const char *way)
{
  for (guint i = 0; i < self->finds->len; i++)
    {
      Find *find = self->finds->pdata[i];

      if (strcmp (find->way, way) == 0)
        return find;
    }
  return NULL;
}

static void
take_way (ReboundFinds *self,
          ReboundExplorer *explorer,
          guint64 seed,
          const ReboundTestResult *result,
          const char *way)
{
  Find *find = find_way (self, way);

  if (find == NULL)
    {
      find = g_new0 (Find, 1);
      find->way = g_strdup (way);
      find->seed = seed;
      find->statements = rebound_explorer_compose (explorer, result->play);
      find->is_flaky = result->verdict == REBOUND_TEST_FLAKY;
      find->details = g_strdup (result->details);
      g_ptr_array_add (self->finds, find);
    }
  find->n_lives++;
}

void
rebound_finds_take (ReboundFinds *self,
                    ReboundExplorer *explorer,
                    guint64 seed,
                    const ReboundTestResult *result)
{
  g_autofree char *way = result->play != NULL ? rebound_way_of (result->play) : NULL;

  self->n_played += result->verdict != REBOUND_TEST_INTERRUPTED;
  self->n_lives += way != NULL;
  if (way != NULL)
    take_way (self, explorer, seed, result, way);
}

void
rebound_finds_take_twins (ReboundFinds *self,
                          ReboundExplorer *explorer,
                          guint64 seed,
                          const ReboundTestResult *result)
{
  if (result->verdict != REBOUND_TEST_FLAKY)
    return;
  self->n_lives++;
  take_way (self, explorer, seed, result, "two plays of it differ");
}

guint
rebound_finds_count_lives (ReboundFinds *self)
{
  return self->n_lives;
}

guint
rebound_finds_count_played (ReboundFinds *self)
{
  return self->n_played;
}

guint
rebound_finds_count_ways (ReboundFinds *self)
{
  return self->finds->len;
}

/* -- shorter -- */

typedef struct
{
  ReboundExplorer *explorer;
  const char *name;
  const char *way;
  gboolean recovered;
} Question;

static int
ask (GPtrArray *texts, gboolean is_bare, gpointer user_data)
{
  Question *question = user_data;

  return rebound_explorer_find (question->explorer, question->name, texts, question->way,
                                question->recovered && !is_bare, NULL);
}

/* Whether it fails so without anybody who improvises; what it does is @play. */
static gboolean
fails_alone (ReboundExplorer *explorer,
             const char *name,
             const char *way,
             const char *text,
             ReboundTestPlay **play)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  g_ptr_array_add (texts, (gpointer) text);
  return rebound_explorer_find (explorer, name, texts, way, FALSE, play) == 0;
}

/* What is expected behind the life is expected of an application that has recovered. */
static gboolean
is_promise (const Find *find)
{
  for (guint i = rebound_life_script_find_place (find->statements); i < find->statements->len; i++)
    if (strcmp (rebound_life_script_get_text (find->statements, i), find->way) == 0)
      return TRUE;
  return FALSE;
}

static void
shrink (Find *find, ReboundExplorer *explorer, const char *name, guint n_at_once)
{
  Question question = { explorer, name, find->way, is_promise (find) };
  GPtrArray *shorter = rebound_shrink (find->statements, n_at_once, ask, &question);

  g_ptr_array_unref (find->statements);
  find->statements = shorter;
}

/* -- as a file -- */

static char *
make_path (const Find *find, const ReboundFindSettings *settings)
{
  g_autofree char *base = g_path_get_basename (settings->word);
  gboolean is_file = g_str_has_suffix (base, ".life");
  g_autofree char *name = NULL;

  if (is_file)
    base[strlen (base) - strlen (".life")] = '\0';
  name = g_strdup_printf ("%s-%" G_GUINT64_FORMAT ".life", strcmp (base, "-") == 0 ? "life" : base,
                          find->seed);
  return strcmp (settings->folder, ".") == 0 ? g_steal_pointer (&name)
                                             : g_build_filename (settings->folder, name, NULL);
}

/* What GLib complains of ends nothing, unless it is told to. */
static char *
make_command (const Find *find, const char *path)
{
  g_autofree char *word = rebound_shell_word (path);
  gboolean is_complaint = strstr (find->way, "CRITICAL") != NULL || strstr (find->way, "SIGTRAP");

  return g_strdup_printf ("%srebound run %s", is_complaint ? "G_DEBUG=fatal-warnings " : "", word);
}

static char *
make_text (const Find *find, const ReboundFindSettings *settings, const char *command)
{
  g_autofree char *body = rebound_life_script_join (find->statements);
  g_autofree char *way = rebound_visible_text (find->way, REBOUND_LINES_SHOWN);
  g_autofree char *word = rebound_shell_word (settings->word);

  return g_strdup_printf (MARK ": %s\n"
                               "#\n"
                               "# By: rebound explore %s --seed %" G_GUINT64_FORMAT "%s\n"
                               "# Play it again: %s\n"
                               "\n%s",
                          way, word, find->seed, settings->options, command, body);
}

/* Somebody's own script of that name is left alone. */
static gboolean
is_ours (const char *path)
{
  g_autofree char *text = NULL;

  return !g_file_test (path, G_FILE_TEST_EXISTS)
         || (g_file_get_contents (path, &text, NULL, NULL) && g_str_has_prefix (text, MARK));
}

static gboolean
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundWholeFile) file = NULL;

  if (!is_ours (path))
    {
      rebound_command_complain ("%s: there is a file of another origin; expected none", path);
      return FALSE;
    }
  file = rebound_whole_file_new (path, "--output", &error);
  if (file != NULL)
    fputs (text, rebound_whole_file_get_stream (file));
  if (file != NULL && rebound_whole_file_commit (file, &error))
    return TRUE;
  rebound_command_complain ("%s", error->message);
  return FALSE;
}

/* -- for people -- */

static void
print_lines (const char *bytes)
{
  g_autofree char *text = rebound_visible_text (bytes, REBOUND_LINES_KEPT);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      printf ("    %s\n", lines[i]);
}

static void
print_head (ReboundFinds *self, const Find *find)
{
  printf ("NOT as expected  %u of %u lives, the first with seed %" G_GUINT64_FORMAT "\n",
          find->n_lives, self->n_played, find->seed);
  print_lines (find->way);
}

static void
print_play (const Find *find, const ReboundTestPlay *play)
{
  g_autofree char *seen = rebound_way_describe (play, find->way);

  print_lines (seen);
  for (guint i = 0; i < play->why->len; i++)
    {
      g_autofree char *why = g_strconcat ("why: ", play->why->pdata[i], NULL);

      print_lines (why);
    }
}

static void
print_flaky (const Find *find, const ReboundFindSettings *settings)
{
  g_autofree char *word = rebound_shell_word (settings->word);

  print_lines (find->details);
  printf ("    play it again: rebound explore %s --seed %" G_GUINT64_FORMAT "%s\n", word,
          find->seed, settings->options);
}

static gboolean
report_find (Find *find, ReboundExplorer *explorer, const ReboundFindSettings *settings)
{
  g_autofree char *path = make_path (find, settings);
  g_autofree char *command = make_command (find, path);
  g_autofree char *whole = rebound_life_script_join (find->statements);
  g_autofree char *text = NULL;
  g_autoptr (ReboundTestPlay) play = NULL;
  guint n_before = find->statements->len;
  gboolean fails;

  if (settings->shrinks && fails_alone (explorer, path, find->way, whole, NULL))
    shrink (find, explorer, path, settings->n_at_once);
  text = make_text (find, settings, command);
  fails = fails_alone (explorer, path, find->way, text, &play);
  if (rebound_explorer_is_interrupted (explorer) || play == NULL)
    return TRUE;
  if (fails)
    print_play (find, play);
  else
    {
      g_autofree char *other = rebound_way_of (play);

      printf ("    as a script of its own it ends otherwise: %s\n",
              other != NULL ? other : "as expected");
    }
  if (!write_file (path, text))
    return FALSE;
  printf ("    %u statements of %u: %s\n", find->statements->len, n_before, path);
  printf ("    play it again: %s\n", command);
  return TRUE;
}

gboolean
rebound_finds_report (ReboundFinds *self,
                      ReboundExplorer *explorer,
                      const ReboundFindSettings *settings)
{
  for (guint i = 0; i < self->finds->len; i++)
    {
      Find *find = self->finds->pdata[i];

      print_head (self, find);
      fflush (stdout);
      if (find->is_flaky)
        print_flaky (find, settings);
      else if (!report_find (find, explorer, settings))
        return FALSE;
    }
  return TRUE;
}
