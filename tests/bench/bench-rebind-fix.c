/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a run cost beyond its own system calls? rebind-fix is played by the library, its events
 * are counted, and the same system calls are then made by hand, in the same process and namespace,
 * in turn with the next play. The ratio is of medians.
 *
 * Usage: bench-rebind-fix SCRIPT PROGRAM */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/rebound.h"

#define ROUNDS 41
#define PORT   30000

/* The system calls of a run, counted by its events. */
typedef struct
{
  guint n_listens;
  guint n_connections;
  guint n_refusals;
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
  tally->n_refusals += strcmp (kind, "refused") == 0;
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

static gint64
make_by_hand (const Tally *tally, guint16 *port)
{
  gint64 start_usec = g_get_monotonic_time ();
  int listener = raw_listen ();
  char byte;

  for (guint i = 0; i < tally->n_connections; i++)
    {
      int client = raw_connect ((*port)++);
      int server = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      close (server);
      if (recv (client, &byte, 1, 0) != 0)
        g_error ("recv: %s", g_strerror (errno));
      close (client);
    }
  close (listener);
  for (guint i = 1; i < tally->n_listens; i++)
    close (raw_listen ());
  for (guint i = 0; i < tally->n_refusals; i++)
    {
      int error_number;
      socklen_t length = sizeof error_number;
      int client = raw_connect ((*port)++);

      getsockopt (client, SOL_SOCKET, SO_ERROR, &error_number, &length);
      close (client);
    }
  return g_get_monotonic_time () - start_usec;
}

static gint64
spawn (const char *program)
{
  const char *argv[] = { program, "run", "rebind-fix", "--quiet", NULL };
  gint64 start_usec = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                     &error)
      || status != 0)
    g_error ("%s: %s", program, error != NULL ? error->message : "failed");
  return g_get_monotonic_time () - start_usec;
}

static int
compare_times (const void *a, const void *b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

static double
median_msec (gint64 *usec)
{
  qsort (usec, ROUNDS, sizeof *usec, compare_times);
  return (double) usec[ROUNDS / 2] / 1000.0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gint64 played[ROUNDS], by_hand[ROUNDS], whole[ROUNDS];
  guint16 port = 5000; /* below the listener and the clients of the plays */
  Tally tally;

  if (argc != 3)
    return 2;
  for (guint i = 0; i < ROUNDS; i++)
    whole[i] = spawn (argv[2]);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      printf ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < ROUNDS; i++)
    {
      played[i] = play (argv[1], &tally);
      by_hand[i] = make_by_hand (&tally, &port);
    }

  double played_msec = median_msec (played);
  double by_hand_msec = median_msec (by_hand);

  printf ("rebind-fix: %u listens, %u connections, %u refusals\n", tally.n_listens,
          tally.n_connections, tally.n_refusals);
  printf ("whole process          %7.2f ms\n", median_msec (whole));
  printf ("played in a process    %7.2f ms\n", played_msec);
  printf ("system calls by hand   %7.2f ms\n", by_hand_msec);
  printf ("played / by hand       %7.2f\n", played_msec / by_hand_msec);
  return 0;
}
