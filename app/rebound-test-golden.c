/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expectations say what somebody thought of; a golden log says all the rest. The first time it is
 * written, and from then on it is only read, unless a person asks for it to be written: a log that
 * followed every change by itself would show none.
 *
 * Nothing is removed here. A log without a script is named, and may be the last that is known of
 * one that was renamed. */

#include "rebound-test-golden.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "rebound-diff.h"
#include "rebound-visible.h"
#include "rebound-whole-file.h"

#define SUFFIX ".log"

#define OPTION "--golden"

/* Nobody reads more of a difference in a report; with --update the version control shows all. */
#define MOST_LINES 200

struct _ReboundTestGolden
{
  char *folder;
  gboolean update;
  GHashTable *claimed; /* path of a log → its script's word */
};

ReboundTestGolden *
rebound_test_golden_new (const char *folder, gboolean update)
{
  ReboundTestGolden *self = g_new0 (ReboundTestGolden, 1);

  self->folder = g_strdup (folder);
  self->update = update;
  self->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
rebound_test_golden_free (ReboundTestGolden *self)
{
  g_hash_table_unref (self->claimed);
  g_free (self->folder);
  g_free (self);
}

static char *
get_path (ReboundTestGolden *self, const ReboundTestScript *script)
{
  g_autofree char *name = g_strconcat (script->key, SUFFIX, NULL);

  return g_build_filename (self->folder, name, NULL);
}

gboolean
rebound_test_golden_claim (ReboundTestGolden *self, GPtrArray *scripts, GError **error)
{
  for (guint i = 0; i < scripts->len; i++)
    {
      const ReboundTestScript *script = scripts->pdata[i];
      g_autofree char *path = get_path (self, script);
      const char *other = g_hash_table_lookup (self->claimed, path);

      if (other != NULL)
        {
          g_autofree char *shown = rebound_visible_text (path, REBOUND_LINES_SHOWN);

          g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                       OPTION ": %s would be the log of both %s and %s; expected paths under which "
                              "no two scripts have the same name",
                       shown, other, script->word);
          return FALSE;
        }
      g_hash_table_insert (self->claimed, g_steal_pointer (&path), g_strdup (script->word));
    }
  return TRUE;
}

/* -- one log -- */

static gboolean
write_log (const char *path, GBytes *log, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (ReboundWholeFile) file = NULL;
  gsize size_bytes;
  const char *text = g_bytes_get_data (log, &size_bytes);

  if (g_mkdir_with_parents (folder, 0777) < 0)
    {
      int error_number = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                   OPTION ": %s cannot be made: %s (%s)", folder, strerrorname_np (error_number),
                   g_strerror (error_number));
      return FALSE;
    }
  file = rebound_whole_file_new (path, OPTION, error);
  if (file == NULL)
    return FALSE;
  fwrite (text, 1, size_bytes, rebound_whole_file_get_stream (file));
  return rebound_whole_file_commit (file, error);
}

/* The log at @path, or %NULL. What is no regular file is not opened: a FIFO has no end that one
 * could wait for, nor has a device. */
static GBytes *
read_log (const char *path, GError **error)
{
  struct stat about;
  char *text;
  gsize size_bytes;

  if (stat (path, &about) < 0)
    {
      int error_number = errno;

      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                           strerrorname_np (error_number));
      return NULL;
    }
  if (!S_ISREG (about.st_mode))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "it is no regular file");
      return NULL;
    }
  return g_file_get_contents (path, &text, &size_bytes, error) ? g_bytes_new_take (text, size_bytes)
                                                               : NULL;
}

/* What is wrong stays wrong in play after play, so it is the script's failure. */
static void
tell_unreadable (ReboundTestResult *result, const char *path, const GError *error)
{
  g_autofree char *shown = rebound_visible_text (path, REBOUND_LINES_SHOWN);
  g_autofree char *message = rebound_visible_text (error->message, REBOUND_LINES_SHOWN);

  result->verdict = REBOUND_TEST_CHANGED;
  result->headline = g_strdup_printf ("its golden log %s cannot be read: %s", shown, message);
}

/* The first lines of @text. */
static char *
shorten (const char *text)
{
  const char *end = text;
  guint n_left = 0;

  for (guint i = 0; i < MOST_LINES && *end != '\0'; i++)
    end = strchrnul (end, '\n') + (*strchrnul (end, '\n') == '\n');
  for (const char *at = end; *at != '\0'; at++)
    n_left += *at == '\n';
  if (n_left == 0)
    return g_strdup (text);
  return g_strdup_printf ("%.*s… %u more lines\n", (int) (end - text), text, n_left);
}

static void
tell_difference (ReboundTestResult *result, const char *path, const char *difference)
{
  g_autofree char *shown = rebound_visible_text (path, REBOUND_LINES_SHOWN);
  g_autofree char *start = shorten (difference);

  result->verdict = REBOUND_TEST_CHANGED;
  result->headline = g_strdup_printf ("its log is not the golden one, %s", shown);
  result->details = g_strdup_printf ("--- %s\n+++ this play\n%s", shown, start);
}

static void
note (ReboundTestResult *result, const char *what, const char *path)
{
  g_autofree char *shown = rebound_visible_text (path, REBOUND_LINES_SHOWN);

  result->note = g_strdup_printf ("%s: %s", what, shown);
}

gboolean
rebound_test_golden_check (ReboundTestGolden *self, ReboundTestResult *result, GError **error)
{
  g_autoptr (GError) read_error = NULL;
  g_autoptr (GBytes) golden = NULL;
  g_autofree char *path = get_path (self, result->script);
  g_autofree char *difference = NULL;
  gboolean is_missing;

  if (result->verdict != REBOUND_TEST_AS_EXPECTED)
    return TRUE;
  golden = read_log (path, &read_error);
  is_missing = g_error_matches (read_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  if (golden != NULL)
    difference = rebound_diff_describe (golden, result->play->log);
  if (golden != NULL && difference == NULL)
    return TRUE;
  if (is_missing || (difference != NULL && self->update))
    {
      note (result, is_missing ? "golden log written" : "golden log updated", path);
      return write_log (path, result->play->log, error);
    }
  if (difference != NULL)
    tell_difference (result, path, difference);
  else
    tell_unreadable (result, path, read_error);
  return TRUE;
}

/* -- logs without a script -- */

static void
search (ReboundTestGolden *self, const char *path, GPtrArray *stale)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *one = g_build_filename (path, name, NULL);

      if (g_file_test (one, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (one, G_FILE_TEST_IS_DIR))
        search (self, one, stale);
      else if (g_str_has_suffix (name, SUFFIX) && !g_hash_table_contains (self->claimed, one))
        g_ptr_array_add (stale, g_steal_pointer (&one));
    }
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
rebound_test_golden_list_stale (ReboundTestGolden *self)
{
  GPtrArray *stale = g_ptr_array_new_with_free_func (g_free);

  search (self, self->folder, stale);
  g_ptr_array_sort (stale, compare_paths);
  return stale;
}
