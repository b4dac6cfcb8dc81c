/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types that scripts know by name. What a type can do is not said here: GObject knows. */

#include "rebound-scriptable-private.h"

#include "rebound-error.h"
#include "rebound-member-private.h"

#include <string.h>

typedef struct
{
  GType type;
  ReboundSide side;
  const char *blurb;
} Entry;

static GHashTable *entries; /* interned name → Entry */
G_LOCK_DEFINE_STATIC (entries);

static gboolean
has_signal (GType type, const char *name)
{
  return rebound_member_find (type, name, TRUE) != 0
         || rebound_member_find (type, name, FALSE) != 0;
}

/* A signal and a property of one name cannot both be meant by NAME.MEMBER. Two signals of one name
 * GObject itself refuses. */
gboolean
rebound_scriptable_check_members (GType type, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  guint n_specs;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    if (has_signal (type, specs[i]->name))
      {
        g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                     "%s has a property and a signal that are both called “%s”; a script could not "
                     "tell them apart",
                     g_type_name (type), specs[i]->name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
is_name (const char *name)
{
  return g_ascii_islower (*name)
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

gboolean
rebound_scriptable_register_known (GType type,
                                   const char *name,
                                   ReboundSide side,
                                   const char *blurb,
                                   GError **error)
{
  Entry *entry;

  if (!is_name (name) || !G_TYPE_IS_OBJECT (type) || G_TYPE_IS_ABSTRACT (type))
    {
      g_set_error (
          error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
          "cannot register %s as “%s”: expected an instantiable GObject type and a name of "
          "[a-z][a-z0-9-]*",
          g_type_name (type), name);
      return FALSE;
    }
  G_LOCK (entries);
  if (entries == NULL)
    entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  entry = g_hash_table_lookup (entries, name);
  if (entry != NULL && entry->type != type)
    {
      g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                   "“%s” is %s already; it cannot be %s too", name, g_type_name (entry->type),
                   g_type_name (type));
      G_UNLOCK (entries);
      return FALSE;
    }
  entry = g_new0 (Entry, 1);
  entry->type = type;
  entry->side = side;
  entry->blurb = blurb;
  g_hash_table_replace (entries, (gpointer) g_intern_string (name), entry);
  G_UNLOCK (entries);
  return TRUE;
}

gboolean
rebound_scriptable_register (GType type,
                             const char *name,
                             ReboundSide side,
                             const char *blurb,
                             GError **error)
{
  if (G_TYPE_IS_OBJECT (type) && !rebound_scriptable_check_members (type, error))
    return FALSE;
  return rebound_scriptable_register_known (type, name, side, blurb, error);
}

static Entry *
look_up (const char *name)
{
  Entry *entry;

  G_LOCK (entries);
  entry = entries != NULL ? g_hash_table_lookup (entries, name) : NULL;
  G_UNLOCK (entries);
  return entry;
}

GType
rebound_scriptable_look_up (const char *name, ReboundSide *side)
{
  Entry *entry = look_up (name);

  if (entry == NULL)
    return G_TYPE_INVALID;
  if (side != NULL)
    *side = entry->side;
  return entry->type;
}

const char *
rebound_scriptable_get_blurb (const char *name)
{
  Entry *entry = look_up (name);

  return entry != NULL ? entry->blurb : NULL;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char **
rebound_scriptable_list (void)
{
  const char **names;
  guint n_names = 0;

  G_LOCK (entries);
  if (entries == NULL)
    names = g_new0 (const char *, 1);
  else
    names = (const char **) g_hash_table_get_keys_as_array (entries, &n_names);
  G_UNLOCK (entries);
  qsort (names, n_names, sizeof *names, compare_names);
  return names;
}
