/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who ended a connection first, as both ends know it afterwards: a case is what the two do one
 * after another, with an instant's end wherever a full stop is. */

#include "net/rebound-socket-table-private.h"

#include <netinet/tcp.h>
#include <string.h>

#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-link-private.h"
#include "net/rebound-reclaim-private.h"

typedef struct
{
  const char *name;
  const char *acts;
  const char *web; /* what the two ends say then */
  const char *phone;
} Case;

static const Case cases[] = {
  { "open", ".", "nobody", "nobody" },
  { "server-first", "web.close . phone.close .", "ours at 2", "peer at 2" },
  { "client-first", "phone.close . web.close .", "peer at 2", "ours at 2" },
  { "within-an-instant", "web.close phone.close .", "ours at 2", "peer at 2" },
  { "half-close", "phone.shutdown . web.close . phone.close .", "peer at 2", "ours at 2" },
  { "half-close-within-an-instant", "web.shutdown phone.close web.close .", "ours at 2",
    "peer at 2" },
  { "abort", "web.linger web.close . phone.close .", "ours at 2 by RST", "peer at 2 by RST" },
  { "unread", "phone.send web.close . phone.close .", "ours at 2 by RST, 5 unread",
    "peer at 2 by RST, 5 unread" },
  { "fin-then-reset", "phone.send phone.shutdown . web.close .", "peer at 2", "ours at 2" },
  { "known-only-once-closed", "web.linger web.close phone.close .", "ours at 2 by RST",
    "peer at 2 by RST" },
  { "simultaneous", "down web.close phone.close . up .", "both at 2", "both at 2" },
  { "simultaneous-shutdown", "down web.shutdown . phone.shutdown . up .", "both at 2",
    "both at 2" },
  { "reclaimed", "reclaim . web.close . phone.close .", "system at 2", "peers-system at 2" },
  { "reclaimed-after-fin", "phone.close . reclaim . web.close .", "peer at 2", "ours at 2" },
};

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *world;
  ReboundSite *application;
  ReboundSocketTable *table;
  GPtrArray *ends;     /* phone's, then web's; a reference each */
  int descriptors[2];  /* the same */
  gboolean is_open[2]; /* the same */
  gboolean is_down;    /* the link */
} Fixture;

static void
on_state_changed (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
}

static void
set_up (Fixture *self, gconstpointer data)
{
  ReboundSocketTableListener listener = { on_state_changed, NULL, self };
  guint16 port = kernel_test_new_port ();
  int fd = raw_listen (AF_INET, port, TRUE, 5);

  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->world = rebound_site_new (self->clock, self->context);
  self->application = rebound_site_new (self->clock, self->context);
  self->table = rebound_socket_table_new (kernel_test_diag (), TRUE, &listener);
  rebound_socket_table_start (self->table, self->world);
  rebound_socket_table_set_statement (self->table, "1");
  self->descriptors[0] = raw_connect (AF_INET, port, 0);
  rebound_socket_table_add_connection (self->table, self->world, "phone", "phone#1",
                                       self->descriptors[0], 0, FALSE);
  self->descriptors[1] = raw_accept (fd);
  rebound_socket_table_add_connection (self->table, self->application, "web", "phone#1",
                                       self->descriptors[1], 1, FALSE);
  self->is_open[0] = self->is_open[1] = TRUE;
  self->ends = rebound_socket_table_list_site (self->table, NULL);
  rebound_socket_table_set_statement (self->table, "2");
  raw_close (fd);
}

static void
settle (Fixture *self)
{
  if (!self->is_down)
    kernel_test_settle ();
}

static void
close_end (Fixture *self, guint i)
{
  if (self->is_open[i])
    rebound_socket_close (self->ends->pdata[i]);
  self->is_open[i] = FALSE;
  settle (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_end (self, 0);
  close_end (self, 1);
  g_ptr_array_unref (self->ends);
  rebound_socket_table_stop (self->table);
  rebound_socket_table_free (self->table);
  g_object_unref (self->application);
  g_object_unref (self->world);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

static void
set_link_up (Fixture *self, gboolean is_up)
{
  assert_errno (rebound_link_set_up (is_up), 0);
  rebound_socket_table_set_link_up (self->table, is_up);
  self->is_down = !is_up;
}

static void
on_reclaimed (ReboundSocket *socket, const char *what, int error_number, gpointer user_data)
{
}

static void
act_on_end (Fixture *self, guint i, const char *act)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  int fd = self->descriptors[i];

  if (strcmp (act, "close") == 0)
    close_end (self, i);
  else if (strcmp (act, "send") == 0)
    g_assert_cmpint (raw_send (fd, "hello"), ==, 5);
  else if (strcmp (act, "linger") == 0)
    g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  else if (strcmp (act, "shutdown") == 0)
    {
      g_assert_no_errno (shutdown (fd, SHUT_WR));
      rebound_socket_touch (self->ends->pdata[i]);
    }
  else
    g_assert_not_reached ();
}

static void
end_instant (Fixture *self)
{
  settle (self);
  rebound_socket_table_observe (self->table, NULL);
}

static void
act (Fixture *self, const char *act)
{
  if (g_str_has_prefix (act, "phone."))
    act_on_end (self, 0, act + strlen ("phone."));
  else if (g_str_has_prefix (act, "web."))
    act_on_end (self, 1, act + strlen ("web."));
  else if (strcmp (act, "down") == 0 || strcmp (act, "up") == 0)
    set_link_up (self, strcmp (act, "up") == 0);
  else if (strcmp (act, "reclaim") == 0)
    rebound_reclaim_site (self->table, kernel_test_diag (), self->application,
                          REBOUND_RECLAIM_STYLE_FIN, REBOUND_RECLAIMED_LISTENER_DEAD, on_reclaimed,
                          NULL);
  else
    {
      g_assert_cmpstr (act, ==, ".");
      end_instant (self);
    }
}

static char *
describe (const ReboundSocket *socket)
{
  static const char *const names[] = { "nobody", "ours", "peer", "system", "peers-system", "both" };
  GString *text = g_string_new (names[socket->first_end]);

  g_assert_cmpstr (socket->made_at, ==, "1");
  if (socket->first_end != REBOUND_FIRST_END_NOBODY)
    g_string_append_printf (text, " at %s", socket->ending.place);
  if (socket->ending.is_reset)
    g_string_append (text, " by RST");
  if (socket->ending.unread_bytes > 0)
    g_string_append_printf (text, ", %u unread", socket->ending.unread_bytes);
  return g_string_free (text, FALSE);
}

static void
test_case (Fixture *self, gconstpointer data)
{
  const Case *this = data;
  g_auto (GStrv) acts = g_strsplit (this->acts, " ", -1);
  g_autofree char *phone = NULL;
  g_autofree char *web = NULL;

  for (guint i = 0; acts[i] != NULL; i++)
    act (self, acts[i]);
  phone = describe (self->ends->pdata[0]);
  web = describe (self->ends->pdata[1]);
  g_assert_cmpstr (web, ==, this->web);
  g_assert_cmpstr (phone, ==, this->phone);
}

/* Who waits in a backlog is reset when the listener closes. */
static void
test_backlog (Fixture *self, gconstpointer data)
{
  guint16 port = kernel_test_new_port ();
  int listening = raw_listen (AF_INET, port, TRUE, 5);
  ReboundSocket *listener = rebound_socket_table_add_listener (self->table, self->application,
                                                               "web", listening, 1, TRUE);
  int client = raw_connect (AF_INET, port, 0);
  ReboundSocket *end = rebound_socket_table_add_connection (self->table, self->world, "phone",
                                                            "phone#2", client, 0, TRUE);

  end_instant (self);
  rebound_socket_close (listener);
  end_instant (self);
  g_assert_cmpint (end->first_end, ==, REBOUND_FIRST_END_PEER);
  g_assert_true (end->ending.is_reset);
  g_assert_cmpuint (end->ending.unread_bytes, ==, 0);
  rebound_socket_close (end);
}

/* What somebody else has closed is seen by its states alone; a reset of it says nothing of whose it
 * was. */
static void
test_adopted (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      guint16 port = kernel_test_new_port ();
      int listening = raw_listen (AF_INET, port, TRUE, 5);
      int client = raw_connect (AF_INET, port, 0);
      int server = raw_accept (listening);
      g_autoptr (GPtrArray) sockets = NULL;
      ReboundSocket *adopted;

      rebound_socket_table_adopt (self->table, self->application, "mine", "mine#1", server);
      end_instant (self);
      sockets = rebound_socket_table_list_site (self->table, self->application);
      adopted = sockets->pdata[sockets->len - 1];
      if (i == 0)
        raw_close (server);
      else
        raw_close_abortively (server);
      end_instant (self);
      g_assert_cmpint (adopted->first_end, ==,
                       i == 0 ? REBOUND_FIRST_END_OURS : REBOUND_FIRST_END_NOBODY);
      raw_close (client);
      raw_close (listening);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/socket-ending/%s", cases[i].name);

      g_test_add (path, Fixture, &cases[i], set_up, test_case, tear_down);
    }
  g_test_add ("/socket-ending/backlog", Fixture, NULL, set_up, test_backlog, tear_down);
  g_test_add ("/socket-ending/adopted", Fixture, NULL, set_up, test_adopted, tear_down);
  return g_test_run ();
}
