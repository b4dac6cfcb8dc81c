/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib does not list a context's sources; but it finds one by its number, and numbers are given in
 * ascending order. A fresh dummy tells where they end. */

#include "rebound-census-private.h"

#include "rebound-clock-private.h"

static gboolean
never (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static guint
last_id (GMainContext *context)
{
  g_autoptr (GSource) dummy = g_timeout_source_new_seconds (G_MAXINT / 1000);
  guint id;

  g_source_set_callback (dummy, never, NULL, NULL);
  id = g_source_attach (dummy, context);
  g_source_destroy (dummy);
  return id;
}

static const char *
name_of (GSource *source)
{
  const char *name = g_source_get_name (source);

  return name != NULL ? name : "a source without a name";
}

char *
rebound_census_name_timeout (ReboundClock *clock, GMainContext *context)
{
  GSource *own = rebound_clock_peek_source (clock, context);
  guint end = last_id (context);

  for (guint id = 1; id < end; id++)
    {
      GSource *source = g_main_context_find_source_by_id (context, id);
      gint64 ready_usec = source != NULL ? g_source_get_ready_time (source) : -1;

      if (source == NULL || source == own || ready_usec < 0)
        continue;
      return g_strdup_printf ("“%s”", name_of (source));
    }
  return NULL;
}

GSource *
rebound_census_find_source_of (GMainContext *context, GObject *object)
{
  return g_main_context_find_source_by_user_data (context, object);
}

char *
rebound_census_list_names (ReboundClock *clock, GMainContext *context)
{
  GSource *own = rebound_clock_peek_source (clock, context);
  GString *names = g_string_new (NULL);
  guint end = last_id (context);

  for (guint id = 1; id < end; id++)
    {
      GSource *source = g_main_context_find_source_by_id (context, id);

      if (source != NULL && source != own)
        g_string_append_printf (names, "%s“%s”", names->len > 0 ? ", " : "", name_of (source));
    }
  return g_string_free (names, FALSE);
}
