/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Why the port could not be bound, in words: each of the three causes, each state that a remainder
 * can be in, each way in which the option can be missing. Every sentence is held against what the
 * kernel itself says to a bind at that moment. */

#include "net/rebound-bind-report-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-kernel-private.h"
#include "net/rebound-errno.h"

typedef struct
{
  ReboundClock *clock;
  ReboundSite *site;
  ReboundKernel *kernel;
  ReboundSocketTable *table;
  guint16 port;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;

  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, context);
  self->kernel = rebound_linux_kernel_new ();
  rebound_site_set_kernel (self->site, self->kernel);
  rebound_kernel_start (self->kernel, self->site, &error);
  g_assert_no_error (error);
  self->table = rebound_linux_kernel_table_of (self->site);
  self->port = kernel_test_new_port ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rebound_kernel_stop (self->kernel);
  g_object_unref (self->site);
  g_object_unref (self->kernel);
  g_object_unref (self->clock);
}

static int
try_bind (Fixture *self, gboolean reuse)
{
  int fd = raw_socket (AF_INET);
  int error_number;

  raw_set_reuse (fd, reuse);
  error_number = raw_try_bind (fd, AF_INET, self->port);
  raw_close (fd);
  return error_number;
}

static ReboundPortQuestion
ask (guint16 port, gboolean reuse)
{
  return (ReboundPortQuestion){
    .port = port,
    .asker = "web",
    .address = "127.0.0.1",
    .reuse_address = reuse,
  };
}

/* The kernel refuses the port, and the report says @expected. */
static void
assert_report (Fixture *self, gboolean reuse, const char *expected)
{
  ReboundPortQuestion question = ask (self->port, reuse);
  g_autofree char *why = rebound_bind_report (self->site, &question);

  assert_errno (-try_bind (self, reuse), EADDRINUSE);
  g_assert_cmpstr (why, ==, expected);
}

typedef struct
{
  const char *name;
  gboolean server_closes;
  gboolean client_closes;
  gboolean client_closes_first;
  const char *state;
} Remainder;

static const Remainder remainders[] = {
  { "established", FALSE, FALSE, FALSE, "ESTABLISHED" },
  { "close-wait", FALSE, TRUE, FALSE, "CLOSE_WAIT" },
  { "fin-wait2", TRUE, FALSE, FALSE, "FIN_WAIT2" },
  { "time-wait", TRUE, TRUE, FALSE, "TIME_WAIT" },
};

static void
leave_behind (Fixture *self, const Remainder *remainder, gboolean reuse, guint n)
{
  int listener = raw_listen (AF_INET, self->port, reuse, 5);
  ReboundSocket *listening
      = rebound_socket_table_add_listener (self->table, self->site, "web", listener, 3, reuse);

  for (guint i = 0; i < n; i++)
    {
      int client = raw_connect (AF_INET, self->port, 0);
      int server = raw_accept (listener);
      ReboundSocket *server_end
          = rebound_socket_table_add_connection (self->table, self->site, "web", "phone#1", server,
                                                 3, reuse);

      if (remainder->server_closes)
        rebound_socket_close (server_end);
      if (remainder->client_closes)
        raw_close (client);
    }
  rebound_socket_close (listening);
}

static const char *
options_text (gboolean theirs, gboolean ours)
{
  if (!theirs && !ours)
    return "neither it nor the new socket has SO_REUSEADDR";
  return theirs ? "the new socket has no SO_REUSEADDR"
                : "it was bound without SO_REUSEADDR, and on the new socket alone that is too late";
}

static void
test_remainder (Fixture *self, gconstpointer data)
{
  const Remainder *remainder = data;

  g_test_summary (
      "what remains of a generation, in each state and with each choice of options; the "
      "state is the one of this moment, not of the last look");
  for (guint i = 0; i < 4; i++)
    {
      gboolean theirs = (i & 1) != 0;
      gboolean ours = (i & 2) != 0;
      g_autofree char *expected = NULL;

      self->port = kernel_test_new_port ();
      leave_behind (self, remainder, theirs, 1);
      expected = g_strdup_printf ("generation 3 left 1 connection in %s, and %s", remainder->state,
                                  options_text (theirs, ours));
      if (theirs && ours)
        assert_errno (-try_bind (self, ours), 0);
      else
        assert_report (self, ours, expected);
    }
}

static void
test_several (Fixture *self, gconstpointer data)
{
  g_test_summary ("remainders of one kind share a sentence, others have their own");
  leave_behind (self, &remainders[3], FALSE, 3);
  assert_report (self, FALSE,
                 "generation 3 left 3 connections in TIME_WAIT, and neither it nor the new socket "
                 "has SO_REUSEADDR");
}

static void
test_earlier_process (Fixture *self, gconstpointer data)
{
  g_test_summary ("generations begin anew with each process: what is left of another is called so");
  leave_behind (self, &remainders[3], FALSE, 1);
  rebound_site_begin_process (self->site);
  assert_report (self, FALSE,
                 "the process before this one left 1 connection in TIME_WAIT, and neither it nor "
                 "the new socket has SO_REUSEADDR");
}

static void
test_mixed (Fixture *self, gconstpointer data)
{
  int listener = raw_listen (AF_INET, self->port, FALSE, 5);
  ReboundSocket *listening
      = rebound_socket_table_add_listener (self->table, self->site, "web", listener, 1, FALSE);
  int clients[2], servers[2];
  ReboundSocket *ends[2];

  for (guint i = 0; i < 2; i++)
    {
      clients[i] = raw_connect (AF_INET, self->port, 0);
      servers[i] = raw_accept (listener);
      ends[i] = rebound_socket_table_add_connection (self->table, self->site, "web", "phone#1",
                                                     servers[i], i + 1, FALSE);
    }
  rebound_socket_close (listening);
  rebound_socket_close (ends[1]);
  assert_report (self, TRUE,
                 "generation 1 left 1 connection in ESTABLISHED, and it was bound without "
                 "SO_REUSEADDR, and on the new socket alone that is too late; "
                 "generation 2 left 1 connection in FIN_WAIT2, and it was bound without "
                 "SO_REUSEADDR, and on the new socket alone that is too late");
  raw_close (clients[0]);
  raw_close (clients[1]);
  rebound_socket_close (ends[0]);
}

static void
test_own_descriptor (Fixture *self, gconstpointer data)
{
  int fd = raw_listen (AF_INET, self->port, TRUE, 1);
  ReboundSocket *socket
      = rebound_socket_table_add_listener (self->table, self->site, "web", fd, 2, TRUE);

  assert_report (self, TRUE,
                 "the descriptor of generation 2 is still open; close it before the port is bound "
                 "again");
  rebound_socket_close (socket);
  assert_errno (-try_bind (self, TRUE), 0);
}

static void
test_other_actor (Fixture *self, gconstpointer data)
{
  int fd = raw_listen (AF_INET, self->port, TRUE, 1);
  ReboundSocket *socket
      = rebound_socket_table_add_listener (self->table, self->site, "other", fd, 1, TRUE);

  assert_report (self, TRUE, "other has the port: its descriptor is open");
  rebound_socket_close (socket);
}

static void
test_elsewhere (Fixture *self, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons (self->port),
                                 .sin_addr = { g_htonl (0x7f000002) } };
  int fd = raw_socket (AF_INET);
  ReboundSocket *socket;

  g_test_summary ("who has the port of another address is in nobody's way, and is not blamed");
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (fd, 1));
  socket = rebound_socket_table_add_listener (self->table, self->site, "other", fd, 1, FALSE);
  leave_behind (self, &remainders[3], FALSE, 1);
  assert_report (self, FALSE,
                 "generation 3 left 1 connection in TIME_WAIT, and neither it nor the new socket "
                 "has SO_REUSEADDR");
  rebound_socket_close (socket);
}

static void
test_somebody_else (Fixture *self, gconstpointer data)
{
  int fd = raw_listen (AF_INET, self->port, TRUE, 1);

  assert_report (self, TRUE, "somebody else has the port");
  raw_close (fd);
}

static void
test_ended_but_open (Fixture *self, gconstpointer data)
{
  int listener = raw_listen (AF_INET, self->port, FALSE, 1);
  int client = raw_connect (AF_INET, self->port, 0);
  int server = raw_accept (listener);
  ReboundSocket *end = rebound_socket_table_add_connection (self->table, self->site, "web",
                                                            "phone#1", server, 1, FALSE);

  g_test_summary ("a connection that was reset is in nobody's way, though its descriptor is open");
  raw_close_abortively (client);
  raw_close (listener);
  assert_errno (-try_bind (self, FALSE), 0);
  listener = raw_listen (AF_INET, self->port, FALSE, 1);
  assert_report (self, FALSE, "somebody else has the port");
  raw_close (listener);
  rebound_socket_close (end);
}

static void
test_without_a_run (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundSite) site = rebound_site_new (self->clock, NULL);
  ReboundPortQuestion question = ask (self->port, TRUE);

  g_test_summary ("where nobody keeps a table nothing is claimed");
  g_assert_null (rebound_bind_report (site, &question));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (remainders); i++)
    {
      g_autofree char *path = g_strdup_printf ("/bind-report/remainder/%s", remainders[i].name);

      g_test_add (path, Fixture, &remainders[i], set_up, test_remainder, tear_down);
    }
  g_test_add ("/bind-report/several", Fixture, NULL, set_up, test_several, tear_down);
  g_test_add ("/bind-report/earlier-process", Fixture, NULL, set_up, test_earlier_process,
              tear_down);
  g_test_add ("/bind-report/mixed", Fixture, NULL, set_up, test_mixed, tear_down);
  g_test_add ("/bind-report/own-descriptor", Fixture, NULL, set_up, test_own_descriptor, tear_down);
  g_test_add ("/bind-report/other-actor", Fixture, NULL, set_up, test_other_actor, tear_down);
  g_test_add ("/bind-report/elsewhere", Fixture, NULL, set_up, test_elsewhere, tear_down);
  g_test_add ("/bind-report/somebody-else", Fixture, NULL, set_up, test_somebody_else, tear_down);
  g_test_add ("/bind-report/ended-but-open", Fixture, NULL, set_up, test_ended_but_open, tear_down);
  g_test_add ("/bind-report/without-a-run", Fixture, NULL, set_up, test_without_a_run, tear_down);
  return g_test_run ();
}
