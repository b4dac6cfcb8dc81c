/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `rebound test` plays. A folder is searched for *.life; a file in it that another one of the
 * same folder includes is a part of that one, and no script of its own; so is all in a folder below
 * that was named to include from. What a person names is played in any case.
 *
 * The order is that of the words' bytes, whatever the file system's is: reports and shards are cut
 * from it, on different machines. */

#include "rebound-test-list.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "rebound-script-source.h"
#include "rebound-test-parts.h"

#define SUFFIX ".life"

static void
script_free (gpointer data)
{
  ReboundTestScript *script = data;

  g_free (script->word);
  g_free (script->key);
  g_free (script);
}

static void
add (GPtrArray *scripts, const char *word, const char *key)
{
  ReboundTestScript *script = g_new0 (ReboundTestScript, 1);

  script->word = g_strdup (word);
  script->key = g_strdup (key);
  if (g_str_has_suffix (key, SUFFIX))
    script->key[strlen (key) - strlen (SUFFIX)] = '\0';
  g_ptr_array_add (scripts, script);
}

/* A path as `rebound run` takes it for one, and neither for the name of a shipped script nor for an
 * option nor for a URI. */
static char *
spell (const char *path)
{
  gboolean is_plain
      = strchr (path, '/') != NULL
        || (g_str_has_suffix (path, SUFFIX) && *path != '-' && strchr (path, ':') == NULL);

  return g_strconcat (is_plain && *path != '-' ? "" : "./", path, NULL);
}

/* "a//b/" and "./a/b" are "a/b": the same script has one name. */
static char *
normalize (const char *path)
{
  GString *text = g_string_new (NULL);

  while (g_str_has_prefix (path, "./") && path[2] != '\0')
    for (path += 2; *path == '/';)
      path++;
  for (; *path != '\0'; path++)
    if (*path != '/' || text->len == 0 || text->str[text->len - 1] != '/')
      g_string_append_c (text, *path);
  if (text->len > 1 && text->str[text->len - 1] == '/')
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static void
add_path_of_script (GPtrArray *scripts, const char *path, const char *key)
{
  g_autofree char *plain = normalize (path);
  g_autofree char *word = spell (plain);

  add (scripts, word, key);
}

static gboolean
fail (GError **error, int error_number, const char *path)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number), "%s: %s (%s)", path,
               strerrorname_np (error_number), g_strerror (error_number));
  return FALSE;
}

/* The names in a folder, but those that begin with a dot: what is hidden is the version
 * control's, an editor's or a tool's. */
static GPtrArray *
read_folder (const char *path, GError **error)
{
  DIR *folder = opendir (path);
  GPtrArray *names;
  struct dirent *entry;

  if (folder == NULL)
    {
      fail (error, errno, path);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  while (errno = 0, (entry = readdir (folder)) != NULL)
    if (*entry->d_name != '.')
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (errno != 0)
    {
      fail (error, errno, path);
      g_clear_pointer (&names, g_ptr_array_unref);
    }
  closedir (folder);
  return names;
}

/* A link to a folder is not followed: it may lead back. One to a file is a script, and where it
 * leads nowhere the play says so. */
static gboolean
is_folder (const char *path)
{
  struct stat about;

  return lstat (path, &about) == 0 && S_ISDIR (about.st_mode);
}

static gboolean
is_script (const char *path)
{
  struct stat about;

  return g_str_has_suffix (path, SUFFIX) && (stat (path, &about) < 0 || S_ISREG (about.st_mode));
}

static char *
join (const char *folder, const char *name)
{
  return *folder == '\0' ? g_strdup (name) : g_build_filename (folder, name, NULL);
}

static gboolean
is_include_dir (const ReboundTestChoice *choice, const char *path)
{
  struct stat one;
  struct stat other;

  for (guint i = 0; choice->include_dirs != NULL && choice->include_dirs[i] != NULL; i++)
    if (stat (path, &one) == 0 && stat (choice->include_dirs[i], &other) == 0
        && one.st_dev == other.st_dev && one.st_ino == other.st_ino)
      return TRUE;
  return FALSE;
}

/* @key is @path without the part that the user has given. */
static gboolean
search (GPtrArray *scripts,
        const ReboundTestChoice *choice,
        const char *path,
        const char *key,
        GError **error)
{
  g_autoptr (GPtrArray) names = read_folder (path, error);
  g_autoptr (GHashTable) parts = rebound_test_parts_new ();

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *one = g_build_filename (path, names->pdata[i], NULL);

      if (is_script (one))
        rebound_test_parts_add (parts, one);
    }
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *one = g_build_filename (path, names->pdata[i], NULL);
      g_autofree char *one_key = join (key, names->pdata[i]);

      if (is_folder (one))
        {
          if (!is_include_dir (choice, one) && !search (scripts, choice, one, one_key, error))
            return FALSE;
        }
      else if (is_script (one) && !g_hash_table_contains (parts, names->pdata[i]))
        add_path_of_script (scripts, one, one_key);
    }
  return names != NULL;
}

static void
add_shipped (GPtrArray *scripts)
{
  g_auto (GStrv) names = rebound_script_source_list ();

  for (guint i = 0; names[i] != NULL; i++)
    add (scripts, names[i], names[i]);
}

/* As `rebound run` has it: a word with a slash or the suffix is a path. */
static gboolean
is_shipped (const char *word)
{
  g_autoptr (GBytes) bytes = NULL;

  if (strchr (word, '/') == NULL && !g_str_has_suffix (word, SUFFIX))
    bytes = rebound_script_source_get_shipped (word);
  return bytes != NULL;
}

static gboolean
add_path (GPtrArray *scripts, const ReboundTestChoice *choice, const char *word, GError **error)
{
  g_autofree char *path = normalize (word);
  g_autofree char *name = g_path_get_basename (path);
  guint n_before = scripts->len;
  struct stat about;

  if (is_shipped (word))
    add (scripts, word, word);
  else if (stat (path, &about) < 0)
    return fail (error, errno, word);
  else if (!S_ISDIR (about.st_mode))
    add_path_of_script (scripts, path, name);
  else if (!search (scripts, choice, path, "", error))
    return FALSE;
  if (scripts->len > n_before)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "%s: no script is in this folder; expected at least one *" SUFFIX, word);
  return FALSE;
}

static int
compare_scripts (gconstpointer a, gconstpointer b)
{
  const ReboundTestScript *const *one = a;
  const ReboundTestScript *const *other = b;

  return strcmp ((*one)->word, (*other)->word);
}

static void
remove_doubles (GPtrArray *scripts)
{
  for (guint i = scripts->len; i > 1; i--)
    if (compare_scripts (&scripts->pdata[i - 1], &scripts->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (scripts, i - 1);
}

static gboolean
is_chosen (const ReboundTestChoice *choice, const ReboundTestScript *script)
{
  g_autofree char *name = g_path_get_basename (script->key);

  if (choice->globs == NULL)
    return TRUE;
  for (guint i = 0; choice->globs[i] != NULL; i++)
    {
      const char *glob = choice->globs[i];

      if (fnmatch (glob, strchr (glob, '/') != NULL ? script->word : name, 0) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
filter (GPtrArray *scripts, const ReboundTestChoice *choice, GError **error)
{
  g_autofree char *globs = NULL;
  guint n_found = scripts->len;

  for (guint i = scripts->len; i > 0; i--)
    if (!is_chosen (choice, scripts->pdata[i - 1]))
      g_ptr_array_remove_index (scripts, i - 1);
  if (scripts->len > 0)
    return TRUE;
  globs = g_strjoinv ("”, “", choice->globs);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "--filter: “%s” matches none of the %u scripts; expected a glob for a script's name "
               "without folder and " SUFFIX ", or with a / for the whole path",
               globs, n_found);
  return FALSE;
}

/* One after another goes to another shard, so that a folder of long ones is no shard's alone. */
static void
cut (GPtrArray *scripts, const ReboundTestChoice *choice)
{
  for (guint i = scripts->len; i > 0; i--)
    if ((i - 1) % choice->n_shards != choice->shard - 1)
      g_ptr_array_remove_index (scripts, i - 1);
}

GPtrArray *
rebound_test_list_new (char **paths, const ReboundTestChoice *choice, GError **error)
{
  g_autoptr (GPtrArray) scripts = g_ptr_array_new_with_free_func (script_free);

  if (*paths == NULL)
    add_shipped (scripts);
  for (; *paths != NULL; paths++)
    if (!add_path (scripts, choice, *paths, error))
      return NULL;
  g_ptr_array_sort (scripts, compare_scripts);
  remove_doubles (scripts);
  if (!filter (scripts, choice, error))
    return NULL;
  cut (scripts, choice);
  return g_steal_pointer (&scripts);
}
