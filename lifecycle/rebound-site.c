/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An actor is handed its site when it comes to life and needs nothing else of its surroundings: no
 * global, no default context. That is what lets one class serve in a run with virtual time and in a
 * program of its own. */

#include "rebound-site.h"

#include "rebound-kernel.h"

struct _ReboundSite
{
  GObject parent_instance;

  ReboundClock *clock;
  GMainContext *context;
  ReboundSide side;
  ReboundKernel *kernel;
  ReboundSiteFinder finder;
  gpointer finder_data;
  guint process;
  guint64 progress;
};

G_DEFINE_FINAL_TYPE (ReboundSite, rebound_site, G_TYPE_OBJECT)

static void
rebound_site_dispose (GObject *object)
{
  ReboundSite *self = REBOUND_SITE (object);

  g_clear_object (&self->kernel);
  G_OBJECT_CLASS (rebound_site_parent_class)->dispose (object);
}

static void
rebound_site_finalize (GObject *object)
{
  ReboundSite *self = REBOUND_SITE (object);

  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (rebound_site_parent_class)->finalize (object);
}

static void
rebound_site_class_init (ReboundSiteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rebound_site_dispose;
  G_OBJECT_CLASS (klass)->finalize = rebound_site_finalize;
}

static void
rebound_site_init (ReboundSite *self)
{
}

ReboundSite *
rebound_site_new (ReboundClock *clock, GMainContext *context)
{
  ReboundSite *self;

  g_return_val_if_fail (REBOUND_IS_CLOCK (clock), NULL);

  self = g_object_new (REBOUND_TYPE_SITE, NULL);
  self->clock = g_object_ref (clock);
  self->context
      = context != NULL ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  return self;
}

ReboundClock *
rebound_site_get_clock (ReboundSite *self)
{
  return self->clock;
}

GMainContext *
rebound_site_get_context (ReboundSite *self)
{
  return self->context;
}

ReboundSide
rebound_site_get_side (ReboundSite *self)
{
  return self->side;
}

void
rebound_site_set_side (ReboundSite *self, ReboundSide side)
{
  self->side = side;
}

ReboundKernel *
rebound_site_get_kernel (ReboundSite *self)
{
  return self->kernel;
}

void
rebound_site_set_kernel (ReboundSite *self, ReboundKernel *kernel)
{
  g_set_object (&self->kernel, kernel);
}

void
rebound_site_set_finder (ReboundSite *self, ReboundSiteFinder finder, gpointer user_data)
{
  self->finder = finder;
  self->finder_data = user_data;
}

GObject *
rebound_site_find (ReboundSite *self, const char *name)
{
  return self->finder != NULL ? self->finder (name, self->finder_data) : NULL;
}

void
rebound_site_begin_process (ReboundSite *self)
{
  self->process++;
}

guint
rebound_site_get_process (ReboundSite *self)
{
  return self->process;
}

void
rebound_site_note_progress (ReboundSite *self)
{
  self->progress++;
}

guint64
rebound_site_get_progress (ReboundSite *self)
{
  return self->progress;
}

ReboundTimer *
rebound_site_new_timer (ReboundSite *self,
                        const char *name,
                        ReboundTimerFunc func,
                        gpointer user_data)
{
  return rebound_timer_new (self->clock, self->context, name, func, user_data);
}
