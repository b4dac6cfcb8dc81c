/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a timer cost among many? N timers are armed that are not due for an hour, and one more
 * is armed to be due at once; a turn of the main loop lets it expire. Beside ReboundTimer: a source
 * of GLib's for each timer, libevent and libuv, which have heaps, and a heap written here with one
 * epoll_wait() and one clock_gettime() a turn, which is the least that such a loop can do. What a
 * run in virtual time does instead of a turn that reads the clock is to jump and to grant.
 *
 * A turn of GMainContext is part of what is measured wherever a GSource is: ReboundTimer lives in
 * one. So the line "a turn of an empty GMainContext" says what of it is GLib's. */

#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_LIBEVENT
#include <event2/event.h>
#endif
#ifdef HAVE_LIBUV
#include <uv.h>
#endif

#include "bench.h"
#include "lifecycle/rebound-clock-private.h"

#define N_ROUNDS 11

/* Not due while this is measured. */
#define FAR_USEC (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* docs/performance.md: one expiry among 100,000. */
#define EXPIRY_LIMIT_USEC 1.0

/* A timer among @n_timers, @n_items times. */
typedef struct
{
  guint n_timers;
  guint n_items;
} Crowd;

static guint n_expired;

static void
note_expiry (gpointer user_data)
{
  n_expired++;
}

/* -- ReboundTimer -- */

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  GPtrArray *timers;
  ReboundTimer *one;
} Ours;

static Ours
make_ours (ReboundClockMode mode, guint n_timers)
{
  Ours ours = { g_main_context_new (), rebound_clock_new (mode),
                g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_timer_free), NULL };

  for (guint i = 0; i < n_timers; i++)
    {
      ReboundTimer *timer = rebound_timer_new (ours.clock, ours.context, "far", note_expiry, NULL);

      rebound_timer_arm (timer, FAR_USEC + i);
      g_ptr_array_add (ours.timers, timer);
    }
  ours.one = rebound_timer_new (ours.clock, ours.context, "one", note_expiry, NULL);
  return ours;
}

static void
free_ours (Ours *ours)
{
  rebound_timer_free (ours->one);
  g_ptr_array_unref (ours->timers);
  g_object_unref (ours->clock);
  g_main_context_unref (ours->context);
}

static void
expire_real (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Ours ours = make_ours (REBOUND_CLOCK_REAL, crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      rebound_timer_arm (ours.one, 0);
      g_main_context_iteration (ours.context, FALSE);
    }
  bench_stop (time);
  free_ours (&ours);
}

static void
expire_virtual (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Ours ours = make_ours (REBOUND_CLOCK_VIRTUAL, crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      rebound_timer_arm (ours.one, 1);
      rebound_clock_jump (ours.clock, rebound_clock_get_next_deadline_usec (ours.clock));
      rebound_clock_grant (ours.clock);
      g_main_context_iteration (ours.context, FALSE);
    }
  bench_stop (time);
  free_ours (&ours);
}

static void
arm_ours (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Ours ours = make_ours (REBOUND_CLOCK_REAL, crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      rebound_timer_arm (ours.one, 1000);
      rebound_timer_disarm (ours.one);
    }
  bench_stop (time);
  free_ours (&ours);
}

/* -- GMainContext -- */

static gboolean
on_timeout (gpointer user_data)
{
  n_expired++;
  return G_SOURCE_REMOVE;
}

static GSource *
add_timeout (GMainContext *context, guint delay_msec)
{
  GSource *source = g_timeout_source_new (delay_msec);

  g_source_set_callback (source, on_timeout, NULL, NULL);
  g_source_attach (source, context);
  return source;
}

static GMainContext *
make_glib (guint n_timers)
{
  GMainContext *context = g_main_context_new ();

  for (guint i = 0; i < n_timers; i++)
    g_source_unref (add_timeout (context, FAR_USEC / 1000 + i));
  return context;
}

static void
expire_glib (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  GMainContext *context = make_glib (crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      g_source_unref (add_timeout (context, 0));
      g_main_context_iteration (context, FALSE);
    }
  bench_stop (time);
  g_main_context_unref (context);
}

static void
arm_glib (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  GMainContext *context = make_glib (crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      GSource *source = add_timeout (context, 1);

      g_source_destroy (source);
      g_source_unref (source);
    }
  bench_stop (time);
  g_main_context_unref (context);
}

/* Whoever looks at a source of GLib's pays for this. */
static gboolean
be_ready (GSource *source, gint *timeout_msec)
{
  *timeout_msec = 0;
  return TRUE;
}

static gboolean
do_nothing (GSource *source, GSourceFunc callback, gpointer user_data)
{
  n_expired++;
  return G_SOURCE_CONTINUE;
}

static void
turn_empty (gconstpointer data, BenchTime *time)
{
  static GSourceFuncs funcs = { .prepare = be_ready, .dispatch = do_nothing };
  const Crowd *crowd = data;
  GMainContext *context = g_main_context_new ();
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_attach (source, context);
  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    g_main_context_iteration (context, FALSE);
  bench_stop (time);
  g_source_destroy (source);
  g_source_unref (source);
  g_main_context_unref (context);
}

/* -- a heap by hand -- */

typedef struct
{
  gint64 *deadlines_nsec;
  gsize n_deadlines;
  int epoll_fd;
} Heap;

static gint64
now_nsec (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
heap_push (Heap *heap, gint64 deadline_nsec)
{
  gsize place = heap->n_deadlines++;

  for (; place > 0 && heap->deadlines_nsec[(place - 1) / 2] > deadline_nsec;
       place = (place - 1) / 2)
    heap->deadlines_nsec[place] = heap->deadlines_nsec[(place - 1) / 2];
  heap->deadlines_nsec[place] = deadline_nsec;
}

static void
heap_pop (Heap *heap)
{
  gint64 last = heap->deadlines_nsec[--heap->n_deadlines];
  gsize place = 0;

  for (gsize child = 1; child < heap->n_deadlines; child = 2 * place + 1)
    {
      if (child + 1 < heap->n_deadlines
          && heap->deadlines_nsec[child + 1] < heap->deadlines_nsec[child])
        child++;
      if (heap->deadlines_nsec[child] >= last)
        break;
      heap->deadlines_nsec[place] = heap->deadlines_nsec[child];
      place = child;
    }
  heap->deadlines_nsec[place] = last;
}

static Heap
make_heap (guint n_timers)
{
  Heap heap = { g_new (gint64, n_timers + 1), 0, epoll_create1 (EPOLL_CLOEXEC) };

  for (guint i = 0; i < n_timers; i++)
    heap_push (&heap, now_nsec () + FAR_USEC * 1000 + i);
  return heap;
}

static void
expire_by_hand (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Heap heap = make_heap (crowd->n_timers);
  struct epoll_event event;

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      heap_push (&heap, now_nsec ());
      epoll_wait (heap.epoll_fd, &event, 1, 0);
      if (heap.deadlines_nsec[0] > now_nsec ())
        g_error ("the timer is not due");
      heap_pop (&heap);
      n_expired++;
    }
  bench_stop (time);
  close (heap.epoll_fd);
  g_free (heap.deadlines_nsec);
}

/* -- libevent, libuv -- */

#ifdef HAVE_LIBEVENT
static void
on_event (evutil_socket_t fd, short what, void *data)
{
  n_expired++;
}

typedef struct
{
  struct event_base *base;
  struct event **events;
  struct event *one;
} Libevent;

static Libevent
make_libevent (guint n_timers)
{
  Libevent them = { event_base_new (), g_new (struct event *, n_timers), NULL };

  for (guint i = 0; i < n_timers; i++)
    {
      struct timeval delay = { FAR_USEC / G_USEC_PER_SEC, i };

      them.events[i] = evtimer_new (them.base, on_event, NULL);
      evtimer_add (them.events[i], &delay);
    }
  them.one = evtimer_new (them.base, on_event, NULL);
  return them;
}

static void
free_libevent (Libevent *them, guint n_timers)
{
  event_free (them->one);
  for (guint i = 0; i < n_timers; i++)
    event_free (them->events[i]);
  g_free (them->events);
  event_base_free (them->base);
}

static void
expire_libevent (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Libevent them = make_libevent (crowd->n_timers);
  const struct timeval now = { 0, 0 };

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      evtimer_add (them.one, &now);
      event_base_loop (them.base, EVLOOP_NONBLOCK);
    }
  bench_stop (time);
  free_libevent (&them, crowd->n_timers);
}

static void
arm_libevent (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Libevent them = make_libevent (crowd->n_timers);
  const struct timeval soon = { 0, 1000 };

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      evtimer_add (them.one, &soon);
      evtimer_del (them.one);
    }
  bench_stop (time);
  free_libevent (&them, crowd->n_timers);
}
#endif

#ifdef HAVE_LIBUV
static void
on_uv_timer (uv_timer_t *timer)
{
  n_expired++;
}

typedef struct
{
  uv_loop_t loop;
  uv_timer_t one;
  uv_timer_t *timers;
} Libuv;

static Libuv *
make_libuv (guint n_timers)
{
  Libuv *them = g_new0 (Libuv, 1);

  uv_loop_init (&them->loop);
  them->timers = g_new (uv_timer_t, n_timers);
  for (guint i = 0; i < n_timers; i++)
    {
      uv_timer_init (&them->loop, &them->timers[i]);
      uv_timer_start (&them->timers[i], on_uv_timer, FAR_USEC / 1000 + i, 0);
    }
  uv_timer_init (&them->loop, &them->one);
  return them;
}

static void
free_libuv (Libuv *them, guint n_timers)
{
  uv_close ((uv_handle_t *) &them->one, NULL);
  for (guint i = 0; i < n_timers; i++)
    uv_close ((uv_handle_t *) &them->timers[i], NULL);
  uv_run (&them->loop, UV_RUN_DEFAULT);
  uv_loop_close (&them->loop);
  g_free (them->timers);
  g_free (them);
}

static void
expire_libuv (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Libuv *them = make_libuv (crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      uv_timer_start (&them->one, on_uv_timer, 0, 0);
      uv_run (&them->loop, UV_RUN_NOWAIT);
    }
  bench_stop (time);
  free_libuv (them, crowd->n_timers);
}

static void
arm_libuv (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  Libuv *them = make_libuv (crowd->n_timers);

  bench_start (time);
  for (guint i = 0; i < crowd->n_items; i++)
    {
      uv_timer_start (&them->one, on_uv_timer, 1, 0);
      uv_timer_stop (&them->one);
    }
  bench_stop (time);
  free_libuv (them, crowd->n_timers);
}
#endif

/* -- the tables -- */

/* A way that has not let its timer expire each time was not measured. */
static void
check_expiries (const BenchWay *ways, guint n_ways)
{
  for (guint i = 0; i < n_ways; i++)
    {
      const Crowd few = { 10, 1000 };
      BenchTime ignored = { 0 };

      n_expired = 0;
      ways[i].play (&few, &ignored);
      if (n_expired != few.n_items)
        g_error ("%s: %u of %u timers expired", ways[i].name, n_expired, few.n_items);
    }
}

static const BenchWay expiring[] = {
  { "a heap by hand, and epoll_wait()", expire_by_hand, 0, { 0 } },
  { "a turn of an empty GMainContext", turn_empty, 0, { 0 } },
  { "ReboundTimer, virtual time", expire_virtual, 0, { BENCH_GROWTH_AT_MOST, 1.5 } },
  { "ReboundTimer, real time", expire_real, 0, { BENCH_GROWTH_AT_MOST, 1.5 } },
#ifdef HAVE_LIBUV
  { "libuv", expire_libuv, 0, { 0 } },
#endif
#ifdef HAVE_LIBEVENT
  { "libevent", expire_libevent, 0, { 0 } },
#endif
  { "GMainContext, a source each", expire_glib, 0, { 0 } },
};

/* The same, and what an expiry may cost. */
static void
compare_among_most (const Crowd *crowd)
{
  BenchWay ways[G_N_ELEMENTS (expiring)];

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      ways[i] = expiring[i];
      ways[i].target.kind
          = expiring[i].target.kind != BENCH_NO_TARGET ? BENCH_CPU_USEC_AT_MOST : BENCH_NO_TARGET;
      ways[i].target.limit = EXPIRY_LIMIT_USEC;
    }
  bench_compare ("One expiry among 100,000 timers", BENCH_TIME_OF_ONE, ways, G_N_ELEMENTS (ways),
                 crowd, N_ROUNDS, crowd->n_items);
}

/* The new timer is the first of all, which in a heap is the longest way up. */
static const BenchWay arming[] = {
  { "ReboundTimer", arm_ours, 0, { 0 } },
#ifdef HAVE_LIBUV
  { "libuv", arm_libuv, 0, { 0 } },
#endif
#ifdef HAVE_LIBEVENT
  { "libevent", arm_libevent, 0, { 0 } },
#endif
  { "GMainContext, a source each", arm_glib, 0, { 0 } },
};

int
main (int argc, char **argv)
{
  /* GLib's takes milliseconds among 100,000. */
  static const Crowd crowds[]
      = { { 10, 2000 }, { 100, 2000 }, { 1000, 1000 }, { 10000, 200 }, { 100000, 100 } };
  static const char *const names[] = { "10", "100", "1,000", "10,000", "100,000" };
  BenchSize sizes[G_N_ELEMENTS (crowds)];

  bench_begin (argc, argv, NULL);
  check_expiries (expiring, G_N_ELEMENTS (expiring));
  for (guint i = 0; i < G_N_ELEMENTS (crowds); i++)
    sizes[i] = (BenchSize){ names[i], &crowds[i], crowds[i].n_items };
  bench_grow ("One timer expires among as many that do not", expiring, G_N_ELEMENTS (expiring),
              sizes, G_N_ELEMENTS (sizes), N_ROUNDS);
  compare_among_most (&crowds[G_N_ELEMENTS (crowds) - 1]);
  bench_grow ("One timer is armed and cancelled among as many", arming, G_N_ELEMENTS (arming),
              sizes, G_N_ELEMENTS (sizes), N_ROUNDS);
  return 0;
}
