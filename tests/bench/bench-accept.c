/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a connection cost a server that accepts it, sends back what comes, and closes it? The
 * clients are another process: CROWD of them connect and send, then all read to the end. What is
 * said is the CPU's time of the server's thread a connection, the kernel's part included.
 *
 * There is no TIME_WAIT here (tcp_max_tw_buckets=0), so that no way meets what another has left. */

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench-servers.h"
#include "net/rebound.h"

#define N_ROUNDS      31
#define N_CONNECTIONS 1600
#define CROWD         16

/* -- the clients -- */

static int
send_message (void)
{
  static const char message[BENCH_MESSAGE_BYTES] = "How much is it?";
  const struct sockaddr_in address = bench_server_address ();
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (connect (fd, (const struct sockaddr *) &address, sizeof address) < 0
      || send (fd, message, sizeof message, MSG_NOSIGNAL) != sizeof message)
    g_error ("a client failed: %m");
  return fd;
}

static void
read_to_end (int fd)
{
  char bytes[BENCH_MESSAGE_BYTES];
  gsize n_bytes = 0;
  ssize_t received;

  while ((received = recv (fd, bytes, sizeof bytes, 0)) > 0)
    n_bytes += (gsize) received;
  if (received < 0 || n_bytes != BENCH_MESSAGE_BYTES)
    g_error ("a client was not answered: %m");
  close (fd);
}

/* Plays the crowds whenever a byte comes, until the server's process is gone. */
static void
play_clients (int command_fd)
{
  char command;

  while (read (command_fd, &command, 1) == 1)
    for (guint n = 0; n < N_CONNECTIONS; n += CROWD)
      {
        int fds[CROWD];

        for (guint i = 0; i < CROWD; i++)
          fds[i] = send_message ();
        for (guint i = 0; i < CROWD; i++)
          read_to_end (fds[i]);
      }
}

static void
on_clients_gone (int number)
{
  static const char message[] = "the clients have failed\n";

  (void) !write (STDERR_FILENO, message, sizeof message - 1);
  _exit (1);
}

static int
spawn_clients (pid_t *pid)
{
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 || (*pid = fork ()) < 0)
    g_error ("no clients: %m");
  if (*pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      close (fds[0]);
      play_clients (fds[1]);
      _exit (0);
    }
  signal (SIGCHLD, on_clients_gone);
  close (fds[1]);
  return fds[0];
}

/* -- the servers -- */

static void
measure (const BenchServerClass *klass, gconstpointer data, BenchTime *time)
{
  int clients_fd = GPOINTER_TO_INT (data);
  guint n_served = 0;
  gpointer server = klass->new_server (&n_served, FALSE);

  klass->open (server);
  if (write (clients_fd, "", 1) != 1)
    g_error ("the clients are gone: %m");
  bench_start (time);
  while (n_served < N_CONNECTIONS)
    klass->iterate (server);
  bench_stop (time);
  klass->close (server);
  klass->free_server (server);
}

#define DEFINE_WAY(name)                                                                           \
  static void measure_##name (gconstpointer data, BenchTime *time)                                 \
  {                                                                                                \
    measure (&bench_server_##name, data, time);                                                    \
  }

DEFINE_WAY (raw)
DEFINE_WAY (rebound)
DEFINE_WAY (gio)
#ifdef HAVE_LIBEVENT
DEFINE_WAY (libevent)
#endif
#ifdef HAVE_LIBUV
DEFINE_WAY (libuv)
#endif

static const BenchWay ways[] = {
  { "system calls and epoll", measure_raw },
  { "ReboundListener", measure_rebound, .target = { BENCH_CPU_AT_MOST, 1.10 } },
#ifdef HAVE_LIBUV
  { "libuv", measure_libuv },
#endif
#ifdef HAVE_LIBEVENT
  { "libevent, bufferevent", measure_libevent },
#endif
  { "GSocketService", measure_gio },
};

int
main (int argc, char **argv)
{
  g_autofree char *peers = bench_server_peers ();
  g_autoptr (GError) error = NULL;
  int clients_fd;
  pid_t pid;

  bench_begin (argc, argv, peers);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  bench_server_limit_time_waits (0);
  clients_fd = spawn_clients (&pid);
  bench_compare ("Accept, echo, close: one connection", BENCH_TIME_OF_ONE, ways,
                 G_N_ELEMENTS (ways), GINT_TO_POINTER (clients_fd), N_ROUNDS, N_CONNECTIONS);
  signal (SIGCHLD, SIG_DFL);
  close (clients_fd);
  waitpid (pid, NULL, 0);
  return 0;
}
