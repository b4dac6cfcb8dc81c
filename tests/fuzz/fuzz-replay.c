/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plays files to a target, in the place of libFuzzer: so what was once found is a test in every
 * build, with any compiler. A folder stands for the files in it. Each input is in a block of its
 * own, of its very size, so that a sanitizer or valgrind sees a byte that is read behind it. */

#include "fuzz.h"

#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Whether there was anything to play. */
static gboolean
replay_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (path, &text, &n_bytes, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  bytes = g_malloc (MAX (n_bytes, 1));
  memcpy (bytes, text, n_bytes);
  LLVMFuzzerTestOneInput (bytes, n_bytes);
  return TRUE;
}

/* The names of the files, sorted. (transfer full) */
static GPtrArray *
list_folder (const char *path)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (files, g_build_filename (path, name, NULL));
  g_ptr_array_sort (files, compare_names);
  return files;
}

int
main (int argc, char **argv)
{
  guint n_cases = 0;
  gboolean is_good = TRUE;

  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GPtrArray) files = list_folder (argv[i]);

      if (files->len == 0)
        g_ptr_array_add (files, g_strdup (argv[i]));
      for (guint j = 0; j < files->len; j++)
        {
          g_autofree char *name = g_path_get_basename (files->pdata[j]);
          gboolean is_played = replay_file (files->pdata[j]);

          g_print ("%sok %u %s\n", is_played ? "" : "not ", ++n_cases, name);
          is_good = is_good && is_played;
        }
    }
  g_print ("1..%u\n", n_cases);
  return is_good && n_cases > 0 ? 0 : 1;
}
