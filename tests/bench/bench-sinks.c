/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a format cost a run? The events of real runs are kept and then handed to a sink of each
 * format that is text, whose stream is /dev/null, one format after the other in each round, so that
 * whatever else the machine does falls on all of them alike. A sink that does nothing says what
 * handing over costs. A round is a sink from its beginning to its end, with all of the events.
 *
 * A run's own cost is no part of it, and neither are its packets, of which no text is made unless
 * they are asked for. Text is measured as it is, where most of a long run is folded or left out,
 * and with a line for each event, as a run in real time has it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/rebound-format.h"
#include "app/rebound-script-source.h"
#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 31

/* Scripts of different kinds: callbacks and folded refusals, sockets and their states, pools of
 * connections, whole tables in one event. */
static const char *const scripts[]
    = { "rebind-bug", "day-in-the-life", "pool-policies", "why-is-it-taken", "close-proper" };

/* What an event may cost; issue 7. */
#define LIMIT_NSEC 2000

/* Keeps the events, or, in a round, does nothing with them. */
#define KEEPING_TYPE_SINK (keeping_sink_get_type ())
G_DECLARE_FINAL_TYPE (KeepingSink, keeping_sink, KEEPING, SINK, GObject)

struct _KeepingSink
{
  GObject parent_instance;

  GPtrArray *events; /* NULL: they are not kept */
  ReboundSummary summary;
};

static void keeping_sink_sink_init (ReboundEventSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (KeepingSink,
                               keeping_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      keeping_sink_sink_init))

static void
keeping_sink_finalize (GObject *object)
{
  g_clear_pointer (&KEEPING_SINK (object)->events, g_ptr_array_unref);
  G_OBJECT_CLASS (keeping_sink_parent_class)->finalize (object);
}

static void
keeping_sink_class_init (KeepingSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keeping_sink_finalize;
}

static void
keeping_sink_init (KeepingSink *self)
{
}

static void
keeping_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  KeepingSink *self = KEEPING_SINK (sink);

  if (self->events != NULL)
    g_ptr_array_add (self->events, rebound_event_ref (event));
}

static void
keeping_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  KEEPING_SINK (sink)->summary = *summary;
}

static void
keeping_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = keeping_sink_write;
  iface->finish = keeping_sink_finish;
}

/* A run that is over, and what it told. */
typedef struct
{
  ReboundAbout *about;
  KeepingSink *sink;
} Play;

static Play
play (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_script_source_load (name, NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  KeepingSink *sink = g_object_new (KEEPING_TYPE_SINK, NULL);
  Play played = { NULL, sink };

  if (run == NULL)
    g_error ("%s", error->message);
  sink->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_error ("%s", error->message);
  played.about = rebound_about_new (run, name, NULL);
  return played;
}

/* -- what is compared -- */

typedef struct
{
  const ReboundFormat *format; /* NULL: the sink that does nothing */
  ReboundEventGroup groups;    /* 0: what the format shows */
  gboolean fold;
  char *name;
  double *nsec; /* of CPU, an event, of each round */
} Way;

static ReboundEventSink *
new_sink (const Way *way, const ReboundAbout *about, FILE *stream)
{
  ReboundSinkOptions options = { .fold = way->fold };

  if (way->format == NULL)
    return g_object_new (KEEPING_TYPE_SINK, NULL);
  options.filter.groups = way->groups != 0 ? way->groups : way->format->groups;
  return way->format->new_sink (about, &options, stream);
}

/* Nanoseconds of CPU. */
static gint64
hand_over (const Way *way, const Play *played, FILE *stream)
{
  BenchTime time = { 0 };
  g_autoptr (ReboundEventSink) sink = NULL;

  bench_start (&time);
  sink = new_sink (way, played->about, stream);
  for (guint i = 0; i < played->sink->events->len; i++)
    rebound_event_sink_write (sink, played->sink->events->pdata[i]);
  rebound_event_sink_finish (sink, &played->sink->summary);
  fflush (stream);
  bench_stop (&time);
  return time.cpu_nsec;
}

static double
measure (const Way *way, const Play *plays, guint n_events)
{
  FILE *stream = fopen ("/dev/null", "w");
  gint64 nsec = 0;

  if (stream == NULL)
    g_error ("/dev/null: %m");
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    nsec += hand_over (way, &plays[i], stream);
  fclose (stream);
  return (double) nsec / n_events;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double first = *(const double *) a;
  const double second = *(const double *) b;

  return first < second ? -1 : first > second;
}

static void
print_way (Way *way, guint n_rounds)
{
  qsort (way->nsec, n_rounds, sizeof *way->nsec, compare_doubles);
  printf ("| %s | %.2f (%.2f–%.2f) | %s |\n", way->name, way->nsec[n_rounds / 2] / 1000,
          way->nsec[n_rounds / 4] / 1000, way->nsec[n_rounds * 3 / 4] / 1000,
          way->nsec[n_rounds / 2] < LIMIT_NSEC ? "met" : "**missed**");
}

static void
add_way (GArray *ways,
         const ReboundFormat *format,
         ReboundEventGroup groups,
         gboolean fold,
         const char *name)
{
  Way way = { .format = format, .groups = groups, .fold = fold, .name = g_strdup (name) };

  g_array_append_val (ways, way);
}

static GArray *
list_ways (void)
{
  g_autofree char *list = rebound_format_list ();
  g_auto (GStrv) names = g_strsplit (list, ", ", -1);
  GArray *ways = g_array_new (FALSE, TRUE, sizeof (Way));

  add_way (ways, NULL, 0, FALSE, "(nothing)");
  for (guint i = 0; names[i] != NULL; i++)
    {
      const ReboundFormat *format = rebound_format_find (names[i]);

      if (!format->is_binary)
        add_way (ways, format, 0, TRUE, names[i]);
      if (strcmp (names[i], "text") == 0)
        add_way (ways, format, REBOUND_FILTER_ALL, FALSE, "text, all, not folded");
    }
  return ways;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ways = list_ways ();
  Play plays[G_N_ELEMENTS (scripts)];
  guint n_events = 0;
  guint n_rounds;

  bench_begin (argc, argv, NULL);
  n_rounds = bench_count_rounds (N_ROUNDS);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      plays[i] = play (scripts[i]);
      n_events += plays[i].sink->events->len;
    }
  for (guint round = 0; round <= n_rounds; round++)
    for (guint i = 0; i < ways->len; i++)
      {
        Way *way = &g_array_index (ways, Way, i);
        double nsec = measure (way, plays, n_events);

        if (round == 0) /* it is to warm up */
          way->nsec = g_new (double, n_rounds);
        else
          way->nsec[round - 1] = nsec;
      }
  printf ("**Formats.** %u events of %u runs to /dev/null; the median of %u rounds in turn "
          "(quartiles)\n\n"
          "| format | CPU, µs an event | ≤ 2 µs |\n|---|---|---|\n",
          n_events, (guint) G_N_ELEMENTS (scripts), n_rounds);
  for (guint i = 0; i < ways->len; i++)
    print_way (&g_array_index (ways, Way, i), n_rounds);
  printf ("\n");
  return 0;
}
