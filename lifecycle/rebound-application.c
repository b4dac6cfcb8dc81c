/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application is a state, a list of actors and a context that is iterated as long as it is not
 * suspended. What each word does stands in rebound-transition.c; here a row is played: the state is
 * set, the signal is emitted, the actors are told.
 *
 * The signal comes first, because it is what the log shows, and what the actors then do is its
 * consequence.
 *
 * A process can be ended while its own handlers are on the stack: a handler that is busy for too
 * long is killed in the midst of it. Handlers cannot be torn from the stack, so the application is
 * doomed then: time does not pass for it any more, nobody else is told, and when the handlers have
 * returned, at the same instant, it is gone. */

#include "rebound-application-class-private.h"

#include <string.h>

#include "rebound-clock-private.h"
#include "rebound-error.h"
#include "rebound-transition-private.h"

static void
exit_clear (ReboundExit *how)
{
  g_clear_pointer (&how->reason, g_free);
  g_clear_pointer (&how->code, g_free);
  g_clear_pointer (&how->explanation, g_free);
}

/* -- state -- */

/* Timers of an application that is suspended or busy wait with it. */
static void
update_clock (ReboundApplication *self)
{
  rebound_clock_set_paused (rebound_site_get_clock (self->site),
                            rebound_site_get_context (self->site),
                            self->is_busy || self->state == REBOUND_APPLICATION_STATE_SUSPENDED);
}

static void
set_state (ReboundApplication *self, ReboundApplicationState state)
{
  gboolean was_away = self->state == REBOUND_APPLICATION_STATE_BACKGROUND;
  gboolean is_away = state == REBOUND_APPLICATION_STATE_BACKGROUND;

  if (self->state == state)
    return;
  self->state = state;
  update_clock (self);
  self->owes_suspension = FALSE;
  if (is_away)
    rebound_background_tasks_enter (self->tasks);
  else if (was_away)
    rebound_background_tasks_leave (self->tasks);
  rebound_site_note_progress (self->site);
  rebound_application_notify_state (self);
}

gboolean
rebound_application_runs (ReboundApplication *self)
{
  return self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING
         && self->state != REBOUND_APPLICATION_STATE_SUSPENDED;
}

gboolean
rebound_application_is_idle (ReboundApplication *self)
{
  return !self->is_performing && !self->is_busy;
}

gboolean
rebound_application_is_doomed (ReboundApplication *self)
{
  return self->doom != NULL;
}

/* The last task was ended, or a handler has returned since. */
void
rebound_application_note_idle (ReboundApplication *self)
{
  if (self->owes_suspension && self->idle != NULL && rebound_application_is_idle (self)
      && rebound_background_tasks_get_count (self->tasks) == 0)
    self->idle (self, self->idle_data);
}

/* -- the end -- */

static void
abandon_actors (ReboundApplication *self)
{
  for (guint i = self->actors->len; i > 0; i--)
    rebound_actor_abandon (self->actors->pdata[i - 1]);
}

static void
die (ReboundApplication *self, const char *reason, const char *code, const char *explanation)
{
  ReboundExit how = { g_strdup (reason), g_strdup (code), g_strdup (explanation) };

  exit_clear (&self->exit);
  self->exit = how;
  rebound_background_tasks_drop (self->tasks);
  set_state (self, REBOUND_APPLICATION_STATE_NOT_RUNNING);
  memset (self->work_usec, 0, sizeof self->work_usec);
  abandon_actors (self);
  if (self->populate != NULL)
    g_ptr_array_set_size (self->actors, 0);
  rebound_application_emit_died (self, &self->exit);
}

static void
free_doom (ReboundExit *doom)
{
  exit_clear (doom);
  g_free (doom);
}

static void
meet_doom (ReboundApplication *self)
{
  ReboundExit *doom = g_steal_pointer (&self->doom);

  die (self, doom->reason, doom->code, doom->explanation);
  free_doom (doom);
}

void
rebound_application_end (ReboundApplication *self,
                         const char *reason,
                         const char *code,
                         const char *explanation)
{
  ReboundExit how = { g_strdup (reason), g_strdup (code), g_strdup (explanation) };

  if (self->state == REBOUND_APPLICATION_STATE_NOT_RUNNING || self->doom != NULL)
    {
      exit_clear (&how);
      return;
    }
  self->doom = g_memdup2 (&how, sizeof how);
  if (rebound_application_is_idle (self))
    meet_doom (self);
}

/* -- time -- */

static gint64
now_usec (ReboundApplication *self)
{
  return rebound_clock_get_time_usec (rebound_site_get_clock (self->site));
}

static void
transgress (ReboundApplication *self)
{
  g_autofree char *explanation = rebound_watchdog_explain (&self->watchdog, self->name);

  rebound_application_end (self, "watchdog", REBOUND_EXIT_CODE_WATCHDOG, explanation);
}

/* How long a handler may still be busy; G_MAXINT64 for as long as it likes. */
static gint64
get_patience_usec (ReboundApplication *self)
{
  if (!self->is_watched || !self->is_in_callback)
    return G_MAXINT64;
  return MAX (rebound_watchdog_get_left_usec (&self->watchdog, now_usec (self)), 0);
}

static gboolean
let_time_pass (ReboundApplication *self, gint64 duration_usec)
{
  gboolean was_busy = self->is_busy;
  gboolean has_passed = TRUE;

  self->is_busy = TRUE;
  update_clock (self);
  if (self->pass_time != NULL)
    has_passed = duration_usec == 0 || self->pass_time (self, duration_usec, self->pass_time_data);
  else
    g_usleep ((gulong) duration_usec);
  self->is_busy = was_busy;
  update_clock (self);
  return has_passed;
}

/* -- callbacks -- */

/* Who was set up last is torn down first. */
static gboolean
is_on_the_way_down (ReboundCallback callback)
{
  return callback == REBOUND_CALLBACK_WILL_RESIGN_ACTIVE
         || callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND
         || callback == REBOUND_CALLBACK_WILL_TERMINATE
         || callback == REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE;
}

static void
tell_actors (ReboundApplication *self, GPtrArray *actors, ReboundCallback callback)
{
  for (guint i = 0; i < actors->len && self->doom == NULL; i++)
    rebound_actor_tell (actors->pdata[is_on_the_way_down (callback) ? actors->len - 1 - i : i],
                        callback);
}

/* What a handler has taken in real time is only known when it has returned. */
static void
judge (ReboundApplication *self, ReboundCallback callback)
{
  gint64 taken_usec = now_usec (self) - self->watchdog.entered_usec;

  if (self->doom == NULL && self->is_watched
      && rebound_watchdog_get_left_usec (&self->watchdog, now_usec (self)) < 0)
    transgress (self);
  else if (self->doom == NULL && callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND
           && self->is_watched && taken_usec > REBOUND_ADVICE_BACKGROUND_USEC)
    rebound_application_emit_slow (self, taken_usec);
  rebound_watchdog_leave (&self->watchdog, now_usec (self));
}

static void
tell (ReboundApplication *self, ReboundCallback callback)
{
  g_autoptr (GPtrArray) actors = g_ptr_array_copy (self->actors, (GCopyFunc) g_object_ref, NULL);
  gint64 work_usec = self->work_usec[callback];

  g_ptr_array_set_free_func (actors, g_object_unref);
  self->work_usec[callback] = 0;
  self->is_in_callback = TRUE;
  rebound_watchdog_enter (&self->watchdog, callback, now_usec (self));
  rebound_application_emit_callback (self, callback);
  tell_actors (self, actors, callback);
  if (work_usec > 0)
    rebound_application_work (self, work_usec);
  judge (self, callback);
  self->is_in_callback = FALSE;
}

/* What it missed of the device while it was suspended, and what it has to know now. */
static void
tell_of_protection (ReboundApplication *self)
{
  if (!rebound_application_runs (self) || self->is_protected == self->was_told_of_protection)
    return;
  self->was_told_of_protection = self->is_protected;
  tell (self, self->is_protected ? REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE
                                 : REBOUND_CALLBACK_PROTECTED_DATA_DID_BECOME_AVAILABLE);
}

/* What had to wait until no handler was on the stack: to end, to be told of protected data, to be
 * suspended. */
static void
catch_up (ReboundApplication *self)
{
  GMainContext *context = rebound_site_get_context (self->site);

  self->is_performing = TRUE;
  g_main_context_push_thread_default (context);
  if (self->doom == NULL)
    tell_of_protection (self);
  g_main_context_pop_thread_default (context);
  self->is_performing = FALSE;
  if (self->doom != NULL)
    meet_doom (self);
  rebound_application_note_idle (self);
}

gboolean
rebound_application_work (ReboundApplication *self, gint64 duration_usec)
{
  gint64 patience_usec = get_patience_usec (self);
  gint64 begun_usec = now_usec (self);
  gboolean has_passed;

  g_return_val_if_fail (duration_usec > 0, FALSE);

  if (self->doom != NULL)
    return FALSE;
  has_passed = let_time_pass (self, MIN (duration_usec, patience_usec));
  if (has_passed && self->doom == NULL && duration_usec > patience_usec)
    transgress (self);
  if (now_usec (self) > begun_usec) /* told afterwards: it is true then */
    rebound_application_emit_busy (self, self->doom == NULL ? duration_usec
                                                            : now_usec (self) - begun_usec);
  if (self->doom != NULL && self->is_in_callback)
    rebound_application_stop_callback (self, self->watchdog.callback);
  else if (rebound_application_is_idle (self))
    catch_up (self);
  return has_passed && self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING && self->doom == NULL;
}

/* A device that changes while a handler is busy is told of when it has returned. */
void
rebound_application_set_protected (ReboundApplication *self, gboolean is_protected)
{
  self->is_protected = is_protected;
  if (rebound_application_is_idle (self))
    catch_up (self);
}

/* -- words -- */

/* A new process: its actors are made anew where somebody knows how, else they begin another life.
 */
static void
begin (ReboundApplication *self, ReboundApplicationState state)
{
  self->was_told_of_protection = self->is_protected;
  rebound_site_begin_process (self->site);
  set_state (self, state);
  if (self->populate != NULL)
    {
      self->populate (self, self->populate_data);
      return;
    }
  for (guint i = 0; i < self->actors->len; i++)
    rebound_actor_come_to_life (self->actors->pdata[i], self->site);
}

static void
thaw (ReboundApplication *self)
{
  set_state (self, REBOUND_APPLICATION_STATE_BACKGROUND);
  rebound_application_emit_resumed (self);
  tell_of_protection (self);
}

/* The time in the background is over before the application is told that it comes back. */
static gboolean
comes_back (const ReboundStep *step)
{
  return step->callback == REBOUND_CALLBACK_WILL_ENTER_FOREGROUND;
}

static void
play_steps (ReboundApplication *self, const ReboundTransition *transition)
{
  if (transition->from == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    begin (self, transition->steps[0].state);
  else if (transition->from == REBOUND_APPLICATION_STATE_SUSPENDED
           && transition->to != REBOUND_APPLICATION_STATE_NOT_RUNNING)
    thaw (self);
  for (guint i = 0; i < transition->n_steps && self->doom == NULL; i++)
    {
      const ReboundStep *step = &transition->steps[i];

      set_state (self, step->state);
      if (comes_back (step))
        rebound_background_tasks_leave (self->tasks);
      tell (self, step->callback);
    }
}

static void
perform (ReboundApplication *self, const ReboundTransition *transition, const char *act)
{
  gboolean crashes = strcmp (transition->words[0], "crash") == 0;

  play_steps (self, transition);
  if (self->doom != NULL)
    meet_doom (self);
  else if (transition->to == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    die (self, act, crashes ? self->crash_signal : NULL, NULL);
  else
    set_state (self, transition->to);
  if (self->state == REBOUND_APPLICATION_STATE_SUSPENDED)
    rebound_application_emit_suspended (self);
}

gboolean
rebound_application_is_between_words (ReboundApplication *self, const char *word, GError **error)
{
  if (rebound_application_is_idle (self))
    return TRUE;
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
               "“%s” is not possible within a callback; expected it from the main loop", word);
  return FALSE;
}

/* A promise is not broken by the system, only by time. */
static gboolean
may_be_suspended (ReboundApplication *self, const char *word, GError **error)
{
  g_autofree char *names = NULL;

  if (strcmp (word, "suspend") != 0)
    return TRUE;
  names = rebound_background_tasks_dup_names (self->tasks);
  if (names == NULL)
    return TRUE;
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
               "“suspend” is not possible while %s holds a background task (%s); expected end-task "
               "before, or its time to be over",
               self->name, names);
  return FALSE;
}

gboolean
rebound_application_perform_for (ReboundApplication *self,
                                 const char *word,
                                 const char *act,
                                 GError **error)
{
  GMainContext *context = rebound_site_get_context (self->site);

  if (!rebound_application_is_between_words (self, word, error)
      || !rebound_transition_check (self->state, word, error)
      || !may_be_suspended (self, word, error))
    return FALSE;
  self->is_performing = TRUE;
  g_main_context_push_thread_default (context);
  perform (self, rebound_transition_find (word, self->state), act);
  g_main_context_pop_thread_default (context);
  self->is_performing = FALSE;
  catch_up (self);
  return TRUE;
}

gboolean
rebound_application_perform (ReboundApplication *self, const char *word, GError **error)
{
  g_return_val_if_fail (REBOUND_IS_APPLICATION (self), FALSE);

  return rebound_application_perform_for (self, word, word, error);
}

/* -- actors -- */

void
rebound_application_add_actor (ReboundApplication *self, ReboundActor *actor)
{
  g_return_if_fail (REBOUND_IS_ACTOR (actor));

  g_ptr_array_add (self->actors, g_object_ref (actor));
  if (self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING)
    rebound_actor_come_to_life (actor, self->site);
}

void
rebound_application_drop_actors (ReboundApplication *self)
{
  if (self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING)
    abandon_actors (self);
  g_ptr_array_set_size (self->actors, 0);
}
