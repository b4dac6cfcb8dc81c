/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of a run, or of a program that uses the actors in earnest.
 *
 * Real time is CLOCK_BOOTTIME: a phone's sleep counts, which CLOCK_MONOTONIC leaves out. Virtual
 * time is a number that only the stage moves, when nothing more can happen at the present instant.
 */

#include "rebound-clock-private.h"

#include <time.h>

typedef struct
{
  guint number;
  char *reason;
} Hold;

struct _ReboundClock
{
  GObject parent_instance;

  ReboundClockMode mode;
  gint64 start_usec; /* real: when the clock was made */
  gint64 now_usec;   /* virtual */
  guint64 sequence;
  GPtrArray *queues; /* ReboundTimerQueue */

  GMutex lock; /* the holds, which other threads take and release */
  GArray *holds;
  guint last_hold;
  guint n_released;
  GMainContext *wake_context;
};

G_DEFINE_FINAL_TYPE (ReboundClock, rebound_clock, G_TYPE_OBJECT)

static gint64
boot_time_usec (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
hold_clear (gpointer data)
{
  g_free (((Hold *) data)->reason);
}

static void
rebound_clock_finalize (GObject *object)
{
  ReboundClock *self = REBOUND_CLOCK (object);

  g_ptr_array_unref (self->queues);
  g_array_unref (self->holds);
  g_clear_pointer (&self->wake_context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (rebound_clock_parent_class)->finalize (object);
}

static void
rebound_clock_class_init (ReboundClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_clock_finalize;
}

static void
rebound_clock_init (ReboundClock *self)
{
  self->queues = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_timer_queue_free);
  self->holds = g_array_new (FALSE, FALSE, sizeof (Hold));
  g_array_set_clear_func (self->holds, hold_clear);
  g_mutex_init (&self->lock);
}

ReboundClock *
rebound_clock_new (ReboundClockMode mode)
{
  ReboundClock *self = g_object_new (REBOUND_TYPE_CLOCK, NULL);

  self->mode = mode;
  self->start_usec = boot_time_usec ();
  return self;
}

ReboundClockMode
rebound_clock_get_mode (ReboundClock *self)
{
  return self->mode;
}

gint64
rebound_clock_get_time_usec (ReboundClock *self)
{
  return self->mode == REBOUND_CLOCK_VIRTUAL ? self->now_usec
                                             : boot_time_usec () - self->start_usec;
}

guint
rebound_clock_hold (ReboundClock *self, const char *reason)
{
  Hold hold;

  g_mutex_lock (&self->lock);
  hold.number = ++self->last_hold;
  hold.reason = g_strdup (reason);
  g_array_append_val (self->holds, hold);
  g_mutex_unlock (&self->lock);
  return hold.number;
}

void
rebound_clock_release (ReboundClock *self, guint hold)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->holds->len; i++)
    if (g_array_index (self->holds, Hold, i).number == hold)
      {
        g_array_remove_index (self->holds, i);
        self->n_released++;
        break;
      }
  if (self->wake_context != NULL)
    g_main_context_wakeup (self->wake_context);
  g_mutex_unlock (&self->lock);
}

char *
rebound_clock_dup_hold (ReboundClock *self)
{
  char *reason = NULL;

  g_mutex_lock (&self->lock);
  if (self->holds->len > 0)
    reason = g_strdup (g_array_index (self->holds, Hold, 0).reason);
  g_mutex_unlock (&self->lock);
  return reason;
}

guint
rebound_clock_count_released (ReboundClock *self)
{
  guint n_released;

  g_mutex_lock (&self->lock);
  n_released = self->n_released;
  g_mutex_unlock (&self->lock);
  return n_released;
}

void
rebound_clock_set_wake_context (ReboundClock *self, GMainContext *context)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->wake_context, g_main_context_unref);
  if (context != NULL)
    self->wake_context = g_main_context_ref (context);
  g_mutex_unlock (&self->lock);
}

static ReboundTimerQueue *
find_queue (ReboundClock *self, GMainContext *context)
{
  for (guint i = 0; i < self->queues->len; i++)
    if (rebound_timer_queue_get_context (self->queues->pdata[i]) == context)
      return self->queues->pdata[i];
  return NULL;
}

ReboundTimerQueue *
rebound_clock_get_queue (ReboundClock *self, GMainContext *context)
{
  ReboundTimerQueue *queue = find_queue (self, context);

  if (queue == NULL)
    {
      queue = rebound_timer_queue_new (self, context);
      g_ptr_array_add (self->queues, queue);
    }
  return queue;
}

GSource *
rebound_clock_peek_source (ReboundClock *self, GMainContext *context)
{
  ReboundTimerQueue *queue = find_queue (self, context);

  return queue != NULL ? rebound_timer_queue_get_source (queue) : NULL;
}

guint64
rebound_clock_next_sequence (ReboundClock *self)
{
  return self->sequence++;
}

void
rebound_clock_set_paused (ReboundClock *self, GMainContext *context, gboolean paused)
{
  rebound_timer_queue_set_paused (rebound_clock_get_queue (self, context), paused);
}

/* The queue whose first timer comes first; of two at the same time the older queue's, and the
 * world's is the oldest. */
static ReboundTimerQueue *
first_queue (ReboundClock *self)
{
  ReboundTimerQueue *first = NULL;
  gint64 first_usec = -1;

  for (guint i = 0; i < self->queues->len; i++)
    {
      ReboundTimerQueue *queue = self->queues->pdata[i];
      gint64 deadline_usec = rebound_timer_queue_get_deadline_usec (queue);

      if (deadline_usec < 0 || rebound_timer_queue_is_paused (queue))
        continue;
      if (first == NULL || deadline_usec < first_usec)
        {
          first = queue;
          first_usec = deadline_usec;
        }
    }
  return first;
}

gint64
rebound_clock_get_next_deadline_usec (ReboundClock *self)
{
  ReboundTimerQueue *first = first_queue (self);

  return first != NULL ? rebound_timer_queue_get_deadline_usec (first) : -1;
}

gboolean
rebound_clock_grant (ReboundClock *self)
{
  ReboundTimerQueue *first = first_queue (self);

  if (first == NULL || rebound_timer_queue_get_deadline_usec (first) > self->now_usec)
    return FALSE;
  rebound_timer_queue_grant (first);
  return TRUE;
}

void
rebound_clock_jump (ReboundClock *self, gint64 time_usec)
{
  g_return_if_fail (self->mode == REBOUND_CLOCK_VIRTUAL);

  self->now_usec = MAX (self->now_usec, time_usec);
}
