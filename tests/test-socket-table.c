/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of a run's sockets, with plain sockets and a virtual clock that the test itself moves:
 * what it tells of, and when it says that a remainder's time is over. */

#include "net/rebound-socket-table-private.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "lifecycle/rebound-clock-private.h"
#include "net/rebound-errno.h"

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *world;
  ReboundSocketTable *table;
  GString *log;
  void (*on_change) (ReboundSocket *socket, guint8 to, gpointer data);
  gpointer data;

  sa_family_t family;
  guint16 port;
  int listener;
  int client; /* plain descriptors; the table's once they are added */
  int server;
  ReboundSocket *client_end;
  ReboundSocket *server_end;
} Fixture;

static void
on_state_changed (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_printf (self->log, "%s:%s->%s ", socket->end, rebound_tcp_state_name (from),
                          rebound_tcp_state_name (to));
  if (self->on_change != NULL)
    self->on_change (socket, to, self->data);
}

static void
on_expired (ReboundSocket *socket, gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_printf (self->log, "%s:%s-is-over ", socket->end,
                          rebound_tcp_state_name (socket->state));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  ReboundSocketTableListener listener = { on_state_changed, on_expired, self };

  self->family = data != NULL ? (sa_family_t) GPOINTER_TO_INT (data) : AF_INET;
  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->world = rebound_site_new (self->clock, self->context);
  self->table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  rebound_socket_table_start (self->table, self->world);
  self->log = g_string_new (NULL);
  self->port = kernel_test_new_port ();
  self->listener = raw_listen (self->family, self->port, FALSE, 5);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rebound_socket_table_stop (self->table);
  rebound_socket_table_free (self->table);
  g_string_free (self->log, TRUE);
  g_object_unref (self->world);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  if (self->listener >= 0)
    raw_close (self->listener);
}

/* A connection, both of whose ends the table knows. */
static void
connect_ends (Fixture *self, guint16 local_port)
{
  self->client = raw_connect (self->family, self->port, local_port);
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#1", self->client, 0, FALSE);
  self->server = raw_accept (self->listener);
  self->server_end = rebound_socket_table_add_connection (self->table, self->world, "web",
                                                          "phone#1", self->server, 1, FALSE);
}

static void
observe (Fixture *self)
{
  g_autofree char *waits_for = NULL;

  kernel_test_settle ();
  g_assert_true (rebound_socket_table_observe (self->table, &waits_for));
  g_assert_null (waits_for);
}

#define assert_log(self, expected)                                                                 \
  g_assert_cmpstr ((self)->log->str, ==, expected);                                                \
  g_string_truncate ((self)->log, 0)

static guint
count_left (Fixture *self)
{
  g_autoptr (GPtrArray) list = rebound_socket_table_list_site (self->table, NULL);
  guint count = 0;

  for (guint i = 0; i < list->len; i++)
    count += ((ReboundSocket *) list->pdata[i])->local_port == self->port;
  return count;
}

static void
test_states (Fixture *self, gconstpointer data)
{
  ReboundSocket *listener = rebound_socket_table_add_listener (self->table, self->world, "web",
                                                               self->listener, 1, FALSE);

  g_test_summary ("a state is told of once it is seen, and once only");
  connect_ends (self, 0);
  observe (self);
  assert_log (self, "web:CLOSED->LISTEN phone:CLOSED->ESTABLISHED web:CLOSED->ESTABLISHED ");
  observe (self);
  assert_log (self, "");

  rebound_socket_close (self->server_end);
  observe (self);
  assert_log (self, "phone:ESTABLISHED->CLOSE_WAIT web:ESTABLISHED->FIN_WAIT2 ");
  rebound_socket_close (self->client_end);
  observe (self);
  assert_log (self, "phone:CLOSE_WAIT->CLOSED web:FIN_WAIT2->TIME_WAIT ");
  g_assert_cmpuint (rebound_socket_table_count_time_wait (self->table), ==, 1);
  rebound_socket_close (listener);
  self->listener = -1;
}

static void
test_cookie (Fixture *self, gconstpointer data)
{
  g_test_summary ("a socket is looked up as itself: what has its addresses after it is another");
  connect_ends (self, 39000);
  rebound_socket_close (self->server_end);
  rebound_socket_close (self->client_end);
  observe (self);
  assert_log (self, "web:CLOSED->TIME_WAIT ");

  /* From the same port: the kernel takes the TIME_WAIT's place for it. */
  connect_ends (self, 39000);
  observe (self);
  assert_log (self, "web:TIME_WAIT->CLOSED phone:CLOSED->ESTABLISHED web:CLOSED->ESTABLISHED ");
  net_test_come_to (self->clock, self->context, 3600 * (gint64) G_USEC_PER_SEC);
  assert_log (self, "");
  assert_state (rebound_socket_state (self->server), TCP_ESTABLISHED);
  rebound_socket_close (self->client_end);
  rebound_socket_close (self->server_end);
}

/* The same when nobody has accepted the new connection: only its client is known. */
static void
test_recycled_unseen (Fixture *self, gconstpointer data)
{
  connect_ends (self, 39001);
  rebound_socket_close (self->server_end);
  rebound_socket_close (self->client_end);
  observe (self);
  assert_log (self, "web:CLOSED->TIME_WAIT ");

  self->client = raw_connect (self->family, self->port, 39001);
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#2", self->client, 0, FALSE);
  observe (self);
  assert_log (self, "web:TIME_WAIT->CLOSED phone:CLOSED->ESTABLISHED ");
  net_test_come_to (self->clock, self->context, 60 * G_USEC_PER_SEC);
  assert_log (self, "");
  assert_state (rebound_socket_state (self->client), TCP_ESTABLISHED);
  rebound_socket_close (self->client_end);
}

/* The same when the client is nobody's: the server's new end is what tells. */
static void
test_recycled_by_stranger (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      self->client = raw_connect (self->family, self->port, 39002);
      self->server = raw_accept (self->listener);
      self->server_end = rebound_socket_table_add_connection (self->table, self->world, "web",
                                                              "web#1", self->server, 1, FALSE);
      observe (self);
      assert_log (self, i == 0 ? "web:CLOSED->ESTABLISHED "
                               : "web:TIME_WAIT->CLOSED web:CLOSED->ESTABLISHED ");
      rebound_socket_close (self->server_end);
      raw_close (self->client);
      observe (self);
      assert_log (self, "web:ESTABLISHED->TIME_WAIT ");
      g_assert_cmpuint (rebound_socket_table_count_time_wait (self->table), ==, 1);
    }
}

static void
test_time_wait (Fixture *self, gconstpointer data)
{
  const gint64 entered_usec = 5 * G_USEC_PER_SEC;
  int again = raw_socket (self->family);

  g_test_summary (
      "TIME_WAIT lasts 60 virtual seconds from when it was entered, to the microsecond, "
      "and then the port is free");
  connect_ends (self, 0);
  observe (self);
  net_test_come_to (self->clock, self->context, entered_usec);
  rebound_socket_close (self->server_end);
  rebound_socket_close (self->client_end);
  observe (self);
  assert_log (self, "phone:CLOSED->ESTABLISHED web:CLOSED->ESTABLISHED phone:ESTABLISHED->CLOSED "
                    "web:ESTABLISHED->TIME_WAIT ");
  raw_close (self->listener);
  self->listener = -1;

  net_test_come_to (self->clock, self->context, entered_usec + 60 * G_USEC_PER_SEC - 1);
  observe (self);
  assert_log (self, "");
  assert_errno (-raw_try_bind (again, self->family, self->port), EADDRINUSE);
  g_assert_cmpuint (count_left (self), ==, 1);

  net_test_come_to (self->clock, self->context, entered_usec + 60 * G_USEC_PER_SEC);
  assert_log (self, "web:TIME_WAIT-is-over ");
  assert_errno (-raw_try_bind (again, self->family, self->port), 0);
  g_assert_cmpuint (count_left (self), ==, 0);
  g_assert_cmpuint (rebound_socket_table_count_time_wait (self->table), ==, 0);
  raw_close (again);
}

static void
test_time_wait_set (Fixture *self, gconstpointer data)
{
  g_test_summary ("its length is the device's to say");
  rebound_socket_table_set_time_wait (self->table, 30 * G_USEC_PER_SEC);
  connect_ends (self, 0);
  rebound_socket_close (self->server_end);
  rebound_socket_close (self->client_end);
  observe (self);
  net_test_come_to (self->clock, self->context, 30 * G_USEC_PER_SEC - 1);
  assert_log (self, "web:CLOSED->TIME_WAIT ");
  net_test_come_to (self->clock, self->context, 30 * G_USEC_PER_SEC);
  assert_log (self, "web:TIME_WAIT-is-over ");
}

static void
test_fin_wait2 (Fixture *self, gconstpointer data)
{
  g_test_summary ("FIN_WAIT2 ends after 60 virtual seconds, from when nobody had it open any more; "
                  "the other end does not hear of it");
  connect_ends (self, 0);
  observe (self);
  g_assert_no_errno (shutdown (self->server, SHUT_WR));
  rebound_socket_touch (self->server_end);
  observe (self);
  g_string_truncate (self->log, 0);
  net_test_come_to (self->clock, self->context,
                    3600 * (gint64) G_USEC_PER_SEC); /* its owner has it: that may last */
  assert_log (self, "");
  rebound_socket_close (self->server_end);
  observe (self);

  net_test_come_to (self->clock, self->context, 3660 * (gint64) G_USEC_PER_SEC - 1);
  assert_log (self, "");
  net_test_come_to (self->clock, self->context, 3660 * (gint64) G_USEC_PER_SEC);
  assert_log (self, "web:FIN_WAIT2-is-over ");
  assert_state (rebound_socket_state (self->client), TCP_CLOSE_WAIT);
  rebound_socket_close (self->client_end);
}

static void
test_fin_wait2_then_time_wait (Fixture *self, gconstpointer data)
{
  g_test_summary ("from FIN_WAIT2 into TIME_WAIT the time begins anew");
  connect_ends (self, 0);
  rebound_socket_close (self->server_end);
  observe (self);
  net_test_come_to (self->clock, self->context, 40 * G_USEC_PER_SEC);
  rebound_socket_close (self->client_end);
  observe (self);
  g_string_truncate (self->log, 0);
  net_test_come_to (self->clock, self->context, 100 * G_USEC_PER_SEC - 1);
  assert_log (self, "");
  net_test_come_to (self->clock, self->context, 100 * G_USEC_PER_SEC);
  assert_log (self, "web:TIME_WAIT-is-over ");
}

static void
test_adopted (Fixture *self, gconstpointer data)
{
  g_test_summary ("a socket whose owner closes it without a word is seen all the same");
  self->client = raw_connect (self->family, self->port, 0);
  self->server = raw_accept (self->listener);
  rebound_socket_table_adopt (self->table, self->world, "mine", "mine#1", self->server);
  observe (self);
  assert_log (self, "mine:CLOSED->ESTABLISHED ");
  raw_close (self->server);
  observe (self);
  assert_log (self, "mine:ESTABLISHED->FIN_WAIT2 ");
  raw_close (self->client);
  observe (self);
  assert_log (self, "mine:FIN_WAIT2->TIME_WAIT ");
  net_test_come_to (self->clock, self->context, 60 * G_USEC_PER_SEC);
  assert_log (self, "mine:TIME_WAIT-is-over ");
}

static void
test_adopted_unconnected (Fixture *self, gconstpointer data)
{
  int fd = raw_socket (self->family);

  g_test_summary ("what is not connected cannot be adopted, and does no harm");
  rebound_socket_table_adopt (self->table, self->world, "mine", "mine#1", fd);
  observe (self);
  assert_log (self, "");
  raw_close (fd);
}

static void
test_listener_resets_backlog (Fixture *self, gconstpointer data)
{
  ReboundSocket *listener = rebound_socket_table_add_listener (self->table, self->world, "web",
                                                               self->listener, 1, FALSE);

  g_test_summary ("a listener that closes resets who waits in its backlog, and that is seen");
  self->client = raw_connect (self->family, self->port, 0);
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#1", self->client, 0, FALSE);
  observe (self);
  g_string_truncate (self->log, 0);
  rebound_socket_close (listener);
  self->listener = -1;
  observe (self);
  assert_log (self, "phone:ESTABLISHED->CLOSED ");
  rebound_socket_close (self->client_end);
}

static void
test_names (Fixture *self, gconstpointer data)
{
  int server;

  g_test_summary ("the server calls a connection what its client calls it");
  self->client = raw_connect (self->family, self->port, 0);
  server = raw_accept (self->listener);
  g_assert_null (rebound_socket_table_name_of_peer (self->table, server));
  self->client_end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                          "phone#7", self->client, 0, FALSE);
  g_assert_cmpstr (rebound_socket_table_name_of_peer (self->table, server), ==, "phone#7");
  g_assert_null (rebound_socket_table_name_of_peer (self->table, self->listener));
  rebound_socket_close (self->client_end);
  raw_close (server);
}

/* -- handlers -- */

static void
close_other (ReboundSocket *socket, guint8 to, gpointer data)
{
  Fixture *self = data;

  if (to != TCP_CLOSE_WAIT || self->client_end == NULL)
    return;
  rebound_socket_close (g_steal_pointer (&self->client_end));
}

static void
test_closed_in_handler (Fixture *self, gconstpointer data)
{
  g_test_summary ("a handler that closes the socket it hears of: both ends are looked at again");
  connect_ends (self, 0);
  observe (self);
  g_string_truncate (self->log, 0);
  self->on_change = close_other;
  self->data = self;
  rebound_socket_close (self->server_end);
  observe (self);
  observe (self);
  assert_log (self, "phone:ESTABLISHED->CLOSE_WAIT web:ESTABLISHED->TIME_WAIT "
                    "phone:CLOSE_WAIT->CLOSED ");
  net_test_come_to (self->clock, self->context, 60 * G_USEC_PER_SEC);
  assert_log (self, "web:TIME_WAIT-is-over ");
}

static void
close_all (ReboundSocket *socket, guint8 to, gpointer data)
{
  Fixture *self = data;

  if (self->client_end != NULL)
    rebound_socket_close (g_steal_pointer (&self->client_end));
  if (self->server_end != NULL)
    rebound_socket_close (g_steal_pointer (&self->server_end));
}

static void
test_all_closed_in_handler (Fixture *self, gconstpointer data)
{
  g_test_summary ("a handler that closes what is still to be looked at");
  self->on_change = close_all;
  self->data = self;
  connect_ends (self, 0);
  observe (self);
  observe (self);
  net_test_come_to (self->clock, self->context, 120 * G_USEC_PER_SEC);
  observe (self);
  g_assert_true (g_str_has_suffix (self->log->str, ":TIME_WAIT-is-over "));
  g_assert_cmpuint (count_left (self), ==, 0);
}

/* A peer that drops every packet never acknowledges a FIN. */
static void
test_waits_for_kernel (Fixture *self, gconstpointer data)
{
  struct sock_filter drop = BPF_STMT (BPF_RET | BPF_K, 0);
  struct sock_fprog program = { 1, &drop };
  g_autofree char *waits_for = NULL;

  g_test_summary ("while a FIN is not acknowledged the table is not quiet, and says what it is");
  connect_ends (self, 0);
  observe (self);
  g_assert_no_errno (
      setsockopt (self->client, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
  rebound_socket_close (self->server_end);
  kernel_test_settle ();
  g_assert_false (rebound_socket_table_observe (self->table, &waits_for));
  g_assert_cmpstr (waits_for, ==, "phone#1 (web's end) is still in FIN_WAIT1");
  g_clear_pointer (&waits_for, g_free);
  g_assert_false (
      rebound_socket_table_observe (self->table, &waits_for)); /* it is looked at again */
  rebound_socket_close (self->client_end);
}

#define ADD(name, test)                                                                            \
  kernel_test_add_for_families ("/socket-table/" name, Fixture, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  ADD ("states", test_states);
  ADD ("cookie", test_cookie);
  ADD ("recycled-unseen", test_recycled_unseen);
  ADD ("recycled-by-stranger", test_recycled_by_stranger);
  ADD ("time-wait", test_time_wait);
  ADD ("time-wait-set", test_time_wait_set);
  ADD ("fin-wait2", test_fin_wait2);
  ADD ("fin-wait2-then-time-wait", test_fin_wait2_then_time_wait);
  ADD ("adopted", test_adopted);
  ADD ("adopted-unconnected", test_adopted_unconnected);
  ADD ("listener-resets-backlog", test_listener_resets_backlog);
  ADD ("names", test_names);
  ADD ("closed-in-handler", test_closed_in_handler);
  ADD ("all-closed-in-handler", test_all_closed_in_handler);
  ADD ("waits-for-kernel", test_waits_for_kernel);
  return g_test_run ();
}
