/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib does not list a context's sources; but it finds one by its number, and numbers are given in
 * ascending order. A fresh dummy tells where they end. */

#include "rebound-census-private.h"

#include "rebound-clock-private.h"

/* How GLib marks a source that is to be dispatched: G_SOURCE_READY of gmain.c, which has been the
 * first of GHook's user flags since GLib 2.0. test-stage.c fails where that changes. */
#define SOURCE_READY (1u << G_HOOK_FLAG_USER_SHIFT)

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

static gpointer
user_data_of (GSource *source)
{
  GSourceFunc func;
  gpointer user_data = NULL;

  if (source->callback_data != NULL && source->callback_funcs != NULL)
    source->callback_funcs->get (source->callback_data, source, &func, &user_data);
  return user_data;
}

char *
rebound_census_name_ready (ReboundClock *clock, GMainContext *context, gpointer *user_data)
{
  GSource *own = rebound_clock_peek_source (clock, context);
  guint end = last_id (context);
  const char *name;

  for (guint id = 1; id < end; id++)
    {
      GSource *source = g_main_context_find_source_by_id (context, id);

      if (source == NULL || source == own || (source->flags & SOURCE_READY) == 0)
        continue;
      *user_data = user_data_of (source);
      return g_strdup_printf ("“%s”", name_of (source));
    }
  name = rebound_timer_queue_get_last (rebound_clock_get_queue (clock, context), user_data);
  return name != NULL ? g_strdup_printf ("“%s”", name) : g_strdup ("a source");
}
