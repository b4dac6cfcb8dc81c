/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer outside of the phone: it connects, says something, and connects again when it was
 * refused or closed. It lives in the world, so it goes on while the application is suspended, and
 * its log is what a user at the other end would see.
 *
 * Its connections are called phone#1, phone#2 …; an attempt that comes to nothing gives its number
 * back, so the names count connections and not attempts. */

#include "rebound-client-private.h"

#include <errno.h>
#include <string.h>

#include "lifecycle/rebound-planted-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"

/* -- numbers -- */

static guint
take_number (ReboundClient *self)
{
  guint number;

  if (self->free_numbers->len == 0)
    return ++self->next_number;
  number = g_array_index (self->free_numbers, guint, 0);
  g_array_remove_index (self->free_numbers, 0);
  return number;
}

static void
give_back (ReboundClient *self, guint number)
{
  guint place = 0;

  while (place < self->free_numbers->len
         && g_array_index (self->free_numbers, guint, place) < number)
    place++;
  g_array_insert_val (self->free_numbers, place, number);
}

/* -- what a call tells -- */

static void
dial_again (ReboundClientSlot *slot)
{
  if (slot->client->site != NULL && !slot->client->is_away)
    rebound_timer_arm (slot->timer, slot->client->retry_every_usec);
}

static void
on_connected (ReboundCall *call, gpointer user_data)
{
  ReboundClient *self = ((ReboundClientSlot *) user_data)->client;
  g_autoptr (GRefString) name = g_ref_string_new (rebound_call_get_name (call));

  self->n_dialling--;
  self->n_connected++;
  self->n_open++;
  rebound_ledger_add (self->ledger, name, rebound_call_get_connection (call));
  rebound_client_set_last_error (self, 0);
  rebound_client_emit_connected (self, name);
}

static void
on_answered (ReboundCall *call, const char *answer, gpointer user_data)
{
  ReboundClient *self = ((ReboundClientSlot *) user_data)->client;

  g_free (self->last_answer);
  self->last_answer = g_strdup (answer);
  if (self->expected_answer[0] != '\0' && g_strcmp0 (self->expected_answer, answer) != 0)
    {
      rebound_client_emit_wrong_answer (self, rebound_call_get_name (call), answer);
      return;
    }
  self->n_answered++;
  rebound_client_emit_answered (self, rebound_call_get_name (call), answer);
}

static void
on_backlog_full (ReboundCall *call, gint64 again_usec, gpointer user_data)
{
  rebound_client_emit_backlog_full (((ReboundClientSlot *) user_data)->client,
                                    rebound_call_get_name (call), again_usec);
}

static void
on_peer_finished (ReboundCall *call, gpointer user_data)
{
  rebound_client_emit_peer_finished (((ReboundClientSlot *) user_data)->client,
                                     rebound_call_get_name (call));
}

static void
on_half_closed (ReboundCall *call, gpointer user_data)
{
  rebound_client_emit_half_closed (((ReboundClientSlot *) user_data)->client,
                                   rebound_call_get_name (call));
}

/* In the background it may have been the last one. */
static void
end_task_if_done (ReboundClient *self)
{
  if (self->site != NULL)
    rebound_finishing_end_task_if_done (&self->finishing);
}

static void
on_closed (ReboundCall *call, const char *how, gpointer user_data)
{
  ReboundClientSlot *slot = user_data;
  g_autoptr (ReboundClient) self = g_object_ref (slot->client);

  self->n_closed++;
  self->n_open--;
  rebound_ledger_note_end (self->ledger, rebound_call_get_connection (call), how);
  dial_again (slot);
  rebound_client_emit_closed (self, call, how);
  end_task_if_done (self);
}

/* It broke, or did not come about. */
static void
note_failure (ReboundClient *self, ReboundCall *call, int error_number)
{
  if (error_number == ECONNREFUSED)
    self->n_refused++;
  if (!rebound_call_was_established (call))
    {
      self->n_dialling--;
      give_back (self, rebound_call_get_number (call));
      return;
    }
  self->n_open--;
  rebound_ledger_note_end (self->ledger, rebound_call_get_connection (call),
                           rebound_errno_name (error_number));
}

/* The call is held by who tells of it, whatever is done to the client meanwhile. */
static void
on_failed (ReboundCall *call, int error_number, gpointer user_data)
{
  ReboundClientSlot *slot = user_data;
  g_autoptr (ReboundClient) self = g_object_ref (slot->client);

  note_failure (self, call, error_number);
  if (error_number != ENETUNREACH || !REBOUND_PLANTED (link_up_not_noticed))
    dial_again (slot);
  rebound_client_set_last_error (self, error_number);
  if (error_number == ECONNREFUSED)
    rebound_client_emit_refused (self);
  else
    rebound_client_emit_failed (self, call, error_number);
  end_task_if_done (self);
}

/* -- dialling -- */

void
rebound_client_dial (ReboundClientSlot *slot)
{
  ReboundClient *self = slot->client;
  ReboundCallManner manner
      = { self->message, self->message[0] != '\0' || self->expected_answer[0] != '\0',
          self->close_first, self->connect_timeout_usec };
  struct sockaddr_storage address;
  socklen_t length;

  if (self->count != 0 && self->n_connected + self->n_dialling >= self->count)
    return;
  /* Ten thousand that dial at one instant are no busy loop, even where nothing can come of it: each
   * does so once, and again only at a later one. */
  rebound_site_note_progress (self->site);
  if (!rebound_endpoint_resolve (self->site, self->connect, &address, &length))
    {
      dial_again (slot); /* who it is to connect to has never lived yet */
      return;
    }
  self->n_dialling++;
  rebound_call_dial (slot->call, take_number (self), &address, length, &manner);
}

void
rebound_client_stop_dialling (ReboundClientSlot *slot)
{
  rebound_timer_disarm (slot->timer);
  if (rebound_call_get_phase (slot->call) != REBOUND_CALL_DIALLING)
    return;
  slot->client->n_dialling--;
  give_back (slot->client, rebound_call_get_number (slot->call));
  rebound_call_close (slot->call);
}

static void
on_dial (gpointer user_data)
{
  rebound_client_dial (user_data);
}

/* -- living -- */

static void
slot_free (gpointer data)
{
  ReboundClientSlot *slot = data;

  rebound_call_free (slot->call);
  rebound_timer_free (slot->timer);
  g_free (slot);
}

static void
add_slot (ReboundClient *self)
{
  static const ReboundCallListener listener = {
    .connected = on_connected,
    .answered = on_answered,
    .backlog_full = on_backlog_full,
    .peer_finished = on_peer_finished,
    .half_closed = on_half_closed,
    .closed = on_closed,
    .failed = on_failed,
  };
  ReboundClientSlot *slot = g_new0 (ReboundClientSlot, 1);

  slot->client = self;
  slot->call = rebound_call_new (self->site, rebound_actor_get_name (REBOUND_ACTOR (self)),
                                 &self->ending, &listener, slot);
  slot->timer = rebound_site_new_timer (self->site, "client: retry-every", on_dial, slot);
  g_ptr_array_add (self->slots, slot);
}

/* It may have had another life before. */
static void
begin_anew (ReboundClient *self)
{
  g_array_set_size (self->free_numbers, 0);
  self->next_number = 0;
  self->n_dialling = 0;
  self->n_connected = 0;
  self->n_refused = 0;
  self->n_answered = 0;
  self->n_closed = 0;
  self->n_open = 0;
  self->last_error = 0;
  self->is_away = FALSE;
  rebound_ledger_begin (self->ledger);
}

void
rebound_client_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundClient *self = REBOUND_CLIENT (actor);

  g_set_object (&self->site, site);
  begin_anew (self);
  self->slots = g_ptr_array_new_with_free_func (slot_free);
  for (guint i = 0; i < self->at_once; i++)
    add_slot (self);
  for (guint i = 0; i < self->slots->len; i++)
    rebound_client_dial (self->slots->pdata[i]);
}

void
rebound_client_abandon (ReboundActor *actor)
{
  ReboundClient *self = REBOUND_CLIENT (actor);

  for (guint i = 0; self->slots != NULL && i < self->slots->len; i++)
    rebound_call_abandon (((ReboundClientSlot *) self->slots->pdata[i])->call);
  rebound_ledger_abandon (self->ledger);
  rebound_finishing_abandon (&self->finishing);
  g_clear_pointer (&self->slots, g_ptr_array_unref);
  g_clear_object (&self->site);
}

void
rebound_client_visit (ReboundClient *self,
                      const char *name,
                      ReboundClientVisit visit,
                      gconstpointer data)
{
  g_autoptr (ReboundClient) held = g_object_ref (self);

  for (guint i = 0; self->slots != NULL && i < self->slots->len; i++)
    {
      ReboundClientSlot *slot = self->slots->pdata[i];

      if (rebound_call_get_phase (slot->call) == REBOUND_CALL_OPEN
          && (*name == '\0' || strcmp (name, rebound_call_get_name (slot->call)) == 0))
        visit (slot, data);
    }
}

char *
rebound_client_dup_waiting_for (ReboundActor *actor)
{
  ReboundClient *self = REBOUND_CLIENT (actor);
  char *what = NULL;

  for (guint i = 0; self->slots != NULL && i < self->slots->len && what == NULL; i++)
    what = rebound_call_dup_waiting_for (((ReboundClientSlot *) self->slots->pdata[i])->call);
  return what;
}
