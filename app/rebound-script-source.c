/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A word with a slash or the suffix .life is a path; another is the name of a shipped script, or
 * else a file all the same.
 *
 * Files are those of the local GVfs. g_file_new_for_path() would ask for the default one, and GIO
 * then loads every module of the machine to learn which that is (for a proxy, dconf, TLS): half of
 * what a program costs that plays one statement, and code in the process that no run needs. */

#include "rebound-script-source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/org/rebound/scripts/"
#define SUFFIX ".life"

/* As much as the reader of files takes; more is no script. */
#define LIMIT_BYTES (4 * 1024 * 1024)

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GStrv
rebound_script_source_list (void)
{
  GStrv names = g_resources_enumerate_children (FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  if (names == NULL)
    return g_new0 (char *, 1);
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_suffix (names[i], SUFFIX))
      names[i][strlen (names[i]) - strlen (SUFFIX)] = '\0';
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  return names;
}

GBytes *
rebound_script_source_get_shipped (const char *name)
{
  g_autofree char *path = g_strconcat (FOLDER, name, SUFFIX, NULL);

  return g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static GBytes *
read_to_end (int fd, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[16384];
  ssize_t got;

  while ((got = read (fd, buffer, sizeof buffer)) != 0)
    {
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT, "-: cannot be read: %s (%s)",
                       strerrorname_np (errno), g_strerror (errno));
          return NULL;
        }
      g_byte_array_append (bytes, buffer, (guint) got);
      if (bytes->len > LIMIT_BYTES)
        {
          g_set_error_literal (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT,
                               "-: is larger than 4 MiB; expected a script");
          return NULL;
        }
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* Standard input can be read once, and a script is loaded anew for each play of it. */
static GBytes *
get_standard_input (GError **error)
{
  static GBytes *bytes;

  if (bytes == NULL)
    bytes = read_to_end (STDIN_FILENO, error);
  return bytes != NULL ? g_bytes_ref (bytes) : NULL;
}

/* As g_file_new_for_commandline_arg() has it. */
static GFile *
get_file (const char *word)
{
  return g_uri_peek_scheme (word) != NULL ? g_vfs_get_file_for_uri (g_vfs_get_local (), word)
                                          : g_vfs_get_file_for_path (g_vfs_get_local (), word);
}

ReboundRun *
rebound_script_source_load (const char *word,
                            const char *const *include_dirs,
                            ReboundClockMode mode,
                            GError **error)
{
  g_autoptr (GFile) here = g_vfs_get_file_for_path (g_vfs_get_local (), ".");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GFile) file = NULL;

  if (strcmp (word, "-") == 0)
    {
      bytes = get_standard_input (error);
      if (bytes == NULL)
        return NULL;
      return rebound_run_new_from_bytes_full (bytes, "-", here, include_dirs, mode, error);
    }
  if (strchr (word, '/') == NULL && !g_str_has_suffix (word, SUFFIX))
    {
      bytes = rebound_script_source_get_shipped (word);
      if (bytes != NULL)
        {
          g_autoptr (GFile) folder = get_file ("resource://" FOLDER);

          return rebound_run_new_from_bytes_full (bytes, word, folder, include_dirs, mode, error);
        }
      if (!g_file_test (word, G_FILE_TEST_EXISTS))
        {
          g_set_error (
              error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT,
              "%s: there is neither a shipped script nor a file of this name; expected one of "
              "“rebound list” or a path",
              word);
          return NULL;
        }
    }
  file = get_file (word);
  return rebound_run_new_from_file_full (file, word, include_dirs, mode, error);
}
