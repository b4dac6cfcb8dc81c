/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ways out of a connection, against a peer of plain system calls. Each cell of the table is
 * played twice: by a ReboundConnection, and by a reference that uses no code of ours; the peer must
 * see the same. */

#include "connection-test.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "net/rebound-errno.h"

#define UNREAD_TEXT "hey"

/* -- the table -- */

typedef enum
{
  SHUTDOWN_SEND,
  FINISH,
  CLOSE,
  ABORT,
  N_WAYS
} Way;

typedef enum
{
  OPEN,
  HALF_CLOSED,
  CLOSED,
  RESET,
  N_PEERS
} Peer;

static const char *const way_names[] = { "shutdown-send", "finish", "close", "abort" };
static const char *const peer_names[] = { "open", "half-closed", "closed", "reset" };

typedef struct
{
  Way way;
  Peer peer;
  gsize given_bytes;
  gboolean has_unread;
} Cell;

static void
peer_act (Fixture *self, Peer peer)
{
  if (peer == HALF_CLOSED)
    shutdown (self->peer_fd, SHUT_WR);
  else if (peer == CLOSED)
    raw_close (self->peer_fd);
  else if (peer == RESET)
    raw_close_abortively (self->peer_fd);
  if (peer == CLOSED || peer == RESET)
    self->peer_fd = -1;
  kernel_test_settle ();
}

static void
go (Fixture *self, Way way)
{
  switch (way)
    {
    case SHUTDOWN_SEND:
      rebound_connection_start_reading (self->connection);
      rebound_connection_shutdown_send (self->connection);
      break;
    case FINISH:
      finish (self);
      break;
    case CLOSE:
      rebound_connection_close (self->connection);
      break;
    default:
      rebound_connection_abort (self->connection);
    }
  kernel_test_settle ();
}

/* What the peer has seen in the end, and in whose hands TIME_WAIT is. */
static char *
describe_outcome (Fixture *self)
{
  const char *end = self->peer_end == 1 ? "nothing" : rebound_errno_name (self->peer_end);
  gboolean is_own = raw_look_up (&self->own) == TCP_TIME_WAIT;
  gboolean is_peers = raw_look_up (&self->peer) == TCP_TIME_WAIT;

  return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes, then %s; TIME_WAIT: %s",
                          self->delivered_bytes, end,
                          is_own     ? "ours"
                          : is_peers ? "the peer's"
                                     : "nobody's");
}

static char *
play_ours (Fixture *self, const Cell *cell)
{
  if (cell->has_unread)
    g_assert_cmpint (raw_send (self->peer_fd, UNREAD_TEXT), ==, strlen (UNREAD_TEXT));
  if (cell->given_bytes > 0)
    give (self, cell->given_bytes);
  peer_act (self, cell->peer);
  go (self, cell->way);
  peer_read_all (self);
  peer_close (self);
  settle (self);
  g_assert_nonnull (self->how);
  assert_accounts (self);
  return describe_outcome (self);
}

typedef struct
{
  int fd;
  guint8 *rest;
  gsize rest_bytes;
  gboolean is_shut_down;
} Reference;

static void
reference_close (Reference *reference)
{
  raw_close (reference->fd);
  reference->fd = -1;
}

/* One go of the four steps. FALSE where it has nothing to do now. */
static gboolean
reference_step (Reference *self)
{
  char buffer[65536];
  ssize_t n;

  if (self->fd < 0)
    return FALSE;
  if (self->rest_bytes > 0)
    {
      n = send (self->fd, self->rest, self->rest_bytes, MSG_NOSIGNAL);
      kernel_test_settle ();
      if (n > 0)
        {
          memmove (self->rest, self->rest + n, self->rest_bytes - (gsize) n);
          self->rest_bytes -= (gsize) n;
          return TRUE;
        }
      if (errno != EAGAIN)
        {
          reference_close (self);
          return TRUE;
        }
    }
  else if (!self->is_shut_down)
    {
      self->is_shut_down = TRUE;
      if (shutdown (self->fd, SHUT_WR) < 0)
        reference_close (self);
      kernel_test_settle ();
      return TRUE;
    }
  n = recv (self->fd, buffer, sizeof buffer, 0);
  if (n > 0)
    return TRUE;
  if ((n == 0 && self->is_shut_down) || (n < 0 && errno != EAGAIN))
    {
      reference_close (self);
      return TRUE;
    }
  return FALSE;
}

static void
reference_go (Fixture *self, Reference *reference, Way way)
{
  if (way == CLOSE)
    reference_close (reference);
  else if (way == ABORT)
    {
      raw_close_abortively (reference->fd);
      reference->fd = -1;
    }
  kernel_test_settle ();
  for (;;)
    {
      gboolean has_read = peer_read (self, G_MAXSIZE);

      if (!reference_step (reference) && !has_read)
        break;
    }
}

static char *
play_reference (Fixture *self, const Cell *cell)
{
  Reference reference = { .rest_bytes = cell->given_bytes };
  g_autofree guint8 *message = new_message (0, cell->given_bytes);
  ssize_t sent;

  reference.rest = message;
  open_pair (self, &reference.fd);
  if (cell->has_unread)
    g_assert_cmpint (raw_send (self->peer_fd, UNREAD_TEXT), ==, strlen (UNREAD_TEXT));
  while (reference.rest_bytes > 0
         && (sent = send (reference.fd, message, reference.rest_bytes, MSG_NOSIGNAL)) > 0)
    {
      memmove (message, message + sent, reference.rest_bytes - (gsize) sent);
      reference.rest_bytes -= (gsize) sent;
    }
  kernel_test_settle ();
  peer_act (self, cell->peer);
  reference_go (self, &reference, cell->way);
  peer_close (self);
  while (reference_step (&reference))
    ;
  g_assert_cmpint (reference.fd, ==, -1);
  return describe_outcome (self);
}

static void
test_cell (Fixture *self, gconstpointer data)
{
  Fixture other = { 0 };
  g_autofree char *ours = play_ours (self, data);
  g_autofree char *reference = NULL;

  set_up_site (&other, data);
  reference = play_reference (&other, data);
  g_test_message ("%s | %s | %s", ours, self->story->str, self->how);
  g_assert_cmpstr (ours, ==, reference);
  tear_down (&other, data);
}

static void
add_table (void)
{
  static Cell cells[N_WAYS * N_PEERS * 4];

  for (guint i = 0; i < N_WAYS * N_PEERS * 4; i++)
    {
      Cell *cell = &cells[i];
      g_autofree char *path = NULL;

      cell->way = i / (N_PEERS * 4);
      cell->peer = i / 4 % N_PEERS;
      cell->given_bytes = (i & 1) != 0 ? LARGE_BYTES : 0;
      cell->has_unread = (i & 2) != 0;
      path = g_strdup_printf ("/connection/table/%s/%s/%s/%s", way_names[cell->way],
                              peer_names[cell->peer], (i & 1) != 0 ? "queued" : "empty",
                              (i & 2) != 0 ? "unread" : "read");
      g_test_add_vtable (path, sizeof (Fixture), cell, (GTestFixtureFunc) set_up,
                         (GTestFixtureFunc) test_cell, (GTestFixtureFunc) tear_down);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  add_table ();
  return g_test_run ();
}
