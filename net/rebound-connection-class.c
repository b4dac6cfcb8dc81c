/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection as an object: how it begins and goes, and what it tells of. It is no actor: a
 * script reaches it through whoever has it, a listener above all. */

#include "rebound-connection-private.h"

#include <errno.h>
#include <fcntl.h>

#include "rebound-errno.h"

enum
{
  RECEIVED,
  FLUSHED,
  PEER_FINISHED,
  HALF_CLOSED,
  RESET,
  FAILED,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ReboundConnection, rebound_connection, G_TYPE_OBJECT)

/* Calls the observer, if it has that. */
#define OBSERVE(self, what, ...)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if ((self)->observer != NULL && (self)->observer->what != NULL)                                \
      (self)->observer->what (__VA_ARGS__, (self)->observer_data);                                 \
  }                                                                                                \
  G_STMT_END

/* Whoever lets go of the last reference is past being told. */
static void
rebound_connection_dispose (GObject *object)
{
  ReboundConnection *self = REBOUND_CONNECTION (object);

  if (self->site != NULL)
    rebound_connection_abandon (self);
  g_clear_pointer (&self->rest_timer, rebound_timer_free);
  g_clear_pointer (&self->deadline_timer, rebound_timer_free);
  G_OBJECT_CLASS (rebound_connection_parent_class)->dispose (object);
}

static void
rebound_connection_finalize (GObject *object)
{
  ReboundConnection *self = REBOUND_CONNECTION (object);

  g_clear_pointer (&self->queue, g_byte_array_unref);
  if (self->tail != NULL)
    g_string_free (self->tail, TRUE);
  g_free (self->goodbye);
  g_clear_object (&self->site);
  G_OBJECT_CLASS (rebound_connection_parent_class)->finalize (object);
}

static guint
install_signal (const char *name, GType argument)
{
  return g_signal_new (name, REBOUND_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, argument != G_TYPE_NONE ? 1 : 0, argument);
}

static void
rebound_connection_class_init (ReboundConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rebound_connection_dispose;
  object_class->finalize = rebound_connection_finalize;
  signals[RECEIVED] = install_signal ("received", G_TYPE_BYTES);
  signals[FLUSHED] = install_signal ("flushed", G_TYPE_NONE);
  signals[PEER_FINISHED] = install_signal ("peer-finished", G_TYPE_NONE);
  signals[HALF_CLOSED] = install_signal ("half-closed", G_TYPE_NONE);
  signals[RESET] = install_signal ("reset", G_TYPE_STRING);
  signals[FAILED] = install_signal ("failed", G_TYPE_STRING);
  signals[ENDED] = install_signal ("ended", G_TYPE_STRING);
}

static void
rebound_connection_init (ReboundConnection *self)
{
  self->fd = -1;
  self->state = REBOUND_CONNECTION_STATE_CLOSED;
}

ReboundConnection *
rebound_connection_new_of_table (ReboundSite *site, int fd, ReboundSocket *socket)
{
  ReboundConnection *self = g_object_new (REBOUND_TYPE_CONNECTION, NULL);

  self->site = g_object_ref (site);
  self->fd = fd;
  self->socket = socket;
  self->is_fresh = TRUE;
  self->state = REBOUND_CONNECTION_STATE_OPEN;
  return self;
}

/* The kernel counts what is acknowledged from 0 where it was connected to: only where it has
 * connected itself its SYN counts as a byte. */
ReboundConnection *
rebound_connection_new_accepted (ReboundSite *site, int fd, ReboundSocket *socket)
{
  ReboundConnection *self = rebound_connection_new_of_table (site, fd, socket);

  self->is_counting = TRUE;
  return self;
}

ReboundConnection *
rebound_connection_new (ReboundSite *site, int fd)
{
  ReboundConnection *self;
  int flags;

  g_return_val_if_fail (REBOUND_IS_SITE (site), NULL);
  g_return_val_if_fail (fd >= 0, NULL);

  flags = fcntl (fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0)
    fcntl (fd, F_SETFL, flags | O_NONBLOCK);
  self = rebound_connection_new_of_table (site, fd, NULL);
  self->is_fresh = FALSE;
  return self;
}

void
rebound_connection_set_goodbye (ReboundConnection *self, const char *goodbye)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));

  g_free (self->goodbye);
  self->goodbye = goodbye != NULL && *goodbye != '\0' ? g_strdup (goodbye) : NULL;
  if (self->goodbye != NULL && self->tail == NULL)
    self->tail = g_string_new (NULL);
}

void
rebound_connection_set_observer (ReboundConnection *self,
                                 const ReboundConnectionObserver *observer,
                                 gpointer user_data)
{
  self->observer = observer;
  self->observer_data = user_data;
}

ReboundConnectionState
rebound_connection_get_state (ReboundConnection *self)
{
  g_return_val_if_fail (REBOUND_IS_CONNECTION (self), REBOUND_CONNECTION_STATE_CLOSED);

  return self->state;
}

void
rebound_connection_get_figures (ReboundConnection *self, ReboundConnectionFigures *figures)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));
  g_return_if_fail (figures != NULL);

  rebound_connection_count_acknowledged (self);
  *figures = self->figures;
}

void
rebound_connection_emit_received (ReboundConnection *self, GBytes *bytes)
{
  OBSERVE (self, received, self, bytes);
  g_signal_emit (self, signals[RECEIVED], 0, bytes);
}

void
rebound_connection_emit_read_dry (ReboundConnection *self)
{
  OBSERVE (self, read_dry, self);
}

void
rebound_connection_emit_flushed (ReboundConnection *self)
{
  OBSERVE (self, flushed, self);
  g_signal_emit (self, signals[FLUSHED], 0);
}

void
rebound_connection_emit_peer_finished (ReboundConnection *self)
{
  OBSERVE (self, peer_finished, self);
  g_signal_emit (self, signals[PEER_FINISHED], 0);
}

void
rebound_connection_emit_half_closed (ReboundConnection *self)
{
  OBSERVE (self, half_closed, self);
  g_signal_emit (self, signals[HALF_CLOSED], 0);
}

/* An RST is ECONNRESET; EPIPE where the peer's FIN came before it. */
void
rebound_connection_emit_error (ReboundConnection *self, int error_number)
{
  gboolean is_reset = error_number == ECONNRESET || error_number == EPIPE;

  OBSERVE (self, broken, self, error_number);
  g_signal_emit (self, signals[is_reset ? RESET : FAILED], 0, rebound_errno_name (error_number));
}

void
rebound_connection_emit_ended (ReboundConnection *self, const char *how)
{
  OBSERVE (self, ended, self, how);
  g_signal_emit (self, signals[ENDED], 0, how);
}
