/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a run cost beyond its own system calls? A shipped script is played by the library, its
 * events are counted, and the system calls of its sockets are then made by hand, in the same
 * process and namespace, in turn with the next play. The ratio is of medians.
 *
 * What the run does besides is not made by hand: its looks at the kernel's states, the fence, the
 * end of each TIME_WAIT. That is the cost which the ratio shows.
 *
 * Usage: bench-play PROGRAM NAME FILE */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound.h"

#define ROUNDS 41
#define PORT   30000

#define FIRST_PORT 5000
#define LAST_PORT  29000

/* The system calls of a run, counted by its events. */
typedef struct
{
  guint n_listens;
  guint n_connections;
  guint n_answers;  /* among the connections */
  guint n_refusals; /* also of a network that is down */
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

static gint64
play (const char *path, Tally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  gint64 start_usec = g_get_monotonic_time ();
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_file (file, NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (TallySink) sink = g_object_new (TALLY_TYPE_SINK, NULL);

  if (run == NULL)
    g_error ("%s", error->message);
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_error ("%s", error->message);
  *tally = sink->tally;
  g_clear_object (&run);
  return g_get_monotonic_time () - start_usec;
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

static gint64
make_by_hand (const Tally *tally)
{
  gint64 start_usec = g_get_monotonic_time ();
  int listener = raw_listen ();

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
  return g_get_monotonic_time () - start_usec;
}

static gint64
spawn (const char *program, const char *name)
{
  const char *argv[] = { program, "run", name, "--quiet", NULL };
  gint64 start_usec = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                     &error)
      || status != 0)
    g_error ("%s: %s", program, error != NULL ? error->message : "failed");
  return g_get_monotonic_time () - start_usec;
}

static double
median_msec (gint64 *usec)
{
  return (double) bench_median (usec, ROUNDS) / 1000.0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gint64 played[ROUNDS], by_hand[ROUNDS], whole[ROUNDS];
  Tally tally;

  if (argc != 4)
    return 2;
  for (guint i = 0; i < ROUNDS; i++)
    whole[i] = spawn (argv[1], argv[2]);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      printf ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < ROUNDS; i++)
    {
      played[i] = play (argv[3], &tally);
      by_hand[i] = make_by_hand (&tally);
    }

  double played_msec = median_msec (played);
  double by_hand_msec = median_msec (by_hand);

  printf ("%s: %u listens, %u connections (%u answered), %u refusals\n", argv[2], tally.n_listens,
          tally.n_connections, tally.n_answers, tally.n_refusals);
  printf ("whole process          %7.2f ms\n", median_msec (whole));
  printf ("played in a process    %7.2f ms\n", played_msec);
  printf ("system calls by hand   %7.2f ms\n", by_hand_msec);
  printf ("played / by hand       %7.2f\n", played_msec / by_hand_msec);
  return 0;
}
