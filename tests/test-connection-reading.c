/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a connection tells of what comes, where there is much of it: all of it, as it was, also to
 * who keeps it; and nothing more to who has had enough. */

#include <string.h>
#include <sys/socket.h>

#include "connection-test.h"

/* Several of the pieces that it reads at a time. */
#define MUCH_BYTES (300 * 1024)

static void
keep (ReboundConnection *connection, GBytes *bytes, GPtrArray *kept)
{
  g_ptr_array_add (kept, g_bytes_ref (bytes));
}

static void
peer_says (Fixture *self, gsize length_bytes)
{
  g_autofree guint8 *message = new_message (0, length_bytes);

  g_assert_cmpint (send (self->peer_fd, message, length_bytes, MSG_NOSIGNAL), ==,
                   (gssize) length_bytes);
  kernel_test_settle ();
}

static gsize
join (GPtrArray *kept, guint8 *whole, gsize limit_bytes)
{
  gsize length_bytes = 0;

  for (guint i = 0; i < kept->len; i++)
    {
      gsize piece_bytes;
      gconstpointer piece = g_bytes_get_data (kept->pdata[i], &piece_bytes);

      g_assert_cmpuint (length_bytes + piece_bytes, <=, limit_bytes);
      memcpy (whole + length_bytes, piece, piece_bytes);
      length_bytes += piece_bytes;
    }
  return length_bytes;
}

static void
test_kept (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree guint8 *expected = new_message (0, MUCH_BYTES);
  g_autofree guint8 *whole = g_malloc (MUCH_BYTES);

  g_test_summary ("what was received stays as it was for whoever keeps it");
  g_signal_connect (self->connection, "received", G_CALLBACK (keep), kept);
  rebound_connection_start_reading (self->connection);
  peer_says (self, MUCH_BYTES);
  settle (self);
  g_assert_cmpuint (kept->len, >, 1);
  g_assert_cmpuint (join (kept, whole, MUCH_BYTES), ==, MUCH_BYTES);
  g_assert_cmpmem (whole, MUCH_BYTES, expected, MUCH_BYTES);
}

static void
test_one_dispatch (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_test_summary ("more than fits into one buffer is read in one turn of the main loop");
  g_signal_connect (self->connection, "received", G_CALLBACK (keep), kept);
  rebound_connection_start_reading (self->connection);
  peer_says (self, MUCH_BYTES);
  g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (kept->len, >, 1);
}

static const struct
{
  const char *name;
  void (*deed) (ReboundConnection *connection);
} deeds[] = {
  { "stops-reading", rebound_connection_stop_reading },
  { "closes", rebound_connection_close },
  { "aborts", rebound_connection_abort },
};

static void
count (ReboundConnection *connection, GBytes *bytes, guint *n_received)
{
  (*n_received)++;
}

static void
test_enough (Fixture *self, gconstpointer data)
{
  guint n_received = 0;

  g_test_summary ("who has had enough after the first piece is not told of a second");
  g_signal_connect (self->connection, "received", G_CALLBACK (count), &n_received);
  g_signal_connect_after (self->connection, "received",
                          G_CALLBACK (deeds[GPOINTER_TO_UINT (data)].deed), NULL);
  rebound_connection_start_reading (self->connection);
  peer_says (self, MUCH_BYTES);
  settle (self);
  g_assert_cmpuint (n_received, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add ("/connection-reading/kept", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add ("/connection-reading/one-dispatch", Fixture, NULL, set_up, test_one_dispatch,
              tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      g_autofree char *path = g_strconcat ("/connection-reading/enough/", deeds[i].name, NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_enough, tear_down);
    }
  return g_test_run ();
}
