/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of a run's sockets when the link goes down and comes up, with plain sockets and a clock
 * that stands still: what counts as being on its way, and what becomes of a socket that was closed
 * meanwhile. */

#include "net/rebound-socket-table-private.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-link-private.h"

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *world;
  ReboundSocketTable *table;
  GString *log;

  int listener;
  int client;
  int server;
  RawIdentity server_identity;
  ReboundSocket *client_end; /* NULL once they are closed */
  ReboundSocket *server_end;
} Fixture;

static void
on_state_changed (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_printf (self->log, "%s:%s->%s ", socket->end, rebound_tcp_state_name (from),
                          rebound_tcp_state_name (to));
}

static void
observe (Fixture *self)
{
  g_assert_true (rebound_socket_table_observe (self->table, NULL));
}

/* A connection, both of whose ends the table knows and has looked at. */
static void
set_up (Fixture *self, gconstpointer data)
{
  ReboundSocketTableListener listener = { on_state_changed, NULL, self };
  sa_family_t family = (sa_family_t) GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();

  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->world = rebound_site_new (self->clock, self->context);
  self->table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  rebound_socket_table_start (self->table, self->world);
  self->log = g_string_new (NULL);

  self->listener = raw_listen (family, port, TRUE, 5);
  self->client = raw_connect (family, port, 0);
  self->server = raw_accept (self->listener);
  self->server_identity = raw_identify (self->server);
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#1", self->client, 0, FALSE);
  self->server_end = rebound_socket_table_add_connection (self->table, self->world, "web",
                                                          "phone#1", self->server, 1, FALSE);
  observe (self);
  g_string_truncate (self->log, 0);
}

static void
close_end (ReboundSocket **end)
{
  if (*end != NULL)
    rebound_socket_close (g_steal_pointer (end));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_end (&self->client_end);
  close_end (&self->server_end);
  rebound_socket_table_stop (self->table);
  rebound_socket_table_free (self->table);
  g_string_free (self->log, TRUE);
  g_object_unref (self->world);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  close (self->listener);
}

static void
set_link_up (Fixture *self, gboolean is_up)
{
  assert_errno (rebound_link_set_up (is_up), 0);
  rebound_socket_table_set_link_up (self->table, is_up);
  if (is_up)
    kernel_test_settle ();
}

#define assert_log(self, expected)                                                                 \
  g_assert_cmpstr ((self)->log->str, ==, expected);                                                \
  g_string_truncate ((self)->log, 0)

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_test_summary ("without a link nothing is on its way; with it a socket that was closed goes on");
  set_link_up (self, FALSE);
  close_end (&self->server_end);
  observe (self);
  assert_log (self, "web:ESTABLISHED->FIN_WAIT1 ");
  observe (self);

  set_link_up (self, TRUE);
  observe (self);
  assert_log (self, "phone:ESTABLISHED->CLOSE_WAIT web:FIN_WAIT1->FIN_WAIT2 ");
  close_end (&self->client_end);
  observe (self);
  assert_log (self, "phone:CLOSE_WAIT->CLOSED web:FIN_WAIT2->TIME_WAIT ");
}

static void
test_down_twice (Fixture *self, gconstpointer data)
{
  g_test_summary ("a link that is up for no time at all delivers all the same");
  set_link_up (self, FALSE);
  close_end (&self->server_end);
  set_link_up (self, TRUE);
  set_link_up (self, FALSE);
  close_end (&self->client_end);
  set_link_up (self, TRUE);
  observe (self);
  assert_log (self, "phone:ESTABLISHED->CLOSED web:ESTABLISHED->TIME_WAIT ");
}

/* A client that drops every packet never acknowledges. */
static void
drop_packets (int fd)
{
  struct sock_filter drop = BPF_STMT (BPF_RET | BPF_K, 0);
  struct sock_fprog program = { 1, &drop };

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

static void
test_waits (Fixture *self, gconstpointer data)
{
  g_autofree char *waits_for = NULL;

  g_test_summary ("what was sent when the link came up is waited for until it is acknowledged");
  set_link_up (self, FALSE);
  g_assert_cmpint (send (self->server, "hello", 5, MSG_NOSIGNAL), ==, 5);
  rebound_socket_touch (self->server_end);
  observe (self);
  drop_packets (self->client);
  set_link_up (self, TRUE);
  g_assert_false (rebound_socket_table_observe (self->table, &waits_for));
  g_assert_cmpstr (waits_for, ==, "phone#1 (web's end) has data on its way since the link is up");
}

static void
test_waited_before (Fixture *self, gconstpointer data)
{
  g_test_summary ("what nobody acknowledged before the link went down holds no time afterwards");
  drop_packets (self->client);
  g_assert_cmpint (raw_send (self->server, "hello"), ==, 5);
  set_link_up (self, FALSE);
  set_link_up (self, TRUE);
  observe (self);
}

static void
test_kept_at_stop (Fixture *self, gconstpointer data)
{
  g_test_summary ("a table that stops without a link leaves nothing of what was closed");
  set_link_up (self, FALSE);
  close_end (&self->server_end);
  close_end (&self->client_end);
  assert_state (raw_look_up (&self->server_identity), TCP_FIN_WAIT1);
  rebound_socket_table_stop (self->table);
  assert_errno (raw_look_up (&self->server_identity), ENOENT);
  assert_errno (rebound_link_set_up (TRUE), 0);
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/socket-link/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("closed", test_closed);
  ADD ("down-twice", test_down_twice);
  ADD ("waits", test_waits);
  ADD ("waited-before", test_waited_before);
  ADD ("kept-at-stop", test_kept_at_stop);
  return g_test_run ();
}
