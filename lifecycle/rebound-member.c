/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GObject knows a signal's parameter types, not their names. A script writes names, a log shows
 * them and describe explains them; so classes install their signals and actions through here, with
 * a GParamSpec a parameter. */

#include "rebound-member-private.h"

#include <stdarg.h>

static GHashTable
    *members; /* signal id → ReboundMember; filled in class_init, under the type lock */
G_LOCK_DEFINE_STATIC (members);

static GPtrArray *
collect_arguments (va_list list)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_param_spec_unref);
  GParamSpec *pspec;

  while ((pspec = va_arg (list, GParamSpec *)) != NULL)
    g_ptr_array_add (arguments, g_param_spec_ref_sink (pspec));
  return arguments;
}

static void
remember (guint signal_id,
          ReboundEventGroup group,
          const char *text,
          const char *blurb,
          GPtrArray *arguments)
{
  ReboundMember *member = g_new0 (ReboundMember, 1);

  member->group = group;
  member->text = text;
  member->blurb = blurb;
  member->arguments = arguments;
  G_LOCK (members);
  if (members == NULL)
    members = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (members, GUINT_TO_POINTER (signal_id), member);
  G_UNLOCK (members);
}

static guint
new_signal (gpointer klass,
            const char *name,
            GSignalFlags flags,
            GClosure *handler,
            GType return_type,
            GPtrArray *arguments)
{
  g_autofree GType *types = g_new0 (GType, arguments->len + 1);

  for (guint i = 0; i < arguments->len; i++)
    types[i] = G_PARAM_SPEC_VALUE_TYPE (arguments->pdata[i]);
  return g_signal_newv (name, G_TYPE_FROM_CLASS (klass), flags, handler, NULL, NULL, NULL,
                        return_type, arguments->len, types);
}

/* What every event has of itself. */
static gboolean
is_taken (GPtrArray *arguments)
{
  static const char *const own[] = { "n", "time", "actor", "kind", NULL };

  for (guint i = 0; i < arguments->len; i++)
    if (g_strv_contains (own, g_param_spec_get_name (arguments->pdata[i])))
      return TRUE;
  return FALSE;
}

guint
rebound_class_install_signal (gpointer klass,
                              const char *name,
                              ReboundEventGroup group,
                              const char *text,
                              const char *blurb,
                              ...)
{
  GPtrArray *arguments;
  va_list list;
  guint id;

  va_start (list, blurb);
  arguments = collect_arguments (list);
  va_end (list);
  g_return_val_if_fail (!is_taken (arguments), 0);
  id = new_signal (klass, name, G_SIGNAL_RUN_LAST, NULL, G_TYPE_NONE, arguments);
  remember (id, group, text, blurb, arguments);
  return id;
}

guint
rebound_class_install_action (gpointer klass,
                              const char *name,
                              GCallback handler,
                              gpointer handler_data,
                              const char *blurb,
                              ...)
{
  GPtrArray *arguments;
  GClosure *closure;
  va_list list;
  guint id;

  va_start (list, blurb);
  arguments = collect_arguments (list);
  va_end (list);
  closure = g_cclosure_new (handler, handler_data, NULL);
  g_closure_set_marshal (closure, g_cclosure_marshal_generic);
  id = new_signal (klass, name, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, closure, G_TYPE_ERROR,
                   arguments);
  remember (id, REBOUND_EVENT_GROUP_SCRIPT, NULL, blurb, arguments);
  return id;
}

const ReboundMember *
rebound_member_look_up (guint signal_id)
{
  const ReboundMember *member = NULL;

  G_LOCK (members);
  if (members != NULL)
    member = g_hash_table_lookup (members, GUINT_TO_POINTER (signal_id));
  G_UNLOCK (members);
  return member;
}

const char *
rebound_member_get_blurb (guint signal_id)
{
  const ReboundMember *member = rebound_member_look_up (signal_id);

  return member != NULL ? member->blurb : NULL;
}

GParamSpec **
rebound_member_list_arguments (guint signal_id, guint *n_arguments)
{
  const ReboundMember *member = rebound_member_look_up (signal_id);

  *n_arguments = member != NULL ? member->arguments->len : 0;
  return member != NULL ? (GParamSpec **) member->arguments->pdata : NULL;
}

static gboolean
is_action (guint signal_id)
{
  GSignalQuery query;

  g_signal_query (signal_id, &query);
  return (query.signal_flags & G_SIGNAL_ACTION) != 0;
}

static void
append_of (GArray *list, GType type, gboolean action)
{
  guint n_ids;
  g_autofree guint *ids = g_signal_list_ids (type, &n_ids);

  for (guint i = 0; i < n_ids; i++)
    if (is_action (ids[i]) == action)
      g_array_append_val (list, ids[i]);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a;
  guint second = *(const guint *) b;

  return first < second ? -1 : first > second;
}

/* In the order in which they were installed, which is how their class tells of them. */
GArray *
rebound_member_list (GType type, gboolean action)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n_interfaces;
  g_autofree GType *interfaces = g_type_interfaces (type, &n_interfaces);

  for (GType t = type; t != G_TYPE_OBJECT && t != 0; t = g_type_parent (t))
    append_of (list, t, action);
  for (guint i = 0; i < n_interfaces; i++)
    append_of (list, interfaces[i], action);
  g_array_sort (list, compare_ids);
  return list;
}

const char **
rebound_member_list_names (GType type, gboolean action)
{
  g_autoptr (GArray) list = rebound_member_list (type, action);
  const char **names = g_new0 (const char *, list->len + 1);

  for (guint i = 0; i < list->len; i++)
    names[i] = g_signal_name (g_array_index (list, guint, i));
  return names;
}

guint
rebound_member_find (GType type, const char *name, gboolean action)
{
  guint id = g_signal_lookup (name, type);
  GSignalQuery query;

  if (id == 0)
    return 0;
  g_signal_query (id, &query);
  return query.itype != G_TYPE_OBJECT && is_action (id) == action ? id : 0;
}
