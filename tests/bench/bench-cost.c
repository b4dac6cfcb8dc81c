/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What do a run's own doings cost, which the application's would not? Each is held against the
 * system calls that it cannot do without.
 *
 * Isolation: a process enters its namespace, beside one that only calls unshare() as often, and one
 * that does nothing. A jump in time: one timer of a run's is due each virtual millisecond, and so
 * each time both contexts are found dry, the fence is passed and the clock jumps; beside it the
 * datagram of the fence, and one poll of each context. Settling: a run in which a client is refused
 * each millisecond, or accepted and closed; beside it the calls of those sockets, made by hand in
 * the same namespace. What the run does besides is to look at each socket's state when the instant
 * has settled (the closed ones' by netlink), to end each TIME_WAIT in its time, and to tell of all
 * that. */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 15

#define N_JUMPS       10000
#define N_CONNECTIONS 2000
#define N_PROCESSES   10

#define PORT 30000

/* -- isolation -- */

static gint64
usec_of (const struct timeval *time)
{
  return time->tv_sec * G_USEC_PER_SEC + time->tv_usec;
}

/* In a process that ends then, which takes its namespaces with it. */
static void
do_in_process (gboolean (*func) (void), BenchTime *time)
{
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      gint64 start_usec = g_get_monotonic_time ();
      struct rusage usage;
      int status;
      pid_t pid = fork ();

      if (pid == 0)
        _exit (func () ? 0 : 1);
      if (pid < 0 || wait4 (pid, &status, 0, &usage) < 0 || status != 0)
        g_error ("the process failed");
      time->wall_nsec += (g_get_monotonic_time () - start_usec) * 1000;
      time->cpu_nsec += (usec_of (&usage.ru_utime) + usec_of (&usage.ru_stime)) * 1000;
    }
}

static gboolean
do_nothing (void)
{
  return TRUE;
}

static gboolean
unshare_once (void)
{
  return unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

static gboolean
unshare_twice (void)
{
  return unshare_once () && unshare (CLONE_NEWNET) == 0;
}

static gboolean
enter (void)
{
  return rebound_isolation_enter (NULL);
}

static void
fork_alone (gconstpointer data, BenchTime *time)
{
  do_in_process (do_nothing, time);
}

static void
fork_unshare (gconstpointer data, BenchTime *time)
{
  do_in_process (unshare_once, time);
}

static void
fork_unshare_twice (gconstpointer data, BenchTime *time)
{
  do_in_process (unshare_twice, time);
}

static void
fork_enter (gconstpointer data, BenchTime *time)
{
  do_in_process (enter, time);
}

/* -- runs -- */

typedef struct
{
  ReboundTimer *timer;
  guint n_fired;
} Ticker;

static void
on_tick (gpointer user_data)
{
  Ticker *ticker = user_data;

  ticker->n_fired++;
  rebound_timer_arm (ticker->timer, 1000);
}

/* @n_ticks: how often the ticker has to have fired; 0: there is none. */
static void
play (const char *text, guint n_ticks, BenchTime *time)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "cost.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  Ticker ticker = { NULL, 0 };

  if (run == NULL)
    g_error ("%s", error->message);
  rebound_run_set_kernel (run, kernel);
  ticker.timer = rebound_timer_new (rebound_run_get_clock (run),
                                    rebound_site_get_context (rebound_run_get_world (run)),
                                    "ticker", on_tick, &ticker);
  if (n_ticks > 0)
    rebound_timer_arm (ticker.timer, 1000);
  bench_start (time);
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED || ticker.n_fired != n_ticks)
    g_error ("%s", error != NULL ? error->message : "not as expected");
  bench_stop (time);
  rebound_timer_free (ticker.timer);
}

static void
jump (gconstpointer data, BenchTime *time)
{
  play ("launch\nafter 10s\n", N_JUMPS, time);
}

static void
refuse (gconstpointer data, BenchTime *time)
{
  play ("client nobody connect=127.0.0.1:9 retry-every=1ms tell-connections=no\n"
        "wait until nobody.refused-count == 2000 within 1min\n",
        0, time);
}

static void
meet (gconstpointer data, BenchTime *time)
{
  play ("peer listener door port=30001 on-accept=close tell-connections=no\n"
        "client guest connect=door retry-every=1ms count=2000 tell-connections=no\n"
        "wait until guest.closed-count == 2000 within 1min\n",
        0, time);
}

/* -- by hand -- */

static struct sockaddr_in
loopback (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return address;
}

static void
fence_by_hand (gconstpointer data, BenchTime *time)
{
  struct sockaddr_in address = loopback (0);
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct pollfd woken = { .fd = eventfd (0, EFD_CLOEXEC), .events = POLLIN };
  char byte = 'x';

  if (bind (fd, (struct sockaddr *) &address, length) < 0
      || getsockname (fd, (struct sockaddr *) &address, &length) < 0
      || connect (fd, (struct sockaddr *) &address, length) < 0)
    g_error ("no fence: %m");
  bench_start (time);
  for (guint i = 0; i < N_JUMPS; i++)
    if (send (fd, &byte, 1, 0) != 1 || recv (fd, &byte, 1, MSG_DONTWAIT) != 1
        || poll (&woken, 1, 0) != 0 || poll (&woken, 1, 0) != 0)
      g_error ("the fence was not passed: %m");
  bench_stop (time);
  close (woken.fd);
  close (fd);
}

/* Each client has a port of its own, below those of the runs. */
static int
connect_by_hand (guint16 port)
{
  static guint16 own_port = 5000;
  struct sockaddr_in own = { .sin_family = AF_INET };
  struct sockaddr_in address = loopback (port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  own_port = own_port == 29000 ? 5000 : (guint16) (own_port + 1);
  own.sin_port = htons (own_port);
  if (bind (fd, (struct sockaddr *) &own, sizeof own) < 0)
    g_error ("bind: %m");
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0 && errno != EINPROGRESS)
    g_error ("connect: %m");
  return fd;
}

static void
refuse_by_hand (gconstpointer data, BenchTime *time)
{
  bench_start (time);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      int error_number;
      socklen_t length = sizeof error_number;
      int fd = connect_by_hand (9);

      getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &length);
      close (fd);
    }
  bench_stop (time);
}

/* The server closes first, as the script's does. The TIME_WAITs go with the time that they have, as
 * the other ports do. */
static void
meet_by_hand (gconstpointer data, BenchTime *time)
{
  const int on = 1;
  struct sockaddr_in address = loopback (PORT);
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  char byte;

  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (listener, (struct sockaddr *) &address, sizeof address) < 0
      || listen (listener, 128) < 0)
    g_error ("no listener: %m");
  bench_start (time);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      int client = connect_by_hand (PORT);
      int server = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      close (server);
      if (recv (client, &byte, 1, 0) != 0)
        g_error ("no end: %m");
      close (client);
    }
  bench_stop (time);
  close (listener);
}

/* -- the tables -- */

static void
compare_isolation (void)
{
  static const BenchWay ways[] = {
    { "fork(), and unshare() of a user and a network namespace", fork_unshare, 0, { 0 } },
    { "the same, and one more network namespace", fork_unshare_twice, 0, { 0 } },
    { "fork(), and rebound_isolation_enter()", fork_enter, 0, { 0 } },
    { "fork() alone", fork_alone, 0, { 0 } },
  };

  bench_compare ("Isolation", BENCH_TIME_OF_ONE, ways, G_N_ELEMENTS (ways), NULL, N_ROUNDS,
                 N_PROCESSES);
}

static void
compare_runs (void)
{
  static const BenchWay jumps[] = {
    { "by hand: the fence's datagram, and two polls", fence_by_hand, 0, { 0 } },
    { "a run", jump, 0, { 0 } },
  };
  static const BenchWay refusals[] = {
    { "by hand: socket, bind, connect, SO_ERROR, close", refuse_by_hand, 0, { 0 } },
    { "a run", refuse, 0, { 0 } },
  };
  static const BenchWay meetings[] = {
    { "by hand: socket, bind, connect, accept, close, recv, close", meet_by_hand, 0, { 0 } },
    { "a run", meet, 0, { 0 } },
  };

  bench_compare ("A jump in time", BENCH_TIME_OF_ONE, jumps, 2, NULL, N_ROUNDS, N_JUMPS);
  bench_compare ("A connect that is refused, a jump included", BENCH_TIME_OF_ONE, refusals, 2, NULL,
                 N_ROUNDS, N_CONNECTIONS);
  bench_compare ("A connection that comes and goes, a jump and the end of its TIME_WAIT included",
                 BENCH_TIME_OF_ONE, meetings, 2, NULL, N_ROUNDS, N_CONNECTIONS);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, NULL);
  compare_isolation ();
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  compare_runs ();
  return 0;
}
