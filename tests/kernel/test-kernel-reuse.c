/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who stands in the way of a bind: the table on which Rebound's first problem, and its explanation
 * of a failed bind, rests. What an old listener left behind is in the way unless both it and the
 * new socket have SO_REUSEADDR; an old listener that is still open is in the way whatever the
 * options are. */

#include "kernel-test.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "net/rebound-errno.h"

/* No state: nothing is left. */
#define NOTHING 0

/* The old generation, as a remainder's maker finds it: listening, with one client connected and
 * none accepted. */
typedef struct
{
  int listener;
  int client;
  int server;
} Generation;

typedef struct
{
  const char *name;
  void (*leave) (Generation *old); /* closes what it closes and sets that to -1 */
  guint8 state;                    /* of what is left on the port */
  int error_with_both;             /* bind's errno where both have the option … */
  int error_otherwise;             /* … and where one or both have not */
} Remainder;

typedef struct
{
  const Remainder *remainder;
  gboolean old_reuse;
  gboolean new_reuse;
} Cell;

static void
close_and_forget (int *fd)
{
  raw_close (*fd);
  *fd = -1;
}

static void
leave_time_wait (Generation *old)
{
  raw_close (raw_accept (old->listener));
  close_and_forget (&old->client);
  close_and_forget (&old->listener);
}

static void
leave_fin_wait2 (Generation *old)
{
  raw_close (raw_accept (old->listener));
  close_and_forget (&old->listener);
}

static void
leave_close_wait (Generation *old)
{
  old->server = raw_accept (old->listener);
  close_and_forget (&old->client);
  close_and_forget (&old->listener);
}

static void
leave_established (Generation *old)
{
  old->server = raw_accept (old->listener);
  close_and_forget (&old->listener);
}

static void
leave_to_client (Generation *old)
{
  int server = raw_accept (old->listener);

  close_and_forget (&old->client);
  raw_close (server);
  close_and_forget (&old->listener);
}

static void
leave_abortively (Generation *old)
{
  raw_close_abortively (raw_accept (old->listener));
  close_and_forget (&old->listener);
}

static void
leave_in_backlog (Generation *old)
{
  close_and_forget (&old->listener);
}

static void
leave_open (Generation *old)
{
  close_and_forget (&old->client);
}

static const Remainder remainders[] = {
  { "server-closed-first", leave_time_wait, TCP_TIME_WAIT, 0, EADDRINUSE },
  { "server-closed-client-not", leave_fin_wait2, TCP_FIN_WAIT2, 0, EADDRINUSE },
  { "client-closed-server-not", leave_close_wait, TCP_CLOSE_WAIT, 0, EADDRINUSE },
  { "still-established", leave_established, TCP_ESTABLISHED, 0, EADDRINUSE },
  { "client-closed-first", leave_to_client, NOTHING, 0, 0 },
  { "abortive-close", leave_abortively, NOTHING, 0, 0 },
  { "never-accepted", leave_in_backlog, NOTHING, 0, 0 },
  { "listener-still-open", leave_open, TCP_LISTEN, EADDRINUSE, EADDRINUSE },
};

/* Whether diagnosis finds exactly what the table says on @port. */
static void
assert_left (guint16 port, guint8 state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos
      = rebound_socket_diag_dump (kernel_test_diag (), AF_INET, port, G_MAXUINT32, &error);
  gboolean is_found = state == NOTHING;

  g_assert_no_error (error);
  if (state == NOTHING)
    g_assert_cmpuint (infos->len, ==, 0);
  for (guint i = 0; i < infos->len; i++)
    is_found = is_found || g_array_index (infos, ReboundSocketInfo, i).state == state;
  g_assert_true (is_found);
}

static void
test_cell (gconstpointer data)
{
  const Cell *cell = data;
  guint16 port = kernel_test_new_port ();
  Generation old = { .server = -1 };
  int fd, error_number;

  g_test_summary ("binds where an old listener left something behind");
  old.listener = raw_listen (AF_INET, port, cell->old_reuse, 1);
  old.client = raw_connect (AF_INET, port, 0);
  cell->remainder->leave (&old);
  assert_left (port, cell->remainder->state);

  fd = raw_socket (AF_INET);
  raw_set_reuse (fd, cell->new_reuse);
  error_number = raw_try_bind (fd, AF_INET, port);
  assert_errno (-error_number, cell->old_reuse && cell->new_reuse
                                   ? cell->remainder->error_with_both
                                   : cell->remainder->error_otherwise);
  if (error_number == 0)
    g_assert_no_errno (listen (fd, 1));

  raw_close (fd);
  if (old.server >= 0)
    raw_close (old.server);
  if (old.client >= 0)
    raw_close (old.client);
  if (old.listener >= 0)
    raw_close (old.listener);
}

/* Darwin asks the new socket alone. Here the remainder's own option counts, which it may still be
 * given. */
static void
test_late_option (gconstpointer data)
{
  gboolean is_closed = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, FALSE, 1);
  int client = raw_connect (AF_INET, port, 0);
  int server = raw_accept (listener);
  int fd;

  g_test_summary (
      "SO_REUSEADDR given to an accepted socket late frees its port for a new listener");
  raw_set_reuse (server, TRUE);
  if (is_closed)
    {
      raw_close (server);
      raw_close (client);
    }
  raw_close (listener);
  assert_left (port, is_closed ? TCP_TIME_WAIT : TCP_ESTABLISHED);

  fd = raw_listen (AF_INET, port, TRUE, 1);
  raw_close (fd);
  if (!is_closed)
    {
      raw_close (server);
      raw_close (client);
    }
}

static void
test_late_option_on_listener (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, FALSE, 1);
  int client = raw_connect (AF_INET, port, 0);
  int server = raw_accept (listener);
  int fd = raw_socket (AF_INET);

  g_test_summary ("SO_REUSEADDR given to the old listener late does nothing for what it accepted");
  raw_set_reuse (listener, TRUE);
  raw_close (server);
  raw_close (client);
  raw_close (listener);

  raw_set_reuse (fd, TRUE);
  assert_errno (-raw_try_bind (fd, AF_INET, port), EADDRINUSE);
  raw_close (fd);
}

/* Two listeners on one port by SO_REUSEPORT, and a program for the group where one is given. */
static void
listen_twice (sa_family_t family, guint16 port, const struct sock_fprog *chooser, int listeners[2])
{
  for (guint i = 0; i < 2; i++)
    {
      listeners[i] = raw_socket (family);
      raw_set_option (listeners[i], SOL_SOCKET, SO_REUSEPORT, TRUE);
      assert_errno (-raw_try_bind (listeners[i], family, port), 0);
      g_assert_no_errno (listen (listeners[i], 256));
    }
  if (chooser != NULL)
    g_assert_no_errno (
        setsockopt (listeners[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, chooser, sizeof *chooser));
}

#define REUSEPORT_CLIENTS 200

/* Which of the two got the clients that came from 40000, 40001 … */
static void
connect_clients (sa_family_t family,
                 guint16 port,
                 const int listeners[2],
                 guint counts[2],
                 gboolean odd_to_second)
{
  int clients[REUSEPORT_CLIENTS];

  for (guint i = 0; i < REUSEPORT_CLIENTS; i++)
    {
      int accepted[2];

      clients[i] = raw_connect (family, port, 40000 + i);
      for (guint which = 0; which < 2; which++)
        {
          accepted[which] = raw_try_accept (listeners[which]);
          counts[which] += accepted[which] >= 0;
          if (odd_to_second)
            g_assert_cmpint (accepted[which] >= 0, ==, which == i % 2);
        }
      /* Abortively, so that the next family, or test, finds the same ports free. */
      raw_close_abortively (clients[i]);
      for (guint which = 0; which < 2; which++)
        if (accepted[which] >= 0)
          raw_close (accepted[which]);
    }
}

static void
test_reuseport_trap (void)
{
  guint16 port = kernel_test_new_port ();
  guint counts[2] = { 0, 0 };
  int listeners[2];

  g_test_summary (
      "SO_REUSEPORT as the cure: the suspended application's listener gets half of the clients");
  listen_twice (AF_INET, port, NULL, listeners);
  connect_clients (AF_INET, port, listeners, counts, FALSE);

  g_assert_cmpuint (counts[0] + counts[1], ==, REUSEPORT_CLIENTS);
  /* A fair coin thrown 200 times is outside of this once in 10^12 times. */
  g_assert_cmpuint (counts[0], >, 50);
  g_assert_cmpuint (counts[1], >, 50);
  raw_close (listeners[0]);
  raw_close (listeners[1]);
}

static void
test_reuseport_chooser (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  /* The TCP header, which begins with the client's port, comes after an IP header of this many
   * bytes. */
  guint32 ip_bytes = family == AF_INET ? 20 : 40;
  struct sock_filter program[] = {
    BPF_STMT (BPF_LD | BPF_H | BPF_ABS, SKF_NET_OFF + ip_bytes),
    BPF_STMT (BPF_ALU | BPF_AND | BPF_K, 1),
    BPF_STMT (BPF_RET | BPF_A, 0),
  };
  struct sock_fprog chooser;
  guint16 port = kernel_test_new_port ();
  guint counts[2] = { 0, 0 };
  int listeners[2];

  g_test_summary ("a program chooses between two SO_REUSEPORT listeners by the client's port");
  /* With its padding, which the kernel is handed too. */
  memset (&chooser, 0, sizeof chooser);
  chooser.len = G_N_ELEMENTS (program);
  chooser.filter = program;
  listen_twice (family, port, &chooser, listeners);
  connect_clients (family, port, listeners, counts, TRUE);
  g_assert_cmpuint (counts[0], ==, REUSEPORT_CLIENTS / 2);
  g_assert_cmpuint (counts[1], ==, REUSEPORT_CLIENTS / 2);
  raw_close (listeners[0]);
  raw_close (listeners[1]);
}

/* Four cells a remainder, named by whether the old and the new listener have the option:
 * old-1-new-0. */
static void
add_cells (const Remainder *remainder)
{
  for (guint i = 0; i < 4; i++)
    {
      Cell *cell = g_new (Cell, 1);
      g_autofree char *path = NULL;

      *cell = (Cell){ remainder, (i & 1) != 0, (i & 2) != 0 };
      path = g_strdup_printf ("/kernel/reuse/%s/old-%d-new-%d", remainder->name, cell->old_reuse,
                              cell->new_reuse);
      g_test_add_data_func_full (path, cell, test_cell, g_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (gsize i = 0; i < G_N_ELEMENTS (remainders); i++)
    add_cells (&remainders[i]);
  g_test_add_data_func ("/kernel/reuse/late-on-accepted/established", GINT_TO_POINTER (FALSE),
                        test_late_option);
  g_test_add_data_func ("/kernel/reuse/late-on-accepted/time-wait", GINT_TO_POINTER (TRUE),
                        test_late_option);
  g_test_add_func ("/kernel/reuse/late-on-listener", test_late_option_on_listener);
  g_test_add_func ("/kernel/reuse/reuseport/trap", test_reuseport_trap);
  g_test_add_data_func ("/kernel/reuse/reuseport/chooser-ipv4", GINT_TO_POINTER (AF_INET),
                        test_reuseport_chooser);
  g_test_add_data_func ("/kernel/reuse/reuseport/chooser-ipv6", GINT_TO_POINTER (AF_INET6),
                        test_reuseport_chooser);
  return g_test_run ();
}
