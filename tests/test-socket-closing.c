/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A close in a run is over when it returns, also where another process has the file for a moment:
 * here one that was forked, as a reader of /proc/PID/fd has it for shorter. */

#include "net/rebound-socket-table-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-clock-private.h"

/* How long the other process has it: longer than it takes to close, and shorter than it is waited
 * for. */
#define LOOK_USEC (20 * 1000)

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *world;
  ReboundSocketTable *table;
  guint16 port;
  int listener; /* plain descriptors; the table's once they are added */
  int client;
  int server;
  ReboundSocket *listener_end;
  ReboundSocket *client_end;
} Fixture;

static void
ignore_state (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
}

static void
ignore_expiry (ReboundSocket *socket, gpointer user_data)
{
}

static void
set_up (Fixture *self, gconstpointer data)
{
  ReboundSocketTableListener listener = { ignore_state, ignore_expiry, NULL };

  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->world = rebound_site_new (self->clock, self->context);
  self->table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  rebound_socket_table_start (self->table, self->world);
  self->port = kernel_test_new_port ();
  self->listener = raw_listen (AF_INET, self->port, FALSE, 5);
  self->listener_end = rebound_socket_table_add_listener (self->table, self->world, "web",
                                                          self->listener, 1, FALSE);
  self->client = raw_connect (AF_INET, self->port, 0);
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#1", self->client, 0, FALSE);
  self->server = raw_accept (self->listener);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->listener_end != NULL)
    rebound_socket_close (self->listener_end);
  rebound_socket_table_stop (self->table);
  rebound_socket_table_free (self->table);
  g_object_unref (self->world);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

/* A process that has every descriptor of ours for so long; -1: until it is killed. It does nothing
 * that a fork of a process with threads may not. */
static pid_t
start_looker (int usec)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      if (usec < 0)
        pause ();
      usleep ((useconds_t) usec);
      _exit (0);
    }
  return pid;
}

static void
wait_for (pid_t pid)
{
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* What the other end has is read without any time for it to come. */
static void
assert_ended (int fd, gssize expected, int error_number)
{
  char byte;
  ssize_t result = recv (fd, &byte, 1, MSG_DONTWAIT);

  g_assert_cmpint (result, ==, expected);
  if (result < 0)
    g_assert_cmpint (errno, ==, error_number);
}

static void
test_connection (Fixture *self, gconstpointer data)
{
  pid_t looker = start_looker (LOOK_USEC);

  g_test_summary ("the FIN of a close has arrived when it returns, whoever else has the file");
  rebound_socket_close (self->client_end);
  assert_ended (self->server, 0, 0);
  assert_state (rebound_socket_state (self->server), TCP_CLOSE_WAIT);
  wait_for (looker);
  raw_close (self->server);
}

static void
test_reset (Fixture *self, gconstpointer data)
{
  pid_t looker;

  g_test_summary ("so has the RST of one that leaves input unread");
  g_assert_cmpint (send (self->server, "x", 1, 0), ==, 1);
  kernel_test_settle ();
  looker = start_looker (LOOK_USEC);
  rebound_socket_close (self->client_end);
  assert_ended (self->server, -1, ECONNRESET);
  wait_for (looker);
  raw_close (self->server);
}

static void
test_listener (Fixture *self, gconstpointer data)
{
  pid_t looker;
  int again;

  g_test_summary ("the port of a listener is free when its close returns");
  rebound_socket_close (self->client_end);
  raw_close_abortively (self->server);
  looker = start_looker (LOOK_USEC);
  rebound_socket_close (g_steal_pointer (&self->listener_end));
  again = raw_listen (AF_INET, self->port, FALSE, 5);
  g_assert_cmpint (again, >=, 0);
  raw_close (again);
  wait_for (looker);
}

static void
test_shared_for_good (Fixture *self, gconstpointer data)
{
  pid_t sharer = start_looker (-1);

  g_test_summary ("who has it for good is not waited for, and the socket lives as long as he does");
  rebound_socket_close (self->client_end);
  assert_ended (self->server, -1, EAGAIN);
  assert_state (rebound_socket_state (self->server), TCP_ESTABLISHED);
  kill (sharer, SIGKILL);
  wait_for (sharer);
  assert_ended (self->server, 0, 0);
  raw_close (self->server);
}

#define ADD(name, test) g_test_add ("/socket-closing/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("connection", test_connection);
  ADD ("reset", test_reset);
  ADD ("listener", test_listener);
  ADD ("shared-for-good", test_shared_for_good);
  return g_test_run ();
}
