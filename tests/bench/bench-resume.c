/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long until an application that becomes active again serves? From the callback on: a socket is
 * made, bound, listens, and the first client, who connects and asks as soon as it can, has its
 * answer. The client's own calls are not measured; they are the same for all. Nor is what comes
 * after the answer: the client closes, then the server does. The main loop, and what the
 * application has all its life, is there before.
 *
 * No client of the measured ones leaves a TIME_WAIT behind. The second table is the same where the
 * generation before has left TIME_WAIT remainders on the port: the kernel looks at each of them
 * when the port is bound. */

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench-servers.h"
#include "net/rebound.h"

#define N_ROUNDS     31
#define N_RESUMES    200
#define N_REMAINDERS 1000

/* They are made anew when they have been there so long; TIME_WAIT takes 60 s. */
#define REMAINDERS_LAST_USEC (30 * G_USEC_PER_SEC)

/* @last_byte: of 127.0.0.x. Clients of the remainders have another address, or a port of theirs
 * would come again. */
static int
connect_client (guint8 last_byte)
{
  const struct sockaddr_in own
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK - 1 + last_byte) };
  const struct sockaddr_in address = bench_server_address ();
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (bind (fd, (const struct sockaddr *) &own, sizeof own) < 0
      || connect (fd, (const struct sockaddr *) &address, sizeof address) < 0)
    g_error ("a client failed: %m");
  return fd;
}

static void
leave_remainders (void)
{
  const struct sockaddr_in address = bench_server_address ();
  const int on = 1;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char byte;

  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (listener, (const struct sockaddr *) &address, sizeof address) < 0
      || listen (listener, BENCH_SERVER_BACKLOG) < 0)
    g_error ("no listener: %m");
  for (guint i = 0; i < N_REMAINDERS; i++)
    {
      int client = connect_client (2);

      close (accept4 (listener, NULL, NULL, SOCK_CLOEXEC));
      if (recv (client, &byte, 1, 0) != 0)
        g_error ("a server's end: %m");
      close (client);
    }
  close (listener);
}

static void
renew_remainders (void)
{
  static gint64 made_usec;

  if (made_usec != 0 && g_get_monotonic_time () - made_usec < REMAINDERS_LAST_USEC)
    return;
  bench_server_limit_time_waits (2 * N_REMAINDERS);
  leave_remainders ();
  bench_server_limit_time_waits (0);
  made_usec = g_get_monotonic_time ();
}

static void
ask (int client)
{
  static const char message[BENCH_MESSAGE_BYTES] = "Are you back?";

  if (send (client, message, sizeof message, MSG_NOSIGNAL) != sizeof message)
    g_error ("a client failed: %m");
}

static gboolean
is_answered (int client)
{
  char message[BENCH_MESSAGE_BYTES];
  ssize_t received = recv (client, message, sizeof message, MSG_DONTWAIT);

  if (received < 0 && errno != EAGAIN)
    g_error ("a client failed: %m");
  return received > 0;
}

/* The clock stands still while the client does its part. The first byte is there when it was sent,
 * for the loopback brings it over within that call. */
static void
resume (const BenchServerClass *klass, gpointer server, const guint *n_served, BenchTime *time)
{
  guint n_before = *n_served;
  int client;

  bench_start (time);
  klass->open (server);
  bench_stop (time);
  client = connect_client (1);
  ask (client);
  do
    {
      bench_start (time);
      klass->iterate (server);
      bench_stop (time);
    }
  while (!is_answered (client));
  shutdown (client, SHUT_WR);
  while (*n_served == n_before)
    klass->iterate (server);
  close (client);
  klass->close (server);
}

static void
measure (const BenchServerClass *klass, gconstpointer data, BenchTime *time)
{
  guint n_served = 0;
  gpointer server = klass->new_server (&n_served, TRUE);

  if (data != NULL)
    renew_remainders ();
  for (guint i = 0; i < N_RESUMES; i++)
    resume (klass, server, &n_served, time);
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
  { "ReboundListener", measure_rebound, .target = { BENCH_CPU_AT_MOST, 1.15 } },
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

  bench_begin (argc, argv, peers);
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  bench_server_limit_time_waits (0);
  bench_compare ("Resume to first byte", BENCH_TIME_OF_ONE, ways, G_N_ELEMENTS (ways), NULL,
                 N_ROUNDS, N_RESUMES);
  bench_compare ("Resume to first byte through 1,000 TIME_WAITs", BENCH_TIME_OF_ONE, ways,
                 G_N_ELEMENTS (ways), "", N_ROUNDS, N_RESUMES);
  return 0;
}
