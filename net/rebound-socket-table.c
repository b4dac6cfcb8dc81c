/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When did a socket enter TIME_WAIT? The kernel does not say; but the cookie that a descriptor has
 * survives into TIME_WAIT, so the table reads it while the descriptor is open and looks that one
 * socket up again, by tuple and cookie, whenever something was done to either end. Entered is when
 * it was first seen. */

#include "rebound-socket-table-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-descriptor-limit-private.h"
#include "rebound-explanation-private.h"
#include "rebound-history-private.h"
#include "rebound-link-private.h"
#include "rebound-silent-listener-private.h"
#include "rebound-socket-ending-private.h"
#include "rebound-socket-private.h"

/* net.ipv4.tcp_fin_timeout, as the isolation sets it: how long FIN_WAIT2 lasts without an owner. */
#define FIN_TIMEOUT_USEC (60 * G_USEC_PER_SEC)

/* TCP_TIMEWAIT_LEN of include/net/tcp.h. */
#define TIME_WAIT_USEC (60 * G_USEC_PER_SEC)

static void
socket_clear (gpointer data)
{
  ReboundSocket *socket = data;

  rebound_history_leave (socket);
  rebound_socket_close_kept (socket);
  g_clear_pointer (&socket->expiry, rebound_timer_free);
  g_clear_object (&socket->site);
  g_free (socket->connection);
}

static void
socket_unref (gpointer socket)
{
  g_rc_box_release_full (socket, socket_clear);
}

ReboundSocketTable *
rebound_socket_table_new (ReboundSocketDiag *diag,
                          gboolean brings_timers_along,
                          const ReboundSocketTableListener *listener)
{
  ReboundSocketTable *self = g_new0 (ReboundSocketTable, 1);

  self->diag = diag;
  self->brings_timers_along = brings_timers_along;
  self->listener = *listener;
  self->time_wait_usec = TIME_WAIT_USEC;
  self->fin_timeout_usec = FIN_TIMEOUT_USEC;
  g_queue_init (&self->sockets);
  self->by_key = g_hash_table_new (rebound_tuple_hash, rebound_tuple_equal);
  self->touched = g_ptr_array_new_with_free_func (socket_unref);
  self->names = rebound_port_names_new ();
  return self;
}

void
rebound_socket_set_state (ReboundSocket *socket, guint8 state)
{
  socket->table->n_time_wait -= socket->state == TCP_TIME_WAIT;
  socket->table->n_time_wait += state == TCP_TIME_WAIT;
  socket->state = state;
}

void
rebound_socket_forget (ReboundSocket *socket)
{
  ReboundSocketTable *self = socket->table;

  if (socket->is_forgotten)
    return;
  self->n_time_wait -= socket->state == TCP_TIME_WAIT;
  socket->is_forgotten = TRUE;
  g_clear_pointer (&socket->expiry, rebound_timer_free);
  if (socket->is_pairable && g_hash_table_lookup (self->by_key, &socket->key) == socket)
    g_hash_table_remove (self->by_key, &socket->key);
  g_queue_unlink (&self->sockets, &socket->link);
  socket_unref (socket);
}

static void
forget_all (ReboundSocketTable *self)
{
  g_ptr_array_set_size (self->touched, 0);
  while (!g_queue_is_empty (&self->sockets))
    rebound_socket_forget (g_queue_peek_head (&self->sockets));
}

void
rebound_socket_table_free (ReboundSocketTable *self)
{
  forget_all (self);
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->touched);
  rebound_port_names_free (self->names);
  g_clear_object (&self->world);
  g_free (self);
}

void
rebound_socket_table_start (ReboundSocketTable *self, ReboundSite *world)
{
  g_set_object (&self->world, world);
}

/* Remainders would stand in the way of the next run of the same process. */
void
rebound_socket_table_stop (ReboundSocketTable *self)
{
  GList *next;

  for (GList *link = self->sockets.head; link != NULL && self->brings_timers_along; link = next)
    {
      next = link->next;
      rebound_socket_destroy_remainder (link->data);
    }
  forget_all (self);
  g_clear_object (&self->world);
}

void
rebound_socket_table_set_statement (ReboundSocketTable *self, const char *place)
{
  self->statement = place;
}

const char *
rebound_socket_get_statement (ReboundSocket *self)
{
  return self->table->statement;
}

void
rebound_socket_table_set_explanation (ReboundSocketTable *self, ReboundExplanation *explanation)
{
  self->explanation = explanation;
}

ReboundExplanation *
rebound_socket_get_explanation (ReboundSocket *self)
{
  return self->table->explanation;
}

void
rebound_socket_table_set_time_wait (ReboundSocketTable *self, gint64 time_wait_usec)
{
  self->time_wait_usec = time_wait_usec;
}

void
rebound_socket_table_set_fin_timeout (ReboundSocketTable *self, gint64 fin_timeout_usec)
{
  self->fin_timeout_usec = fin_timeout_usec;
}

void
rebound_socket_touch_alone (ReboundSocket *socket)
{
  if (socket->is_touched)
    return;
  socket->is_touched = TRUE;
  g_ptr_array_add (socket->table->touched, g_rc_box_acquire (socket));
}

/* Closing a listener resets who waits in its backlog, so every socket that points at its port is
 * touched. */
static void
touch_clients (ReboundSocketTable *self, guint16 port)
{
  for (GList *link = self->sockets.head; link != NULL; link = link->next)
    {
      ReboundSocket *socket = link->data;

      if (socket->is_pairable && ntohs (socket->tuple.remote_port) == port)
        rebound_socket_touch_alone (socket);
    }
}

ReboundSocket *
rebound_socket_table_find_other (ReboundSocketTable *self, const ReboundTuple *tuple)
{
  ReboundTuple plain = rebound_tuple_unmap (tuple);
  ReboundTuple reverse = rebound_tuple_reverse (&plain);

  return g_hash_table_lookup (self->by_key, &reverse);
}

ReboundSocket *
rebound_socket_find_other (ReboundSocket *self)
{
  return self->is_pairable ? rebound_socket_table_find_other (self->table, &self->tuple) : NULL;
}

void
rebound_socket_touch (ReboundSocket *socket)
{
  ReboundSocket *other = rebound_socket_find_other (socket);

  rebound_socket_touch_alone (socket);
  if (socket->is_listener)
    touch_clients (socket->table, socket->local_port);
  if (other != NULL)
    rebound_socket_touch_alone (other);
}

guint8
rebound_socket_look_now (ReboundSocket *self)
{
  gboolean is_orphan;

  return rebound_socket_look (self, &is_orphan);
}

gboolean
rebound_socket_table_is_virtual (ReboundSocketTable *self)
{
  return self->world != NULL
         && rebound_clock_get_mode (rebound_site_get_clock (self->world)) == REBOUND_CLOCK_VIRTUAL;
}

void
rebound_socket_table_set_link_up (ReboundSocketTable *self, gboolean is_up)
{
  self->is_link_down = !is_up;
  for (GList *link = self->sockets.head; link != NULL && is_up; link = link->next)
    {
      ReboundSocket *socket = link->data;

      if (socket->is_pairable && rebound_socket_table_is_virtual (self))
        rebound_socket_resume (socket);
      rebound_socket_touch_alone (socket);
    }
}

gboolean
rebound_socket_silence (ReboundSocket *socket)
{
  gboolean is_replaced;

  g_return_val_if_fail (socket->is_listener && socket->fd >= 0, FALSE);

  if (socket->kept_fd >= 0) /* it is one already */
    return TRUE;
  rebound_descriptor_limit_pause ();
  is_replaced = rebound_silent_listener_replace (socket->fd, &socket->kept_fd);
  rebound_descriptor_limit_resume ();
  if (!is_replaced)
    return FALSE;
  rebound_socket_touch (socket);
  return TRUE;
}

void
rebound_socket_let_go (ReboundSocket *socket)
{
  socket->fd = -1;
  if (socket->is_listener)
    {
      rebound_explanation_note_unbound (socket->table->explanation, socket);
      rebound_socket_close_kept (socket);
    }
  rebound_socket_touch (socket);
  if (!socket->is_pairable)
    rebound_socket_forget (socket);
}

void
rebound_socket_close (ReboundSocket *socket)
{
  if (socket->table->is_link_down && socket->is_pairable
      && rebound_socket_table_is_virtual (socket->table))
    socket->kept_fd = rebound_link_keep (socket->fd);
  rebound_socket_note_close (socket);
  rebound_history_note_close (socket);
  rebound_socket_close_wholly (socket);
  rebound_socket_let_go (socket);
}

void
rebound_socket_close_descriptor (ReboundSocket **socket, int *fd)
{
  if (*fd < 0)
    return;
  if (*socket != NULL)
    rebound_socket_close (g_steal_pointer (socket));
  else
    close (*fd);
  *fd = -1;
}

static void
observe (ReboundSocket *socket)
{
  ReboundSocketTable *self = socket->table;
  guint8 before = socket->state;
  gboolean is_orphan;

  rebound_socket_set_state (socket, rebound_socket_look (socket, &is_orphan));
  rebound_socket_note_state (socket, socket->state);
  if (socket->state != before)
    self->listener.state_changed (socket, before, socket->state, self->listener.user_data);
  if (!socket->is_forgotten && (socket->state != before || socket->expiry == NULL))
    rebound_socket_arm_expiry (socket, is_orphan);
}

static int
compare_serials (gconstpointer a, gconstpointer b)
{
  const ReboundSocket *first = *(ReboundSocket *const *) a;
  const ReboundSocket *second = *(ReboundSocket *const *) b;

  return first->serial < second->serial ? -1 : first->serial > second->serial;
}

gboolean
rebound_socket_table_observe (ReboundSocketTable *self, char **waits_for)
{
  g_autoptr (GPtrArray) touched = self->touched;
  gboolean quiet = TRUE;

  self->touched = g_ptr_array_new_with_free_func (socket_unref);
  g_ptr_array_sort (touched, compare_serials);
  for (guint i = 0; i < touched->len; i++)
    ((ReboundSocket *) touched->pdata[i])->is_touched = FALSE;
  for (guint i = 0; i < touched->len; i++)
    {
      ReboundSocket *socket = touched->pdata[i];

      if (socket->is_forgotten) /* by a handler of what came before */
        continue;
      observe (socket);
      if (socket->is_forgotten)
        continue;
      if (!self->is_link_down && rebound_socket_is_on_its_way (socket))
        {
          if (quiet && waits_for != NULL)
            *waits_for = rebound_socket_dup_wait (socket);
          quiet = FALSE;
          rebound_socket_touch_alone (socket);
        }
      else if (socket->fd < 0 && socket->state == TCP_CLOSE)
        rebound_socket_forget (socket);
      else if (socket->is_adopted)
        rebound_socket_touch_alone (socket);
    }
  return quiet;
}

char *
rebound_socket_table_find_unsettled (ReboundSocketTable *self)
{
  for (guint i = 0; i < self->touched->len; i++)
    {
      ReboundSocket *socket = self->touched->pdata[i];

      if (!socket->is_forgotten && !socket->is_adopted)
        return g_strdup_printf ("%s's end of %s was touched and has not been looked at since",
                                socket->end, socket->connection);
    }
  return NULL;
}

GPtrArray *
rebound_socket_table_list_site (ReboundSocketTable *self, ReboundSite *site)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (socket_unref);

  for (GList *link = self->sockets.head; link != NULL; link = link->next)
    if (site == NULL || ((ReboundSocket *) link->data)->site == site)
      g_ptr_array_add (list, g_rc_box_acquire (link->data));
  return list;
}

ReboundPortNames *
rebound_socket_table_get_names (ReboundSocketTable *self)
{
  return self->names;
}

guint
rebound_socket_table_count_time_wait (ReboundSocketTable *self)
{
  return self->n_time_wait;
}
