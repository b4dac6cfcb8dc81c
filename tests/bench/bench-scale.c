/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does a run cost more for each event when there are more connections? One script is played with a
 * crowd of each size, and a sink looks at the clock whenever it comes to a print: so each phase of
 * it has a time of its own, of everything that a run does, from the script to the kernel.
 *
 * The system calls of connecting and accepting are made by hand besides, for as many connections:
 * what they cost more in a big crowd is the kernel's (memory that nobody had before, tables that
 * are fuller), and no loop's. tests/test-scale.py counts the instructions and the calls of the same
 * phases, which say it without the machine. */

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 7

/* Events in the phases that have as many whatever the crowd. */
#define FEW 500

/* docs/performance.md. */
#define FLAT_WITHIN 1.5

/* Ten would pay for what is done once. */
static const guint crowds[] = { 100, 1000, 9000 };
#define N_CROWDS G_N_ELEMENTS (crowds)

/* The descriptors of both ends, and some. */
#define N_DESCRIPTORS 20000

/* The crowd comes in four parts: so many at once have room in the longest backlog that Linux
 * allows, 4,096 (net.core.somaxconn), and nobody has to dial twice. */
static const char script[]
    = "listener web port=30000 backlog=4096 close-order=client-first connection-policy=finish "
      "tell-connections=no\n"
      "peer listener door port=30001 on-accept=close tell-connections=no\n"
      "launch\n"
      "print 0\n"
      "repeat 4 as i\n"
      "client crowd$i connect=web at-once=%u retry-every=10s tell-connections=no\n"
      "wait until crowd$i.connected-count == %u\n"
      "end\n"
      "print 1\n"
      "client busy connect=door count=%u retry-every=1ms tell-connections=no\n"
      "wait until busy.connected-count == %u within 1s\n"
      "print 2\n"
      "client talker connect=web count=%u message=x close-first=yes retry-every=1ms "
      "tell-connections=no\n"
      "wait until web.received-bytes == %uB within 1s\n"
      "print 3\n"
      "home\n"
      "repeat 4 as i\n"
      "wait until crowd$i.closed-count == %u within 1s\n"
      "end\n"
      "print 4\n"
      "client nobody connect=127.0.0.1:9 retry-every=1ms tell-connections=no\n"
      "wait until nobody.refused-count == %u within 1s\n"
      "set nobody retry-every=1d\n"
      "after 1ms\n"
      "print 5\n"
      "after 5s open\n"
      "repeat 4 as i\n"
      "wait until crowd$i.connected-count == %u within 11s\n"
      "end\n"
      "print 6\n";

enum
{
  CONNECT,
  ACTIVE,
  TOTAL,
  BACKGROUND,
  TIMER,
  RECONNECT,
  N_PHASES
};

static const struct
{
  const char *name;
  gboolean is_of_crowd; /* or else of FEW */
} phases[N_PHASES] = {
  { "one of a crowd connects and is accepted", TRUE },
  { "one connects, is accepted and closed, beside an idle crowd", FALSE },
  { "the same with a message, while a total of all is waited for", FALSE },
  { "one of a crowd is finished in the background", TRUE },
  { "a timer expires among a crowd's, and a connect is refused", FALSE },
  { "one of a crowd is back after the return", TRUE },
};

/* -- the sink that has a watch -- */

#define WATCH_TYPE_SINK (watch_sink_get_type ())
G_DECLARE_FINAL_TYPE (WatchSink, watch_sink, WATCH, SINK, GObject)

struct _WatchSink
{
  GObject parent_instance;

  guint n_prints;
  BenchTime times[N_PHASES];
  gsize heap_bytes[N_PHASES + 1]; /* at each print */
};

static void watch_sink_sink_init (ReboundEventSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (WatchSink,
                               watch_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      watch_sink_sink_init))

static void
watch_sink_class_init (WatchSinkClass *klass)
{
}

static void
watch_sink_init (WatchSink *self)
{
}

static void
watch_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  WatchSink *self = WATCH_SINK (sink);

  if (strcmp (rebound_event_get_kind (event), "print") != 0)
    return;
  if (self->n_prints > 0)
    bench_stop (&self->times[self->n_prints - 1]);
  self->heap_bytes[self->n_prints] = mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
  if (self->n_prints < N_PHASES)
    bench_start (&self->times[self->n_prints]);
  self->n_prints++;
}

static void
watch_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = watch_sink_write;
}

/* -- a play -- */

static WatchSink *
play (guint crowd)
{
  g_autofree char *text = g_strdup_printf (script, crowd / 4, crowd / 4, FEW, FEW, FEW, FEW,
                                           crowd / 4, FEW, crowd / 2);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "scale.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  WatchSink *sink = g_object_new (WATCH_TYPE_SINK, NULL);

  if (run == NULL)
    g_error ("%s", error->message);
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED
      || sink->n_prints != N_PHASES + 1)
    g_error ("a crowd of %u: %s", crowd, error != NULL ? error->message : "not as expected");
  return sink;
}

/* What bench_grow() calls plays once for all phases of a round: the first asks for it. */
static WatchSink *last_plays[N_CROWDS];

static void
tell_phase (guint phase, gconstpointer data, BenchTime *time)
{
  gsize place = (gsize) ((const guint *) data - crowds);

  if (phase == 0)
    {
      g_clear_object (&last_plays[place]);
      last_plays[place] = play (crowds[place]);
    }
  *time = last_plays[place]->times[phase];
  if (!phases[phase].is_of_crowd) /* as if there had been one for each of the crowd */
    {
      time->cpu_nsec = time->cpu_nsec * crowds[place] / FEW;
      time->wall_nsec = time->wall_nsec * crowds[place] / FEW;
    }
}

#define PHASE(number)                                                                              \
  static void play_##number (gconstpointer data, BenchTime *time)                                  \
  {                                                                                                \
    tell_phase (number, data, time);                                                               \
  }
PHASE (0)
PHASE (1)
PHASE (2)
PHASE (3)
PHASE (4)
PHASE (5)

/* -- by hand -- */

static int
listen_by_hand (struct sockaddr_in *address)
{
  socklen_t length = sizeof *address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  if (fd < 0 || bind (fd, (struct sockaddr *) address, length) < 0 || listen (fd, 4096) < 0
      || getsockname (fd, (struct sockaddr *) address, &length) < 0)
    g_error ("no listener: %m");
  return fd;
}

/* Ports of their own, as a run's clients have. */
static void
connect_by_hand (gconstpointer data, BenchTime *time)
{
  const guint crowd = *(const guint *) data;
  g_autofree int *fds = g_new (int, 2 * crowd);
  const struct linger at_once = { 1, 0 };
  struct sockaddr_in address;
  int listener = listen_by_hand (&address);

  bench_start (time);
  for (guint i = 0; i < crowd; i++)
    {
      struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons ((guint16) (5000 + i)) };

      fds[2 * i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (bind (fds[2 * i], (struct sockaddr *) &own, sizeof own) < 0
          || (connect (fds[2 * i], (struct sockaddr *) &address, sizeof address) < 0
              && errno != EINPROGRESS)
          || (fds[2 * i + 1] = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
        g_error ("no connection: %m");
    }
  bench_stop (time);
  for (guint i = 0; i < 2 * crowd; i++)
    {
      setsockopt (fds[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close (fds[i]);
    }
  close (listener);
}

/* -- the tables -- */

/* What is allocated for a connection, both ends of which are the run's, until it is over. */
static void
print_memory (void)
{
  const WatchSink *big = last_plays[N_CROWDS - 1];
  const WatchSink *small = last_plays[N_CROWDS - 2];
  const guint n_more = crowds[N_CROWDS - 1] - crowds[N_CROWDS - 2];
  gsize big_bytes = big->heap_bytes[1] - big->heap_bytes[0];
  gsize small_bytes = small->heap_bytes[1] - small->heap_bytes[0];

  printf ("**Memory.** A connection of %u, both ends of which are the run's: %" G_GSIZE_FORMAT
          " bytes of the heap (the kernel's are not among them)\n\n",
          crowds[N_CROWDS - 1], (big_bytes - small_bytes) / n_more);
}

int
main (int argc, char **argv)
{
  static const char *const names[N_CROWDS] = { "100", "1,000", "9,000" };
  static const BenchTarget flat = { BENCH_GROWTH_AT_MOST, FLAT_WITHIN };
  const BenchWay ways[] = {
    { phases[0].name, play_0, 0, flat },
    { phases[1].name, play_1, 0, flat },
    { phases[2].name, play_2, 0, flat },
    { phases[3].name, play_3, 0, flat },
    { phases[4].name, play_4, 0, flat },
    { phases[5].name, play_5, 0, flat },
    { "by hand: socket, bind, connect, accept", connect_by_hand, 0, { 0 } },
  };
  g_autoptr (GError) error = NULL;
  BenchSize sizes[N_CROWDS];

  bench_begin (argc, argv, NULL);
  if (!bench_raise_descriptor_limit (N_DESCRIPTORS))
    return 77;
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < N_CROWDS; i++)
    sizes[i] = (BenchSize){ names[i], &crowds[i], crowds[i] };
  bench_grow ("An event in a run with a crowd of as many connections", ways, G_N_ELEMENTS (ways),
              sizes, N_CROWDS, N_ROUNDS);
  print_memory ();
  return 0;
}
