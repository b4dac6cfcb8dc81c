/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "connection-test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "failing-calls.h"
#include "lifecycle/rebound-clock-private.h"

#define BUFFER_OPTION 16384

static guint8
nth_byte (guint64 n)
{
  return (guint8) (n * 31 % 251);
}

guint8 *
new_message (guint64 from, gsize length_bytes)
{
  guint8 *message = g_malloc (length_bytes + 1);

  for (gsize i = 0; i < length_bytes; i++)
    message[i] = nth_byte (from + i);
  return message;
}

/* -- the two ends -- */

static void
on_event (gpointer connection, gpointer user_data)
{
  g_string_append_printf (user_data, "%s ",
                          g_signal_name (g_signal_get_invocation_hint (connection)->signal_id));
}

static void
on_error (gpointer connection, const char *error, gpointer user_data)
{
  g_string_append_printf (user_data, "%s(%s) ",
                          g_signal_name (g_signal_get_invocation_hint (connection)->signal_id),
                          error);
}

static void
on_ended (gpointer connection, const char *how, Fixture *self)
{
  g_assert_null (self->how); /* once */
  self->how = g_strdup (how);
  g_string_append (self->story, "ended ");
}

void
open_pair (Fixture *self, int *own_fd)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, FALSE, 1);

  self->peer_fd = raw_connect (AF_INET, port, 0);
  *own_fd = raw_accept (listener);
  close (listener);
  raw_set_option (*own_fd, SOL_SOCKET, SO_SNDBUF, BUFFER_OPTION);
  self->own = raw_identify (*own_fd);
  self->peer = raw_identify (self->peer_fd);
  self->peer_end = 1;
}

static void
adopt (Fixture *self, int fd)
{
  self->connection = rebound_connection_new (self->site, fd);
  g_signal_connect (self->connection, "flushed", G_CALLBACK (on_event), self->story);
  g_signal_connect (self->connection, "peer-finished", G_CALLBACK (on_event), self->story);
  g_signal_connect (self->connection, "half-closed", G_CALLBACK (on_event), self->story);
  g_signal_connect (self->connection, "reset", G_CALLBACK (on_error), self->story);
  g_signal_connect (self->connection, "failed", G_CALLBACK (on_error), self->story);
  g_signal_connect (self->connection, "ended", G_CALLBACK (on_ended), self);
}

void
set_up_site (Fixture *self, gconstpointer data)
{
  self->context = g_main_context_new ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, self->context);
  self->story = g_string_new (NULL);
  self->peer_fd = -1;
}

void
set_up (Fixture *self, gconstpointer data)
{
  int fd;

  set_up_site (self, data);
  open_pair (self, &fd);
  adopt (self, fd);
}

void
tear_down (Fixture *self, gconstpointer data)
{
  failing_calls_clear ();
  if (self->connection != NULL)
    {
      ReboundConnection *connection = self->connection;

      rebound_connection_close (connection);
      g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &self->connection);
      g_object_unref (connection);
      g_assert_null (self->connection); /* nothing holds it any more */
    }
  if (self->peer_fd >= 0)
    raw_close_abortively (self->peer_fd);
  g_string_free (self->story, TRUE);
  g_free (self->how);
  g_object_unref (self->site);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
}

/* Everything that can happen now. Returns whether anything did. */
gboolean
settle (Fixture *self)
{
  gboolean was_busy = FALSE;

  for (guint i = 0; i < 100000; i++)
    {
      gboolean is_busy = g_main_context_iteration (self->context, FALSE);

      kernel_test_settle ();
      if (!is_busy && !rebound_clock_grant (self->clock) && !g_main_context_pending (self->context))
        return was_busy;
      was_busy = TRUE;
    }
  g_error ("a busy loop");
}

void
pass_time (Fixture *self, gint64 usec)
{
  gint64 end_usec = rebound_clock_get_time_usec (self->clock) + usec;
  gint64 next_usec;

  settle (self);
  while ((next_usec = rebound_clock_get_next_deadline_usec (self->clock)) >= 0
         && next_usec <= end_usec)
    {
      rebound_clock_jump (self->clock, next_usec);
      settle (self);
    }
  rebound_clock_jump (self->clock, end_usec);
  settle (self);
}

/* The peer reads once. FALSE where there is nothing now. */
gboolean
peer_read (Fixture *self, gsize length_bytes)
{
  guint8 buffer[65536];
  ssize_t received;

  if (self->peer_fd < 0 || self->peer_end != 1)
    return FALSE;
  received = recv (self->peer_fd, buffer, MIN (length_bytes, sizeof buffer), 0);
  if (received < 0 && errno == EAGAIN)
    return FALSE;
  for (ssize_t i = 0; i < received; i++)
    g_assert_cmpuint (buffer[i], ==, nth_byte (self->delivered_bytes + (guint64) i));
  if (received <= 0)
    self->peer_end = received < 0 ? errno : 0;
  self->delivered_bytes += (guint64) MAX (received, 0);
  kernel_test_settle ();
  return TRUE;
}

void
peer_close (Fixture *self)
{
  if (self->peer_fd >= 0)
    raw_close (self->peer_fd);
  self->peer_fd = -1;
}

void
give (Fixture *self, gsize length_bytes)
{
  ReboundConnectionFigures figures;
  g_autofree guint8 *message = NULL;

  rebound_connection_get_figures (self->connection, &figures);
  message = new_message (figures.given_bytes, length_bytes);
  g_assert_true (rebound_connection_send (self->connection, message, length_bytes));
}

ReboundConnectionFigures
get_figures (Fixture *self)
{
  ReboundConnectionFigures figures;

  rebound_connection_get_figures (self->connection, &figures);
  return figures;
}

void
assert_accounts (Fixture *self)
{
  ReboundConnectionFigures figures = get_figures (self);

  g_assert_cmpint (rebound_connection_get_state (self->connection), ==,
                   REBOUND_CONNECTION_STATE_CLOSED);
  g_assert_cmpuint (figures.given_bytes, ==,
                    figures.acknowledged_bytes + figures.lost_bytes + figures.left_bytes);
}

void
peer_read_all (Fixture *self)
{
  do
    while (peer_read (self, G_MAXSIZE))
      ;
  while (settle (self));
}

void
finish (Fixture *self)
{
  rebound_connection_finish (self->connection, REBOUND_CONNECTION_FINISH_USEC,
                             REBOUND_CONNECTION_DRAIN_BYTES);
}
