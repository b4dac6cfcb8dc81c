/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary heap of timers, each of which knows its place in it, behind one GSource. The source
 * keeps no descriptor and is never woken by an eventfd: its prepare function looks at the heap,
 * which costs the same for one timer and for a hundred thousand. */

#include "rebound-timer-queue-private.h"

#include "rebound-clock-private.h"

struct _ReboundTimer
{
  ReboundTimerQueue *queue;
  const char *name;
  ReboundTimerFunc func;
  gpointer user_data;
  gint64 deadline_usec;
  guint64 sequence;
  gsize place; /* in the heap; NOT_ARMED outside of it */
};

struct _ReboundTimerQueue
{
  ReboundClock *clock; /* not owned: the clock owns its queues */
  GMainContext *context;
  GSource *source;
  GPtrArray *heap;  /* ReboundTimer, not owned */
  gboolean granted; /* the first timer, as it is now */
  gboolean paused;
  const char *last_name;
  gpointer last_user_data;
};

typedef struct
{
  GSource parent;
  ReboundTimerQueue *queue;
} QueueSource;

#define NOT_ARMED G_MAXSIZE

static gboolean
is_before (const ReboundTimer *a, const ReboundTimer *b)
{
  if (a->deadline_usec != b->deadline_usec)
    return a->deadline_usec < b->deadline_usec;
  return a->sequence < b->sequence;
}

static void
put (ReboundTimerQueue *self, gsize place, ReboundTimer *timer)
{
  self->heap->pdata[place] = timer;
  timer->place = place;
}

static void
sift_up (ReboundTimerQueue *self, gsize place, ReboundTimer *timer)
{
  while (place > 0)
    {
      ReboundTimer *parent = self->heap->pdata[(place - 1) / 2];

      if (!is_before (timer, parent))
        break;
      put (self, place, parent);
      place = (place - 1) / 2;
    }
  put (self, place, timer);
}

static void
sift_down (ReboundTimerQueue *self, gsize place, ReboundTimer *timer)
{
  for (;;)
    {
      gsize child = 2 * place + 1;

      if (child >= self->heap->len)
        break;
      if (child + 1 < self->heap->len
          && is_before (self->heap->pdata[child + 1], self->heap->pdata[child]))
        child++;
      if (!is_before (self->heap->pdata[child], timer))
        break;
      put (self, place, self->heap->pdata[child]);
      place = child;
    }
  put (self, place, timer);
}

static void
heap_insert (ReboundTimerQueue *self, ReboundTimer *timer)
{
  g_ptr_array_add (self->heap, timer);
  sift_up (self, self->heap->len - 1, timer);
}

static void
heap_remove (ReboundTimerQueue *self, ReboundTimer *timer)
{
  gsize place = timer->place;
  ReboundTimer *last = g_ptr_array_steal_index (self->heap, self->heap->len - 1);

  if (place == 0)
    self->granted = FALSE;

  timer->place = NOT_ARMED;
  if (last == timer)
    return;
  if (place > 0 && is_before (last, self->heap->pdata[(place - 1) / 2]))
    sift_up (self, place, last);
  else
    sift_down (self, place, last);
}

static gboolean
is_ready (ReboundTimerQueue *self)
{
  if (rebound_clock_get_mode (self->clock) == REBOUND_CLOCK_VIRTUAL)
    return self->granted;
  return self->heap->len > 0
         && rebound_timer_queue_get_deadline_usec (self)
                <= rebound_clock_get_time_usec (self->clock);
}

static gboolean
queue_source_prepare (GSource *source, gint *timeout_msec)
{
  ReboundTimerQueue *self = ((QueueSource *) source)->queue;
  gint64 wait_usec;

  *timeout_msec = -1;
  if (is_ready (self))
    return TRUE;
  if (rebound_clock_get_mode (self->clock) == REBOUND_CLOCK_VIRTUAL || self->heap->len == 0)
    return FALSE;
  wait_usec
      = rebound_timer_queue_get_deadline_usec (self) - rebound_clock_get_time_usec (self->clock);
  wait_usec = MAX (wait_usec, 0);
  *timeout_msec = (gint) MIN (wait_usec / 1000 + 1, G_MAXINT);
  return FALSE;
}

static gboolean
queue_source_check (GSource *source)
{
  return is_ready (((QueueSource *) source)->queue);
}

static gboolean
queue_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ReboundTimerQueue *self = ((QueueSource *) source)->queue;
  ReboundTimer *timer;

  /* A source that was dispatched a moment ago may have disarmed the one that was due. */
  if (!is_ready (self))
    return G_SOURCE_CONTINUE;
  timer = self->heap->pdata[0];
  heap_remove (self, timer);
  self->last_name = timer->name;
  self->last_user_data = timer->user_data;
  timer->func (timer->user_data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs queue_source_funcs = {
  .prepare = queue_source_prepare,
  .check = queue_source_check,
  .dispatch = queue_source_dispatch,
};

ReboundTimerQueue *
rebound_timer_queue_new (ReboundClock *clock, GMainContext *context)
{
  ReboundTimerQueue *self = g_new0 (ReboundTimerQueue, 1);

  self->clock = clock;
  self->context = g_main_context_ref (context);
  self->heap = g_ptr_array_new ();
  self->source = g_source_new (&queue_source_funcs, sizeof (QueueSource));
  ((QueueSource *) self->source)->queue = self;
  g_source_set_static_name (self->source, "ReboundClock");
  g_source_attach (self->source, context);
  return self;
}

void
rebound_timer_queue_free (ReboundTimerQueue *self)
{
  for (guint i = 0; i < self->heap->len; i++)
    ((ReboundTimer *) self->heap->pdata[i])->place = NOT_ARMED;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_ptr_array_unref (self->heap);
  g_main_context_unref (self->context);
  g_free (self);
}

GMainContext *
rebound_timer_queue_get_context (ReboundTimerQueue *self)
{
  return self->context;
}

GSource *
rebound_timer_queue_get_source (ReboundTimerQueue *self)
{
  return self->source;
}

void
rebound_timer_queue_set_paused (ReboundTimerQueue *self, gboolean paused)
{
  self->paused = paused;
}

gboolean
rebound_timer_queue_is_paused (ReboundTimerQueue *self)
{
  return self->paused;
}

gint64
rebound_timer_queue_get_deadline_usec (ReboundTimerQueue *self)
{
  return self->heap->len == 0 ? -1 : ((ReboundTimer *) self->heap->pdata[0])->deadline_usec;
}

void
rebound_timer_queue_grant (ReboundTimerQueue *self)
{
  self->granted = self->heap->len > 0;
}

const char *
rebound_timer_queue_get_last (ReboundTimerQueue *self, gpointer *user_data)
{
  *user_data = self->last_user_data;
  return self->last_name;
}

ReboundTimer *
rebound_timer_new (ReboundClock *clock,
                   GMainContext *context,
                   const char *name,
                   ReboundTimerFunc func,
                   gpointer user_data)
{
  g_autoptr (GMainContext) fallback = NULL;
  ReboundTimer *self;

  g_return_val_if_fail (REBOUND_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (func != NULL, NULL);

  if (context == NULL)
    context = fallback = g_main_context_ref_thread_default ();
  self = g_new0 (ReboundTimer, 1);
  self->queue = rebound_clock_get_queue (clock, context);
  self->name = name;
  self->func = func;
  self->user_data = user_data;
  self->place = NOT_ARMED;
  return self;
}

void
rebound_timer_arm (ReboundTimer *self, gint64 delay_usec)
{
  gint64 now_usec = rebound_clock_get_time_usec (self->queue->clock);

  rebound_timer_disarm (self);
  delay_usec = MAX (delay_usec, 0);
  self->deadline_usec = delay_usec > G_MAXINT64 - now_usec ? G_MAXINT64 : now_usec + delay_usec;
  self->sequence = rebound_clock_next_sequence (self->queue->clock);
  heap_insert (self->queue, self);
}

void
rebound_timer_disarm (ReboundTimer *self)
{
  if (self->place != NOT_ARMED)
    heap_remove (self->queue, self);
}

gboolean
rebound_timer_is_armed (ReboundTimer *self)
{
  return self->place != NOT_ARMED;
}

void
rebound_timer_free (ReboundTimer *self)
{
  rebound_timer_disarm (self);
  g_free (self);
}
