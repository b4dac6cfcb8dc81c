/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A script may be anybody's, and whoever plays it has rights of his own. So what a script names is
 * read from the script's own folder only, or from folders that whoever plays it has named. That a
 * path has no step up is a matter of its text, which the reader looks at; where it leads is a
 * matter of symbolic links, and is asked of the kernel, which is also asked what the folders are
 * called: one spelling for both, whatever links and mounts there are. */

#include "rebound-include-path-private.h"

#include "rebound-script-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct _ReboundIncludePath
{
  GFile *folder;    /* the script's own, or NULL */
  GPtrArray *dirs;  /* char *, as they were named */
  GPtrArray *roots; /* char *, as the kernel has them; of the dirs */
  gboolean has_own; /* the script's own folder is among the roots */
};

static int
open_folder (const char *path)
{
  return open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* FALSE with errno. */
static gboolean
add_root (ReboundIncludePath *self, const char *path)
{
  int fd = open_folder (path);
  char *real = fd < 0 ? NULL : rebound_script_file_dup_real_path (fd);
  int error_number = errno;

  if (real != NULL)
    g_ptr_array_add (self->roots, real);
  if (fd >= 0)
    close (fd);
  errno = error_number;
  return real != NULL;
}

ReboundIncludePath *
rebound_include_path_new (GFile *folder, const char *const *dirs, ReboundDiagnostics *diagnostics)
{
  ReboundIncludePath *self = g_new0 (ReboundIncludePath, 1);

  g_set_object (&self->folder, folder);
  self->dirs = g_ptr_array_new_with_free_func (g_free);
  self->roots = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; dirs != NULL && dirs[i] != NULL; i++)
    {
      ReboundPosition whole = { g_intern_string (dirs[i]), 0, 0 };

      g_ptr_array_add (self->dirs, g_strdup (dirs[i]));
      if (!add_root (self, dirs[i]))
        rebound_diagnostics_add (diagnostics, &whole,
                                 "nothing can be included from there: %s; expected a folder",
                                 strerrorname_np (errno));
    }
  return self;
}

void
rebound_include_path_free (ReboundIncludePath *self)
{
  g_clear_object (&self->folder);
  g_ptr_array_unref (self->dirs);
  g_ptr_array_unref (self->roots);
  g_free (self);
}

/* Beside the one that includes it, as that is shown. */
static const char *
name_beside (const char *parent, const char *path)
{
  const char *slash = strrchr (parent, '/');
  g_autofree char *joined
      = g_strdup_printf ("%.*s%s", slash == NULL ? 0 : (int) (slash + 1 - parent), parent, path);

  return g_intern_string (joined);
}

GFile *
rebound_include_path_find (ReboundIncludePath *self,
                           GFile *folder,
                           const char *parent,
                           const char *path,
                           const char **name)
{
  g_autoptr (GFile) beside = folder == NULL ? NULL : g_file_resolve_relative_path (folder, path);

  *name = name_beside (parent, path);
  if (beside != NULL && (self->dirs->len == 0 || g_file_query_exists (beside, NULL)))
    return g_steal_pointer (&beside);
  for (guint i = 0; i < self->dirs->len; i++)
    {
      g_autofree char *joined = g_build_filename (self->dirs->pdata[i], path, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (joined);

      if (!g_file_query_exists (file, NULL) && (beside != NULL || i + 1 < self->dirs->len))
        continue;
      *name = g_intern_string (joined);
      return g_steal_pointer (&file);
    }
  return g_steal_pointer (&beside);
}

GBytes *
rebound_include_path_load (ReboundIncludePath *self,
                           GFile *file,
                           gsize bytes_maximum,
                           char **problem)
{
  const char *own = self->folder != NULL ? g_file_peek_path (self->folder) : NULL;
  int error_number = 0;
  GBytes *bytes;

  if (!self->has_own && own != NULL)
    {
      self->has_own = add_root (self, own);
      error_number = self->has_own ? 0 : errno;
    }
  bytes = rebound_script_file_load_within (file, self->roots, bytes_maximum, problem);
  /* Whether it is in that folder cannot be told then, and why not is what there is to say. */
  if (bytes == NULL && error_number != 0)
    {
      g_free (*problem);
      *problem = g_strdup_printf ("cannot be looked for in the script's folder: %s; expected a "
                                  "folder",
                                  strerrorname_np (error_number));
    }
  return bytes;
}
