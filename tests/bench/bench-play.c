/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast does virtual time go by, and what does a run cost beyond its own system calls? Scripts
 * are played by the library, their events are counted, and the system calls of their sockets are
 * then made by hand, in the same process and namespace, in turn with the next play. The ratio is
 * the median of the rounds' ratios.
 *
 * What the run does besides is not made by hand: its looks at the kernel's states, the fence, the
 * end of each TIME_WAIT. That is the cost which the ratio shows. Of requests over HTTP nothing is
 * made by hand; tests/bench/bench-http.c compares those with other clients' of HTTP. */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/rebound-script-source.h"
#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 21
#define PORT     30500 /* no script has it: what is left in TIME_WAIT is in nobody's way */

#define FIRST_PORT 5000
#define LAST_PORT  29000

/* An application that is hardly ever used. */
static const char idle_hour[] = "listener web port=30000 on-accept=close\n"
                                "client phone connect=web retry-every=5min\n"
                                "launch\nafter 1h\n";

static const struct
{
  const char *name;
  const char *text; /* NULL: it comes with the program */
} scripts[] = {
  { "rebind-fix", NULL },    { "rebind-bug", NULL },        { "day-in-the-life", NULL },
  { "pool-policies", NULL }, { "an idle hour", idle_hour },
};

/* The system calls of a run, counted by its events. */
typedef struct
{
  guint n_listens;
  guint n_connections;
  guint n_answers;  /* among the connections */
  guint n_refusals; /* also of a network that is down */
  guint n_requests; /* over HTTP */
  guint n_events;
  gint64 time_usec; /* the run's */
} Tally;

#define TALLY_TYPE_SINK (tally_sink_get_type ())
G_DECLARE_FINAL_TYPE (TallySink, tally_sink, TALLY, SINK, GObject)

struct _TallySink
{
  GObject parent_instance;

  Tally tally;
};

static void tally_sink_sink_init (ReboundEventSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (TallySink,
                               tally_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      tally_sink_sink_init))

static void
tally_sink_class_init (TallySinkClass *klass)
{
}

static void
tally_sink_init (TallySink *self)
{
}

static void
tally_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  Tally *tally = &TALLY_SINK (sink)->tally;
  const char *kind = rebound_event_get_kind (event);

  tally->n_events++;
  tally->n_requests += strcmp (kind, "will-use") == 0;
  tally->n_listens += strcmp (kind, "listening") == 0;
  tally->n_connections += strcmp (kind, "connected") == 0;
  tally->n_answers += strcmp (kind, "answered") == 0;
  tally->n_refusals += strcmp (kind, "refused") == 0 || strcmp (kind, "failed") == 0;
}

static void
tally_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = tally_sink_write;
}

static ReboundRun *
load (const char *name, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = text != NULL ? g_bytes_new_static (text, strlen (text)) : NULL;

  return text == NULL
             ? rebound_script_source_load (name, NULL, REBOUND_CLOCK_VIRTUAL, error)
             : rebound_run_new_from_bytes (bytes, name, NULL, REBOUND_CLOCK_VIRTUAL, error);
}

static void
play (const char *name, const char *text, Tally *tally, BenchTime *time)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run = NULL;
  g_autoptr (ReboundKernel) kernel = NULL;
  g_autoptr (TallySink) sink = g_object_new (TALLY_TYPE_SINK, NULL);

  bench_start (time);
  run = load (name, text, &error);
  if (run == NULL)
    g_error ("%s", error->message);
  kernel = rebound_linux_kernel_new ();
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_error ("%s: %s", name, error != NULL ? error->message : "not as expected");
  sink->tally.time_usec = rebound_clock_get_time_usec (rebound_run_get_clock (run));
  g_clear_object (&run);
  bench_stop (time);
  *tally = sink->tally;
}

static struct sockaddr_in
loopback (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return address;
}

static int
raw_listen (void)
{
  const int on = 1;
  struct sockaddr_in address = loopback (PORT);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 128) < 0)
    g_error ("listen: %s", g_strerror (errno));
  return fd;
}

static int
raw_connect (guint16 port)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct sockaddr_in address = loopback (PORT);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (bind (fd, (struct sockaddr *) &own, sizeof own) < 0)
    g_error ("bind: %s", g_strerror (errno));
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0 && errno != EINPROGRESS)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

/* One connection, answered or not: the server closes first, as it does in the scripts. */
static void
raw_meet (int listener, guint16 port, gboolean is_answered)
{
  int client = raw_connect (port);
  int server = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  char byte = 'x';

  if (is_answered
      && (send (server, &byte, 1, MSG_NOSIGNAL) != 1 || recv (client, &byte, 1, 0) != 1))
    g_error ("an answer by hand: %s", g_strerror (errno));
  close (server);
  if (recv (client, &byte, 1, 0) != 0)
    g_error ("recv: %s", g_strerror (errno));
  close (client);
}

/* Below the listener and the clients of the plays. */
static guint16
next_port (void)
{
  static guint16 port = FIRST_PORT;

  port = port == LAST_PORT ? FIRST_PORT : (guint16) (port + 1);
  return port;
}

static void
make_by_hand (const Tally *tally, BenchTime *time)
{
  int listener;

  bench_start (time);
  listener = raw_listen ();
  for (guint i = 0; i < tally->n_connections; i++)
    raw_meet (listener, next_port (), i < tally->n_answers);
  close (listener);
  for (guint i = 1; i < tally->n_listens; i++)
    close (raw_listen ());
  for (guint i = 0; i < tally->n_refusals; i++)
    {
      int error_number;
      socklen_t length = sizeof error_number;
      int client = raw_connect (next_port ());

      getsockopt (client, SOL_SOCKET, SO_ERROR, &error_number, &length);
      close (client);
    }
  bench_stop (time);
}

/* -- the table -- */

static double
median_of (double *values, guint n_values)
{
  g_autofree gint64 *scaled = g_new (gint64, n_values);

  for (guint i = 0; i < n_values; i++)
    scaled[i] = (gint64) (values[i] * 1000);
  return (double) bench_median (scaled, n_values) / 1000;
}

static void
print_script (const char *name, const char *text, guint n_rounds)
{
  g_autofree double *played_usec = g_new (double, n_rounds);
  g_autofree double *by_hand_usec = g_new (double, n_rounds);
  g_autofree double *ratios = g_new (double, n_rounds);
  g_autofree double *wall_usec = g_new (double, n_rounds);
  BenchTime ignored = { 0 };
  Tally tally;
  double usec;

  play (name, text, &tally, &ignored);
  for (guint i = 0; i < n_rounds; i++)
    {
      BenchTime played = { 0 }, by_hand = { 0 };

      play (name, text, &tally, &played);
      make_by_hand (&tally, &by_hand);
      played_usec[i] = (double) played.cpu_nsec / 1000;
      wall_usec[i] = (double) played.wall_nsec / 1000;
      by_hand_usec[i] = (double) by_hand.cpu_nsec / 1000;
      ratios[i] = played_usec[i] / by_hand_usec[i];
    }
  usec = median_of (played_usec, n_rounds);
  printf ("| %s | %.1f s | %u | %.2f | %.2f | %'.0f |", name, (double) tally.time_usec / 1e6,
          tally.n_events, usec / 1000, median_of (wall_usec, n_rounds) / 1000,
          (double) tally.time_usec / usec);
  if (tally.n_requests > 0)
    printf (" | |\n");
  else
    printf (" %.2f | %.1f |\n", median_of (by_hand_usec, n_rounds) / 1000,
            median_of (ratios, n_rounds));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint n_rounds;

  bench_begin (argc, argv, NULL);
  n_rounds = bench_count_rounds (N_ROUNDS);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      printf ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  printf ("**Virtual time.** The median of %u plays in one process, from the script's text on\n\n"
          "| script | its time | events | CPU, ms | wall, ms | virtual seconds in a second of CPU "
          "| its sockets' calls by hand, CPU, ms | ratio |\n|---|---|---|---|---|---|---|---|\n",
          n_rounds);
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    print_script (scripts[i].name, scripts[i].text, n_rounds);
  printf ("\n");
  return 0;
}
