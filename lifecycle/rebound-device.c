/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person does not call enter-background; a person presses Home. The device turns such acts into
 * the applications' words, by the tables in rebound-transition.c and rebound-phone.c, and holds
 * what is the machine's and not an application's: the lock, the link, and what the system does to
 * sockets and to whoever takes too long.
 *
 * An application that has entered the background is suspended as soon as nothing keeps it. Mostly
 * that is at once, as a part of the word that sent it there; with a background task it is when the
 * last one has ended, at that instant but behind everything else that is ready. */

#include "rebound-device-class-private.h"

#include <string.h>

#include "rebound-error.h"
#include "rebound-file-locks-private.h"
#include "rebound-kernel-private.h"

/* When protected data goes after the lock: UIKit's reference says about ten seconds. */
#define PROTECTION_DELAY_USEC (10 * G_USEC_PER_SEC)

static ReboundPlace *
place_at (ReboundDevice *self, guint i)
{
  return self->places->pdata[i];
}

static gboolean
is_in (const ReboundPlace *place, ReboundApplicationState state)
{
  return rebound_application_get_state (place->application) == state;
}

/* -- taking sockets away -- */

static void
take_sockets (ReboundPlace *place, ReboundPutOff cause)
{
  ReboundDevice *self = place->device;
  const char *name = rebound_application_get_name (place->application);
  g_autofree char *tasks = rebound_application_dup_tasks (place->application);
  guint count;

  if (is_in (place, REBOUND_APPLICATION_STATE_NOT_RUNNING))
    return;
  place->has_been_taken = TRUE;
  place->put_off = tasks != NULL ? MAX (place->put_off, cause) : REBOUND_PUT_OFF_NOTHING;
  if (tasks != NULL)
    {
      rebound_device_emit_put_off (self, name, tasks);
      return;
    }
  count = rebound_kernel_reclaim (self->kernel, rebound_application_get_site (place->application),
                                  self->data.reclaim_style, self->reclaimed_listener);
  if (count > 0)
    rebound_device_emit_reclaimed (self, name, count);
}

static gboolean
are_sockets_due (ReboundPlace *place)
{
  ReboundReclaim reclaim = place->device->data.reclaim;

  return place->put_off != REBOUND_PUT_OFF_NOTHING || reclaim == REBOUND_RECLAIM_AT_SUSPEND
         || (reclaim == REBOUND_RECLAIM_AT_LOCK && place->device->is_locked);
}

/* -- suspension -- */

/* What iOS calls it in a crash report: “dead lock”. */
#define CODE_FILE_LOCK "0xdead10cc"

/* Whoever is suspended with a lock on a file keeps everybody else from it. */
static gboolean
punish_locks (ReboundPlace *place, GError **error)
{
  ReboundDevice *self = place->device;
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (error);
  g_autofree char *list = NULL;
  g_autofree char *explanation = NULL;

  if (locks == NULL)
    return FALSE;
  if (self->lock_filter != NULL)
    self->lock_filter (locks, place->application, self->lock_filter_data);
  if (locks->len == 0)
    return TRUE;
  list = rebound_file_locks_describe (locks);
  explanation = g_strdup_printf ("%s was suspended with locked system files: %s",
                                 rebound_application_get_name (place->application), list);
  rebound_application_end (place->application, "file-lock", CODE_FILE_LOCK, explanation);
  return TRUE;
}

/* One word of an application's, and what the system does when it was a suspension. */
static gboolean
perform_word (ReboundPlace *place, const char *word, const char *act, GError **error)
{
  if (!rebound_application_perform_for (place->application, word, act, error))
    return FALSE;
  if (is_in (place, REBOUND_APPLICATION_STATE_SUSPENDED) && !punish_locks (place, error))
    return FALSE;
  if (is_in (place, REBOUND_APPLICATION_STATE_SUSPENDED) && are_sockets_due (place))
    take_sockets (place, REBOUND_PUT_OFF_NOTHING);
  if (!is_in (place, REBOUND_APPLICATION_STATE_BACKGROUND)
      && !is_in (place, REBOUND_APPLICATION_STATE_SUSPENDED))
    place->put_off = REBOUND_PUT_OFF_NOTHING;
  return TRUE;
}

/* The application has its last turn, and is suspended if nothing keeps it then. */
static gboolean
let_go (ReboundPlace *place, GError **error)
{
  ReboundDevice *self = place->device;
  g_autofree char *tasks = NULL;

  if (self->turn != NULL)
    self->turn (self->turn_data);
  if (!is_in (place, REBOUND_APPLICATION_STATE_BACKGROUND) || self->has_debugger)
    return TRUE;
  tasks = rebound_application_dup_tasks (place->application);
  if (tasks == NULL)
    return perform_word (place, "suspend", "suspend", error);
  rebound_device_emit_kept_running (self, rebound_application_get_name (place->application), tasks,
                                    rebound_application_get_time_remaining_usec (
                                        place->application));
  return TRUE;
}

/* All that was ready has been dispatched: timers come after. */
static void
on_suspension (gpointer user_data)
{
  ReboundPlace *place = user_data;
  g_autofree char *tasks = rebound_application_dup_tasks (place->application);

  if (tasks != NULL || !rebound_application_is_idle (place->application))
    return;
  if (is_in (place, REBOUND_APPLICATION_STATE_BACKGROUND) && !place->device->has_debugger)
    perform_word (place, "suspend", "suspend", NULL);
  else if (place->put_off != REBOUND_PUT_OFF_NOTHING) /* it runs on, as behind iOS 4's lock */
    take_sockets (place, REBOUND_PUT_OFF_NOTHING);
}

static void
on_idle (ReboundApplication *application, gpointer user_data)
{
  ReboundPlace *place = user_data;

  if (place->suspension != NULL)
    rebound_timer_arm (place->suspension, 0);
}

/* -- protected data -- */

static void
set_protected (ReboundDevice *self, gboolean is_protected)
{
  self->is_protected = is_protected;
  for (guint i = 0; i < self->places->len; i++)
    rebound_application_set_protected (place_at (self, i)->application, is_protected);
}

static void
on_protection (gpointer user_data)
{
  set_protected (user_data, TRUE);
}

/* -- words -- */

static gboolean
play_words (ReboundPlace *place, const char *const *words, const char *act, GError **error)
{
  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean is_last = i > 0 && strcmp (words[i], "suspend") == 0;
      gboolean has_ended = i > 0 && is_in (place, REBOUND_APPLICATION_STATE_NOT_RUNNING);

      if (has_ended) /* a watchdog was there first */
        return TRUE;
      if (is_last ? !let_go (place, error) : !perform_word (place, words[i], act, error))
        return FALSE;
    }
  return TRUE;
}

/* What the phone does itself, before its applications do their part. */
static gboolean
begin_act (ReboundDevice *self, const char *word, GError **error)
{
  if (strcmp (word, "unlock") == 0)
    {
      if (self->protection_timer != NULL)
        rebound_timer_disarm (self->protection_timer);
      set_protected (self, FALSE);
    }
  if (strcmp (word, "lock") == 0 && self->has_passcode && self->protection_timer != NULL)
    rebound_timer_arm (self->protection_timer, PROTECTION_DELAY_USEC);
  if (strcmp (word, "network-down") == 0)
    return rebound_kernel_set_link_up (self->kernel, FALSE, error);
  if (strcmp (word, "network-up") == 0)
    return rebound_kernel_set_link_up (self->kernel, TRUE, error);
  return TRUE;
}

/* And after. */
static void
end_act (ReboundDevice *self, const char *word)
{
  gboolean is_lock = strcmp (word, "lock") == 0;

  for (guint i = 0; i < self->places->len; i++)
    {
      ReboundPlace *place = place_at (self, i);

      if (strcmp (word, "reboot") == 0)
        rebound_kernel_forget (self->kernel, rebound_application_get_site (place->application));
      else if (strcmp (word, "unlock") == 0 && place->put_off == REBOUND_PUT_OFF_LOCK)
        place->put_off = REBOUND_PUT_OFF_NOTHING;
      else if (is_lock && self->data.reclaim == REBOUND_RECLAIM_AT_LOCK && !place->has_been_taken)
        take_sockets (place, REBOUND_PUT_OFF_LOCK);
      else if (strcmp (word, "reclaim-sockets") == 0
               && (is_in (place, REBOUND_APPLICATION_STATE_BACKGROUND)
                   || is_in (place, REBOUND_APPLICATION_STATE_SUSPENDED)))
        take_sockets (place, REBOUND_PUT_OFF_WORD);
    }
}

/* How the phone stands once the word is done; the lives know. */
static void
take_over (ReboundDevice *self, GArray *tenants)
{
  guint flags = 0;

  for (guint i = 0; i < self->places->len; i++)
    {
      flags = g_array_index (tenants, ReboundTenant, i).life.flags;
      place_at (self, i)->was_in_front = (flags & REBOUND_LIFE_IN_FRONT) != 0;
    }
  self->is_link_down = (flags & REBOUND_LIFE_LINK_DOWN) != 0;
  if (self->is_locked == ((flags & REBOUND_LIFE_LOCKED) != 0))
    return;
  self->is_locked = !self->is_locked;
  rebound_device_notify_locked (self);
}

/* Another application's handlers may have taken time meanwhile, and this one was suspended or
 * ended: what the word comes to is found out when its turn has come. */
static gboolean
play_part (ReboundPlace *place, const ReboundLife *before, const char *word, GError **error)
{
  ReboundLife life = { rebound_application_get_state (place->application), before->flags };
  const char *const *words = rebound_life_plan (&life, word);

  return words == NULL || play_words (place, words, word, error);
}

static gboolean
play (ReboundDevice *self, GArray *tenants, GArray *plan, const char *word, GError **error)
{
  g_autoptr (GArray) before = g_array_copy (tenants);

  for (guint i = 0; i < self->places->len; i++)
    place_at (self, i)->has_been_taken = FALSE;
  if (!begin_act (self, word, error))
    return FALSE;
  rebound_phone_follow (tenants, plan);
  take_over (self, tenants);
  for (guint i = 0; i < plan->len; i++)
    {
      const ReboundPart *part = &g_array_index (plan, ReboundPart, i);

      if (!play_part (place_at (self, part->who),
                      &g_array_index (before, ReboundTenant, part->who).life, part->word, error))
        return FALSE;
    }
  end_act (self, word);
  return TRUE;
}

gboolean
rebound_device_perform_on (ReboundDevice *self,
                           ReboundApplication *application,
                           const char *word,
                           GError **error)
{
  g_autoptr (GArray) tenants = rebound_device_list_tenants (self);
  guint target = rebound_device_find_tenant (self, application);
  g_autoptr (GArray) plan = NULL;

  for (guint i = 0; i < self->places->len; i++)
    if (!rebound_application_is_between_words (place_at (self, i)->application, word, error))
      return FALSE;
  plan = rebound_phone_plan (tenants, target, word, error);
  return plan != NULL && play (self, tenants, plan, word, error);
}

gboolean
rebound_device_perform (ReboundDevice *self, const char *word, GError **error)
{
  g_return_val_if_fail (REBOUND_IS_DEVICE (self), FALSE);

  return rebound_device_perform_on (self, NULL, word, error);
}

gboolean
rebound_device_check (ReboundDevice *self,
                      ReboundApplication *application,
                      const char *word,
                      GError **error)
{
  g_autoptr (GArray) tenants = rebound_device_list_tenants (self);
  guint target = rebound_device_find_tenant (self, application);
  g_autoptr (GArray) plan = rebound_phone_plan (tenants, target, word, error);

  return plan != NULL;
}

/* A promise that an application has been given is not broken by a word; see
 * rebound_application_perform_for(). */
static gboolean
is_kept_awake (ReboundDevice *self, ReboundApplication *application, const char *word)
{
  g_autofree char *tasks = rebound_application_dup_tasks (
      application != NULL ? application : place_at (self, 0)->application);

  return tasks != NULL && strcmp (word, "suspend") == 0;
}

const char **
rebound_device_list_words (ReboundDevice *self, ReboundApplication *application)
{
  GPtrArray *words = rebound_life_all_words ();
  GPtrArray *possible = g_ptr_array_new ();

  g_return_val_if_fail (REBOUND_IS_DEVICE (self), NULL);

  for (guint i = 0; i < words->len; i++)
    if (rebound_device_check (self, application, words->pdata[i], NULL)
        && !is_kept_awake (self, application, words->pdata[i]))
      g_ptr_array_add (possible, words->pdata[i]);
  g_ptr_array_add (possible, NULL);
  return (const char **) g_ptr_array_free (possible, FALSE);
}

/* -- applications -- */

guint
rebound_device_find_tenant (ReboundDevice *self, ReboundApplication *application)
{
  for (guint i = 0; i < self->places->len; i++)
    if (place_at (self, i)->application == application)
      return i;
  return REBOUND_PHONE_NOBODY;
}

ReboundApplication *
rebound_device_get_application (ReboundDevice *self, guint who)
{
  return place_at (self, who)->application;
}

GArray *
rebound_device_list_tenants (ReboundDevice *self)
{
  GArray *tenants = g_array_new (FALSE, FALSE, sizeof (ReboundTenant));

  for (guint i = 0; i < self->places->len; i++)
    {
      ReboundPlace *place = place_at (self, i);
      ReboundTenant tenant = { rebound_application_get_name (place->application),
                               { rebound_application_get_state (place->application),
                                 rebound_device_get_rules (self) } };

      if (self->is_locked)
        tenant.life.flags |= REBOUND_LIFE_LOCKED;
      if (self->is_link_down)
        tenant.life.flags |= REBOUND_LIFE_LINK_DOWN;
      if (self->is_locked && place->was_in_front)
        tenant.life.flags |= REBOUND_LIFE_IN_FRONT;
      g_array_append_val (tenants, tenant);
    }
  return tenants;
}

guint
rebound_device_get_rules (ReboundDevice *self)
{
  return (self->data.lock_means == REBOUND_LOCK_MEANS_RESIGN ? REBOUND_LIFE_LOCK_RESIGNS : 0)
         | (self->has_debugger ? REBOUND_LIFE_AWAKE : 0);
}

GError *
rebound_device_obey (ReboundDevice *self, const char *name, const char *word)
{
  GError *error = NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      ReboundApplication *application = place_at (self, i)->application;

      if (name != NULL && strcmp (rebound_application_get_name (application), name) != 0)
        continue;
      rebound_device_perform_on (self, name != NULL ? application : NULL, word, &error);
      return error;
    }
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                      "“%s” is no application of this phone; expected one that was declared before",
                      name);
}

static gboolean
on_steer (ReboundApplication *application, const char *word, gpointer user_data, GError **error)
{
  return rebound_device_perform_on (((ReboundPlace *) user_data)->device, application, word, error);
}

/* A process is gone, and what was to be taken from it. */
static void
on_died (ReboundPlace *place)
{
  place->was_in_front = FALSE;
  place->put_off = REBOUND_PUT_OFF_NOTHING;
}

static void
set_up_place (ReboundPlace *place)
{
  ReboundDevice *self = place->device;

  if (self->world == NULL)
    return;
  rebound_application_set_world (place->application, self->world);
  g_clear_pointer (&place->suspension, rebound_timer_free);
  place->suspension
      = rebound_site_new_timer (self->world, "device: suspension", on_suspension, place);
}

static void
place_free (gpointer data)
{
  ReboundPlace *place = data;

  g_signal_handlers_disconnect_by_data (place->application, place);
  rebound_application_set_steer (place->application, NULL, NULL);
  rebound_application_set_idle (place->application, NULL, NULL);
  g_clear_pointer (&place->suspension, rebound_timer_free);
  g_object_unref (place->application);
  g_free (place);
}

void
rebound_device_set_up (ReboundDevice *self)
{
  self->places = g_ptr_array_new_with_free_func (place_free);
}

void
rebound_device_add_application (ReboundDevice *self, ReboundApplication *application)
{
  ReboundPlace *place = g_new0 (ReboundPlace, 1);

  place->device = self;
  place->application = g_object_ref (application);
  g_ptr_array_add (self->places, place);
  rebound_application_set_steer (application, on_steer, place);
  rebound_application_set_idle (application, on_idle, place);
  g_signal_connect_swapped (application, "died", G_CALLBACK (on_died), place);
  set_up_place (place);
  rebound_application_set_protected (application, self->is_protected);
  rebound_device_apply (self);
}

void
rebound_device_set_world (ReboundDevice *self, ReboundSite *world)
{
  g_set_object (&self->world, world);
  g_clear_pointer (&self->protection_timer, rebound_timer_free);
  self->protection_timer
      = rebound_site_new_timer (world, "device: protected data", on_protection, self);
  for (guint i = 0; i < self->places->len; i++)
    set_up_place (place_at (self, i));
}

void
rebound_device_set_kernel (ReboundDevice *self, ReboundKernel *kernel)
{
  g_set_object (&self->kernel, kernel);
}

void
rebound_device_set_turn_func (ReboundDevice *self, ReboundTurnFunc turn, gpointer user_data)
{
  self->turn = turn;
  self->turn_data = user_data;
}

void
rebound_device_set_lock_filter (ReboundDevice *self, ReboundLockFilter filter, gpointer user_data)
{
  self->lock_filter = filter;
  self->lock_filter_data = user_data;
}

void
rebound_device_apply (ReboundDevice *self)
{
  for (guint i = 0; i < self->places->len; i++)
    rebound_application_set_limits (place_at (self, i)->application, &self->limits,
                                    self->data.background_budget_usec, !self->has_debugger);
}
