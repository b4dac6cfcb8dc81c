/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Variables are texts in one flat scope: a script is a page long, and what `let` says inside a
 * repeat is meant to be seen after it. */

#include "rebound-statement-private.h"

#include <string.h>

struct _ReboundScope
{
  GHashTable *values; /* name to text, both owned */
  GHashTable *fixed;  /* names that no `let` changes */
};

ReboundScope *
rebound_scope_new (void)
{
  ReboundScope *self = g_new0 (ReboundScope, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->fixed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
rebound_scope_free (ReboundScope *self)
{
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->fixed);
  g_free (self);
}

const char *
rebound_scope_get (ReboundScope *self, const char *name)
{
  return g_hash_table_lookup (self->values, name);
}

void
rebound_scope_set (ReboundScope *self, const char *name, const char *value)
{
  if (value == NULL)
    g_hash_table_remove (self->values, name);
  else
    g_hash_table_insert (self->values, g_strdup (name), g_strdup (value));
}

void
rebound_scope_let (ReboundScope *self, const char *name, const char *value)
{
  if (!g_hash_table_contains (self->fixed, name))
    rebound_scope_set (self, name, value);
}

void
rebound_scope_fix (ReboundScope *self, const char *name, const char *value)
{
  rebound_scope_set (self, name, value);
  g_hash_table_add (self->fixed, g_strdup (name));
}

ReboundScope *
rebound_scope_copy (ReboundScope *self)
{
  ReboundScope *copy = rebound_scope_new ();
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    rebound_scope_set (copy, name, value);
  g_hash_table_iter_init (&iter, self->fixed);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (copy->fixed, g_strdup (name));
  return copy;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, so that what is made of it is the same in every run. */
GPtrArray *
rebound_scope_list_names (ReboundScope *self)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}
