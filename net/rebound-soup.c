/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsoup, for those who speak HTTP. What is used of it splits a head into its fields, and needs
 * nothing else; but the library brings fourteen others along (Kerberos, SQLite, HTTP/2 and
 * compression among them), which the dynamic linker would look for, map and relocate whenever a
 * program starts: a quarter of what the least script costs, and most scripts have no HTTP in them.
 * So it is not linked. It is loaded once, and stays: types that it may register with GObject cannot
 * be taken back.
 *
 * Its symbols are looked up by name and have the types of the header that this is compiled with.
 * The name of the file stands for that ABI: libsoup has kept it for all of 3.x, and what would
 * break it would be called otherwise. */

#include "rebound-soup-private.h"

#include <dlfcn.h>

#include "lifecycle/rebound-error.h"

#define SONAME "libsoup-3.0.so.0"

ReboundSoup rebound_soup;

typedef struct
{
  const char *name;
  gsize offset; /* in ReboundSoup */
} Function;

static const Function functions[] = {
#define FUNCTION(name) { "soup_" #name, G_STRUCT_OFFSET (ReboundSoup, name) },
  REBOUND_SOUP_FUNCTIONS (FUNCTION)
#undef FUNCTION
};

/* What the dynamic linker said of the last call that failed. */
static char *
dup_problem (void)
{
  const char *text = dlerror ();

  return g_strdup (text != NULL ? text : "the dynamic linker does not say why");
}

/* What is wrong, as a text, or NULL. Symbols are resolved now rather than when they are called, and
 * are seen by nobody else: a program may have a libsoup of its own. */
static gpointer
load (gpointer data)
{
  void *library = dlopen (SONAME, RTLD_NOW | RTLD_LOCAL);
  ReboundSoup found;

  if (library == NULL)
    return dup_problem ();
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      gpointer function = dlsym (library, functions[i].name);

      if (function == NULL)
        return dup_problem ();
      G_STRUCT_MEMBER (gpointer, &found, functions[i].offset) = function;
    }
  rebound_soup = found;
  return NULL;
}

gboolean
rebound_soup_load (GError **error)
{
  static GOnce once = G_ONCE_INIT;
  const char *problem = g_once (&once, load, NULL);

  if (problem == NULL)
    return TRUE;
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_LACKING,
               "HTTP needs libsoup, which cannot be loaded: %s", problem);
  return FALSE;
}
