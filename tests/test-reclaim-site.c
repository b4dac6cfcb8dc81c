/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking all sockets of one application away, and forgetting what is left of them. The sockets are
 * plain ones; what actors make of it is in test-reclaim-run.c. */

#include "net/rebound-linux-kernel-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/tcp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-kernel-private.h"
#include "net/rebound-errno.h"

static const char *const style_names[] = { "fin", "defunct", "destroy" };

enum
{
  WORLD,
  APP,
  OTHER_APP,
  N_SITES
};

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *sites[N_SITES];
  ReboundKernel *kernel;
  ReboundSocketTable *table;
  GString *log;

  guint16 port;
  int listener;
  ReboundSocket *listening;
  int client;
  int server;
  ReboundSocket *client_end;
  ReboundSocket *server_end;
} Fixture;

static void
log_state (ReboundKernel *kernel,
           const char *connection,
           const char *end,
           const char *from,
           const char *to,
           gpointer log)
{
  g_string_append_printf (log, "%s:%s->%s ", end, from, to);
}

static void
log_expired (ReboundKernel *kernel,
             const char *connection,
             const char *end,
             const char *what,
             gpointer log)
{
  g_string_append_printf (log, "%s:%s-is-over ", end, what);
}

static void
log_reclaimed (ReboundKernel *kernel,
               const char *connection,
               const char *end,
               const char *what,
               gpointer log)
{
  g_string_append_printf (log, "%s/%s:%s ", connection, end, what);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->kernel = rebound_linux_kernel_new ();
  for (guint i = 0; i < N_SITES; i++)
    {
      self->sites[i] = rebound_site_new (self->clock, self->context);
      rebound_site_set_kernel (self->sites[i], self->kernel);
    }
  rebound_kernel_start (self->kernel, self->sites[WORLD], &error);
  g_assert_no_error (error);
  self->table = rebound_linux_kernel_table_of (self->sites[APP]);
  self->log = g_string_new (NULL);
  g_signal_connect (self->kernel, "state-changed", G_CALLBACK (log_state), self->log);
  g_signal_connect (self->kernel, "remainder-expired", G_CALLBACK (log_expired), self->log);
  g_signal_connect (self->kernel, "remainder-forgotten", G_CALLBACK (log_reclaimed), self->log);
  g_signal_connect (self->kernel, "socket-reclaimed", G_CALLBACK (log_reclaimed), self->log);
  g_signal_connect (self->kernel, "reclaim-failed", G_CALLBACK (log_reclaimed), self->log);

  self->port = kernel_test_new_port ();
  self->listener = raw_listen (AF_INET, self->port, FALSE, 5);
  self->listening = rebound_socket_table_add_listener (self->table, self->sites[APP], "web",
                                                       self->listener, 1, FALSE);
  self->client = raw_connect (AF_INET, self->port, 0);
  self->client_end = rebound_socket_table_add_connection (self->table, self->sites[WORLD], "phone",
                                                          "phone#1", self->client, 0, FALSE);
  self->server = raw_accept (self->listener);
  self->server_end = rebound_socket_table_add_connection (self->table, self->sites[APP], "web",
                                                          "phone#1", self->server, 1, FALSE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->client_end, rebound_socket_close);
  g_clear_pointer (&self->server_end, rebound_socket_close);
  g_clear_pointer (&self->listening, rebound_socket_close);
  rebound_kernel_stop (self->kernel);
  g_string_free (self->log, TRUE);
  for (guint i = 0; i < N_SITES; i++)
    g_object_unref (self->sites[i]);
  g_object_unref (self->kernel);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

static void
observe (Fixture *self)
{
  g_autofree char *waits_for = NULL;

  kernel_test_settle ();
  g_assert_true (rebound_kernel_observe (self->kernel, &waits_for));
}

static guint
reclaim (Fixture *self, guint site, ReboundReclaimStyle style)
{
  return rebound_kernel_reclaim (self->kernel, self->sites[site], style,
                                 REBOUND_RECLAIMED_LISTENER_DEAD);
}

#define assert_log(self, expected)                                                                 \
  g_assert_cmpstr ((self)->log->str, ==, expected);                                                \
  g_string_truncate ((self)->log, 0)

static void
test_site (Fixture *self, gconstpointer data)
{
  static const char *const states[] = {
    "web:LISTEN->CLOSED phone:ESTABLISHED->CLOSE_WAIT web:ESTABLISHED->FIN_WAIT2 ",
    "web:LISTEN->CLOSED phone:ESTABLISHED->CLOSED web:ESTABLISHED->CLOSED ",
    "web:LISTEN->CLOSED phone:ESTABLISHED->CLOSED web:ESTABLISHED->CLOSED ",
  };
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  g_autofree char *told
      = g_strdup_printf ("web/web:%s phone#1/web:%s ", style_names[style], style_names[style]);

  g_test_summary ("all of an application's, in the order in which they came, once only; what "
                  "became of both ends is seen when the instant has settled");
  observe (self);
  g_string_truncate (self->log, 0);
  g_assert_cmpuint (reclaim (self, APP, style), ==, 2);
  assert_log (self, told);
  observe (self);
  assert_log (self, states[style]);
  g_assert_cmpuint (reclaim (self, APP, style), ==, 0);
  observe (self);
  assert_log (self, "");
  g_assert_true (rebound_kernel_observe (self->kernel, NULL));
}

static void
test_others (Fixture *self, gconstpointer data)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, FALSE, 5);
  ReboundSocket *other = rebound_socket_table_add_listener (self->table, self->sites[OTHER_APP],
                                                            "other", listener, 1, FALSE);

  g_test_summary ("the world's sockets and another application's are not touched");
  observe (self);
  g_assert_cmpuint (reclaim (self, OTHER_APP, REBOUND_RECLAIM_STYLE_DESTROY), ==, 1);
  assert_state (rebound_socket_state (listener), TCP_CLOSE);
  assert_state (rebound_socket_state (self->listener), TCP_LISTEN);
  assert_state (rebound_socket_state (self->server), TCP_ESTABLISHED);
  assert_state (rebound_socket_state (self->client), TCP_ESTABLISHED);
  g_assert_cmpuint (reclaim (self, WORLD, REBOUND_RECLAIM_STYLE_FIN), ==, 1);
  assert_state (rebound_socket_state (self->server), TCP_CLOSE_WAIT);
  assert_state (rebound_socket_state (self->listener), TCP_LISTEN);
  rebound_socket_close (other);
}

static void
test_backlog (Fixture *self, gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  int waiting = raw_connect (AF_INET, self->port, 0);
  ReboundSocket *end = rebound_socket_table_add_connection (self->table, self->sites[WORLD], "late",
                                                            "late#1", waiting, 0, FALSE);

  g_test_summary ("who waits in the backlog is reset, and that is seen");
  observe (self);
  g_string_truncate (self->log, 0);
  g_assert_cmpuint (reclaim (self, APP, style), ==, 2);
  observe (self);
  g_assert_true (g_str_has_suffix (self->log->str, "late:ESTABLISHED->CLOSED "));
  rebound_socket_close (end);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_test_summary ("what the application has closed is not the application's any more");
  rebound_socket_close (g_steal_pointer (&self->server_end));
  rebound_socket_close (g_steal_pointer (&self->client_end));
  rebound_socket_close (g_steal_pointer (&self->listening));
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_FIN), ==, 0);
  observe (self);
  g_assert_cmpstr (self->log->str, ==, "web:CLOSED->TIME_WAIT ");
}

static void
test_adopted (Fixture *self, gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);
  RawPair pair = raw_new_pair ();
  RawPair gone = raw_new_pair ();
  int stranger = raw_connect (AF_INET, self->port, 0);
  int number = gone.ours;

  g_test_summary ("a program's own sockets are taken too, but not what has a closed one's number");
  rebound_linux_kernel_adopt (REBOUND_LINUX_KERNEL (self->kernel), self->sites[OTHER_APP], "mine",
                              "mine#1", gone.ours);
  rebound_linux_kernel_adopt (REBOUND_LINUX_KERNEL (self->kernel), self->sites[OTHER_APP], "mine",
                              "mine#2", pair.ours);
  raw_close (gone.ours);
  g_assert_cmpint (dup3 (stranger, number, O_CLOEXEC), ==, number);
  g_assert_cmpuint (reclaim (self, OTHER_APP, style), ==, 1);
  kernel_test_settle ();
  assert_state (rebound_socket_state (stranger), TCP_ESTABLISHED);
  g_assert_cmpint (raw_receive (pair.peer), ==,
                   style == REBOUND_RECLAIM_STYLE_DESTROY ? -ECONNRESET : 0);
  raw_close (stranger);
  raw_close (number);
  raw_close (gone.peer);
  raw_close (pair.ours);
  raw_close (pair.peer);
}

static void
close_server (Fixture *self)
{
  g_clear_pointer (&self->server_end, rebound_socket_close);
}

static void
test_closed_in_handler (Fixture *self, gconstpointer data)
{
  g_test_summary ("a handler that closes what is still to be taken");
  g_signal_connect_swapped (self->kernel, "socket-reclaimed", G_CALLBACK (close_server), self);
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_FIN), ==, 1);
  g_assert_null (self->server_end);
}

static void
end_run (Fixture *self)
{
  rebound_kernel_stop (self->kernel);
}

static void
test_run_ended_in_handler (Fixture *self, gconstpointer data)
{
  g_test_summary ("a handler that ends the run");
  g_signal_connect_swapped (self->kernel, "socket-reclaimed", G_CALLBACK (end_run), self);
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_FIN), ==, 1);
  raw_close (self->client);
  raw_close (self->server);
  raw_close (self->listener);
  self->client_end = self->server_end = self->listening = NULL;
}

static void
test_listens_again (Fixture *self, gconstpointer data)
{
  ReboundReclaimStyle style = GPOINTER_TO_UINT (data);

  g_test_summary ("a dead listener that was made to listen again is taken again");
  g_clear_pointer (&self->client_end, rebound_socket_close);
  g_clear_pointer (&self->server_end, rebound_socket_close);
  g_assert_cmpuint (reclaim (self, APP, style), ==, 1);
  g_assert_no_errno (listen (self->listener, 5));
  g_assert_cmpuint (reclaim (self, APP, style), ==, 1);
  assert_state (rebound_socket_state (self->listener), TCP_CLOSE);
}

/* Of the process that was forked, so that the others keep their capability. */
static Fixture *without_capability;

static void
reclaim_without_capability (void)
{
  Fixture *self = without_capability;
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

  g_assert_no_errno ((int) syscall (SYS_capset, &header, none));
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_DESTROY), ==, 0);
  assert_log (self, "web/web:EPERM phone#1/web:EPERM ");
  assert_state (rebound_socket_state (self->server), TCP_ESTABLISHED);
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_DEFUNCT), ==, 2);
  assert_log (self, "web/web:defunct phone#1/web:defunct ");
}

static void
test_not_allowed (Fixture *self, gconstpointer data)
{
  g_test_summary ("without CAP_NET_ADMIN nothing can be destroyed, and that is told; the other "
                  "styles need no privilege");
  without_capability = self;
  kernel_test_in_child (reclaim_without_capability);
}

static void
test_time_wait_while_open (Fixture *self, gconstpointer data)
{
  int fresh = raw_socket (AF_INET);

  g_test_summary ("a TIME_WAIT begins and ends while the owner of its descriptor sleeps over it");
  g_clear_pointer (&self->listening, rebound_socket_close);
  g_assert_cmpuint (reclaim (self, APP, REBOUND_RECLAIM_STYLE_FIN), ==, 1);
  observe (self);
  g_string_truncate (self->log, 0);
  rebound_socket_close (g_steal_pointer (&self->client_end));
  observe (self);
  assert_log (self, "phone:CLOSE_WAIT->CLOSED web:FIN_WAIT2->TIME_WAIT ");
  net_test_come_to (self->clock, self->context, 60 * G_USEC_PER_SEC - 1);
  observe (self);
  assert_errno (-raw_try_bind (fresh, AF_INET, self->port), EADDRINUSE);
  net_test_come_to (self->clock, self->context, 60 * G_USEC_PER_SEC);
  assert_log (self, "web:TIME_WAIT-is-over ");
  assert_errno (-raw_try_bind (fresh, AF_INET, self->port), 0);
  rebound_socket_close (g_steal_pointer (&self->server_end));
  observe (self);
  assert_log (self, "");
  raw_close (fresh);
}

/* -- forgetting -- */

typedef struct
{
  const char *name;
  gboolean client_closes;
  gboolean client_half_closes;
  const char *told;
} Remainder;

static const Remainder remainders[] = {
  { "fin-wait2", FALSE, FALSE, "phone#1/web:FIN_WAIT2 " },
  { "time-wait", TRUE, FALSE, "phone#1/web:TIME_WAIT " },
  { "closed", TRUE, TRUE, "" },
};

static void
test_forget (Fixture *self, gconstpointer data)
{
  const Remainder *remainder = data;
  int fresh = raw_socket (AF_INET);
  guint64 n_resets;

  g_test_summary ("after a restart nothing is left of what the application had: a bind without "
                  "SO_REUSEADDR works, and nobody was sent an RST");
  observe (self);
  if (remainder->client_half_closes)
    g_assert_no_errno (shutdown (self->client, SHUT_WR));
  g_clear_pointer (&self->listening, rebound_socket_close);
  g_clear_pointer (&self->server_end, rebound_socket_close);
  if (remainder->client_closes)
    g_clear_pointer (&self->client_end, rebound_socket_close);
  kernel_test_settle ();
  n_resets = kernel_test_count_resets ();
  g_string_truncate (self->log, 0);
  rebound_kernel_forget (self->kernel, self->sites[OTHER_APP]);
  assert_log (self, "");
  rebound_kernel_forget (self->kernel, self->sites[APP]);
  assert_log (self, remainder->told);
  g_assert_cmpuint (kernel_test_count_resets (), ==, n_resets);
  assert_errno (-raw_try_bind (fresh, AF_INET, self->port), 0);
  rebound_kernel_forget (self->kernel, self->sites[APP]);
  assert_log (self, "");
  net_test_come_to (self->clock, self->context, 600 * (gint64) G_USEC_PER_SEC);
  g_assert_null (strstr (self->log->str, "is-over"));
  raw_close (fresh);
}

static void
test_forget_open (Fixture *self, gconstpointer data)
{
  g_test_summary ("what a descriptor belongs to is not forgotten");
  rebound_kernel_forget (self->kernel, self->sites[APP]);
  rebound_kernel_forget (self->kernel, self->sites[WORLD]);
  assert_state (rebound_socket_state (self->server), TCP_ESTABLISHED);
  assert_state (rebound_socket_state (self->client), TCP_ESTABLISHED);
  assert_state (rebound_socket_state (self->listener), TCP_LISTEN);
}

typedef void (*FixtureFunc) (Fixture *self, gconstpointer data);

static void
add_site_by_style (const char *name, FixtureFunc test)
{
  for (guint style = 0; style < G_N_ELEMENTS (style_names); style++)
    {
      g_autofree char *path = g_strdup_printf ("/reclaim-site/%s/%s", style_names[style], name);

      g_test_add (path, Fixture, GUINT_TO_POINTER (style), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  add_site_by_style ("all", test_site);
  add_site_by_style ("backlog", test_backlog);
  add_site_by_style ("adopted", test_adopted);
  add_site_by_style ("listens-again", test_listens_again);
  g_test_add ("/reclaim-site/not-allowed", Fixture, NULL, set_up, test_not_allowed, tear_down);
  g_test_add ("/reclaim-site/others", Fixture, NULL, set_up, test_others, tear_down);
  g_test_add ("/reclaim-site/closed", Fixture, NULL, set_up, test_closed, tear_down);
  g_test_add ("/reclaim-site/closed-in-handler", Fixture, NULL, set_up, test_closed_in_handler,
              tear_down);
  g_test_add ("/reclaim-site/run-ended-in-handler", Fixture, NULL, set_up,
              test_run_ended_in_handler, tear_down);
  g_test_add ("/reclaim-site/time-wait-while-open", Fixture, NULL, set_up,
              test_time_wait_while_open, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (remainders); i++)
    {
      g_autofree char *path = g_strdup_printf ("/reclaim-site/forget/%s", remainders[i].name);

      g_test_add (path, Fixture, &remainders[i], set_up, test_forget, tear_down);
    }
  g_test_add ("/reclaim-site/forget/open", Fixture, NULL, set_up, test_forget_open, tear_down);
  return g_test_run ();
}
