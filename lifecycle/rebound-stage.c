/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of one instant (docs/language.md, rule 5): what the kernel has delivered, to the world
 * first and then to the application, until both are dry; then one timer that is due; then again
 * what the kernel has delivered; at last the kernel's states are looked at. Only when all of this
 * comes to nothing may time jump.
 *
 * Contexts are iterated by hand (prepare, query, poll, check, dispatch), because the query tells
 * what no callback does: a timeout that GLib asks for in virtual time is somebody else's timer,
 * which a jump would overtake. */

#include "rebound-stage-private.h"

#include "rebound-census-private.h"
#include "rebound-clock-private.h"
#include "rebound-duration.h"
#include "rebound-error.h"
#include "rebound-kernel-private.h"
#include "rebound-spin-private.h"
#include "rebound-strand-private.h"
#include "rebound-time-rule-private.h"
#include "rebound-trouble-private.h"

/* What is on its way in the kernel comes within its delayed-ACK time (200 ms, TCP_DELACK_MAX) or
 * its first retransmission timeouts; what has not come after so long is a broken rule. */
#define KERNEL_WAIT_LIMIT_USEC (10 * G_USEC_PER_SEC)

/* How long one poll lasts while the kernel's own clock is waited for. */
#define KERNEL_POLL_MSEC 1

/* The machine's clock is read every so many turns. */
#define WALL_CHECK_INTERVAL 64

struct _ReboundStage
{
  ReboundClock *clock;
  ReboundJournal *journal;
  GPtrArray *strands; /* ReboundStrand: the world, then the applications */
  ReboundStageBlame blame;
  gpointer blame_data;
  gint64 wall_end_usec; /* g_get_monotonic_time(), or -1 */
  gint64 kernel_limit_usec;
  guint turns;
  gboolean interrupted;
  guint64 dry_at;   /* how much had been moved when all was dry, behind a fence */
  guint n_released; /* holds that had ended before that look began */
  gboolean settling;
  GError *failure; /* the first one: a run that has failed stays so, whoever was told of it */
  ReboundSpin spin;
  gboolean is_quiet; /* when the kernel was last looked at */
  guint64 n_dispatched;
  ReboundStageWatcher watcher;
  gpointer watcher_data;
  guint64 looked_at;  /* what had happened when it last looked */
  gint64 looked_usec; /* and when that was */
  gint64 look_usec;   /* when it wants to look again, or -1 */
};

void
rebound_stage_add_site (ReboundStage *self, ReboundSite *site)
{
  g_ptr_array_add (self->strands, rebound_strand_new (site));
  rebound_clock_get_queue (self->clock, rebound_site_get_context (site));
}

static ReboundStrand *
world (ReboundStage *self)
{
  return self->strands->pdata[0];
}

ReboundStage *
rebound_stage_new (ReboundSite *site, ReboundSite *application, ReboundJournal *journal)
{
  ReboundStage *self = g_new0 (ReboundStage, 1);

  rebound_trouble_forget ();
  self->clock = g_object_ref (rebound_site_get_clock (site));
  self->journal = journal;
  self->wall_end_usec = -1;
  self->kernel_limit_usec = KERNEL_WAIT_LIMIT_USEC;
  self->look_usec = -1;
  self->strands = g_ptr_array_new_with_free_func (rebound_strand_free);
  rebound_stage_add_site (self, site);
  rebound_stage_add_site (self, application);
  rebound_clock_set_wake_context (self->clock, world (self)->context);
  return self;
}

void
rebound_stage_free (ReboundStage *self)
{
  rebound_clock_set_wake_context (self->clock, NULL);
  g_ptr_array_unref (self->strands);
  g_object_unref (self->clock);
  g_clear_error (&self->failure);
  g_free (self);
}

void
rebound_stage_set_blame (ReboundStage *self, ReboundStageBlame blame, gpointer user_data)
{
  self->blame = blame;
  self->blame_data = user_data;
}

void
rebound_stage_set_watcher (ReboundStage *self, ReboundStageWatcher watcher, gpointer user_data)
{
  self->watcher = watcher;
  self->watcher_data = user_data;
  self->looked_usec = -1;
  self->look_usec = -1;
}

void
rebound_stage_set_wall_limit (ReboundStage *self, gint64 limit_usec)
{
  self->wall_end_usec = limit_usec < 0 ? -1 : g_get_monotonic_time () + limit_usec;
}

void
rebound_stage_set_kernel_limit (ReboundStage *self, gint64 limit_usec)
{
  self->kernel_limit_usec = limit_usec;
}

void
rebound_stage_interrupt (ReboundStage *self)
{
  self->interrupted = TRUE;
}

static gboolean
is_virtual (ReboundStage *self)
{
  return rebound_clock_get_mode (self->clock) == REBOUND_CLOCK_VIRTUAL;
}

static gboolean
is_suspended (ReboundStage *self, ReboundStrand *strand)
{
  return rebound_timer_queue_is_paused (rebound_clock_get_queue (self->clock, strand->context));
}

static gboolean
may_go_on (ReboundStage *self, GError **error)
{
  if (self->interrupted)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "interrupted");
      return FALSE;
    }
  if (self->wall_end_usec >= 0 && self->turns++ % WALL_CHECK_INTERVAL == 0
      && g_get_monotonic_time () >= self->wall_end_usec)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                           "the time limit of the whole run (--timeout) is over");
      return FALSE;
    }
  return rebound_trouble_check (error);
}

/* How much was moved, accepted or closed. */
static guint64
get_moves (ReboundStage *self)
{
  guint64 moves = 0;

  for (guint i = 0; i < self->strands->len; i++)
    moves += rebound_site_get_progress (((ReboundStrand *) self->strands->pdata[i])->site);
  return moves;
}

static guint64
get_progress (ReboundStage *self)
{
  return rebound_journal_get_count (self->journal) + get_moves (self);
}

/* One more look shows who it is, and the look after it at which descriptor: GLib wakes a context by
 * one of its own whenever a source with a descriptor was dispatched, and check takes that back. */
static gboolean
report_spin (ReboundStage *self, ReboundStrand *strand, GError **error)
{
  g_autofree char *source = NULL;
  g_autofree char *descriptor = NULL;
  const char *culprit = NULL;
  gpointer suspect;

  rebound_strand_prepare (strand);
  if (!rebound_strand_poll (strand->fds, 0, error))
    return FALSE;
  g_main_context_check (strand->context, strand->priority, (GPollFD *) strand->fds->data,
                        (int) strand->fds->len);
  if (!rebound_strand_poll (strand->fds, 0, error))
    return FALSE;
  descriptor = rebound_strand_dup_ready_descriptor (strand);
  source = rebound_census_name_ready (self->clock, strand->context, &suspect);
  if (self->blame != NULL && suspect != NULL)
    culprit = self->blame (suspect, self->blame_data);

  rebound_journal_note (self->journal, culprit != NULL ? culprit : "run", &rebound_note_spin,
                        source, descriptor);
  g_set_error (
      error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
      "%s%sbusy loop: %s was dispatched %d times in a row at one instant and nothing changed"
      "%s%s; expected it to make progress or to be removed",
      culprit != NULL ? culprit : "", culprit != NULL ? ": " : "", source, REBOUND_SPIN_LIMIT,
      descriptor != NULL ? "; ready for ever is descriptor " : "",
      descriptor != NULL ? descriptor : "");
  return FALSE;
}

/* In real time an instant ends by itself. */
static gboolean
check_spin (ReboundStage *self, ReboundStrand *strand, GError **error)
{
  if (!is_virtual (self) || !rebound_spin_count (&self->spin, get_progress (self), strand->fds))
    return TRUE;
  return report_spin (self, strand, error);
}

/* One look at a context. @dispatched tells whether anything was ready. */
static gboolean
iterate (ReboundStage *self, ReboundStrand *strand, gboolean *dispatched, GError **error)
{
  *dispatched = FALSE;
  if (is_suspended (self, strand))
    return TRUE;
  if (!may_go_on (self, error))
    return FALSE;
  rebound_strand_prepare (strand);
  if (!rebound_strand_poll (strand->fds, 0, error))
    return FALSE;
  *dispatched = rebound_strand_dispatch (strand);
  self->n_dispatched += *dispatched ? 1 : 0;
  return !*dispatched || check_spin (self, strand, error);
}

/* What the kernel has delivered: to the world, then to the application, until both are dry. */
static gboolean
run_dry (ReboundStage *self, GError **error)
{
  ReboundKernel *kernel = rebound_site_get_kernel (world (self)->site);
  gboolean busy;

  do
    {
      busy = FALSE;
      self->n_released = rebound_clock_count_released (self->clock);
      if (is_virtual (self) && !rebound_kernel_fence (kernel, error))
        return FALSE;
      for (guint i = 0; i < self->strands->len; i++)
        {
          gboolean dispatched;

          do
            {
              if (!iterate (self, self->strands->pdata[i], &dispatched, error))
                return FALSE;
              busy = busy || dispatched;
            }
          while (dispatched);
        }
    }
  while (busy);
  self->dry_at = get_moves (self);
  return TRUE;
}

/* Sleeps, in the machine's time, until a context that runs has something to do. */
static gboolean
wait_in_real_time (ReboundStage *self, int timeout_msec, GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  gint64 wall_usec = self->wall_end_usec;

  if (wall_usec >= 0)
    {
      gint64 left_usec = MAX (wall_usec - g_get_monotonic_time (), 0);

      if (timeout_msec < 0 || left_usec < timeout_msec * G_GINT64_CONSTANT (1000))
        timeout_msec = (int) MIN (left_usec / 1000 + 1, G_MAXINT);
      self->turns = 0;
    }
  for (guint i = 0; i < self->strands->len; i++)
    {
      ReboundStrand *strand = self->strands->pdata[i];

      if (is_suspended (self, strand))
        continue;
      rebound_strand_prepare (strand);
      g_array_append_vals (fds, strand->fds->data, strand->fds->len);
      if (strand->timeout_msec >= 0 && (timeout_msec < 0 || strand->timeout_msec < timeout_msec))
        timeout_msec = strand->timeout_msec;
    }
  return rebound_strand_poll (fds, timeout_msec, error) && may_go_on (self, error);
}

/* The kernel's states, once nothing else is left at this instant. @again is set when looking
 * brought something new, or when something on its way has had a moment of real time. */
static gboolean
observe (ReboundStage *self, gint64 *waiting_since_usec, gboolean *again, GError **error)
{
  ReboundKernel *kernel = rebound_site_get_kernel (world (self)->site);
  guint64 before = get_progress (self);
  g_autofree char *waits_for = NULL;

  self->is_quiet = rebound_kernel_observe (kernel, &waits_for);
  if (self->is_quiet)
    {
      *again = get_progress (self) != before;
      return TRUE;
    }
  *again = TRUE;
  if (*waiting_since_usec < 0)
    *waiting_since_usec = g_get_monotonic_time ();
  if (g_get_monotonic_time () - *waiting_since_usec > self->kernel_limit_usec)
    {
      g_autofree char *limit = rebound_duration_to_string (self->kernel_limit_usec);

      g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                   "time cannot go on: after %s of real time %s", limit,
                   waits_for != NULL ? waits_for : "something is still on its way");
      return FALSE;
    }
  return wait_in_real_time (self, KERNEL_POLL_MSEC, error);
}

static gboolean
settle (ReboundStage *self, GError **error)
{
  gint64 waiting_since_usec = -1;
  gboolean again;

  for (;;)
    {
      if (!run_dry (self, error))
        return FALSE;
      if (is_virtual (self) && rebound_clock_grant (self->clock))
        continue;
      if (!observe (self, &waiting_since_usec, &again, error))
        return FALSE;
      if (!again || !is_virtual (self))
        return TRUE;
    }
}

/* By whoever interrupted it, or by the clock on the wall. */
static gboolean
was_ended_from_outside (const GError *failure)
{
  return g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)
         || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* FALSE, with a copy of it, where there is one. Whoever was in the midst of a statement goes on
 * with it, without the turns that he asks for: that is told no more. */
static gboolean
tell_failure (ReboundStage *self, GError **error)
{
  if (was_ended_from_outside (self->failure))
    rebound_journal_set_silent (self->journal, TRUE);
  if (self->failure != NULL && error != NULL)
    *error = g_error_copy (self->failure);
  return self->failure == NULL;
}

gboolean
rebound_stage_settle (ReboundStage *self, GError **error)
{
  if (self->settling) /* a handler of ours called for a turn: it is having it */
    return TRUE;
  if (self->failure == NULL)
    {
      self->settling = TRUE;
      settle (self, &self->failure);
      self->settling = FALSE;
    }
  return tell_failure (self, error);
}

gboolean
rebound_stage_is_settling (ReboundStage *self)
{
  return self->settling;
}

/* A property changes by a dispatch or by a statement, which is an event; and some with time. */
void
rebound_stage_look (ReboundStage *self)
{
  gint64 now_usec = rebound_clock_get_time_usec (self->clock);
  guint64 happened = get_progress (self) + self->n_dispatched;

  if (self->watcher == NULL || (happened == self->looked_at && now_usec == self->looked_usec))
    return;
  self->look_usec = self->watcher (self->watcher_data);
  self->looked_at = get_progress (self) + self->n_dispatched;
  self->looked_usec = now_usec;
}

/* In virtual time a timeout that GLib asks for is not ours, and a jump would overtake it. */
static gboolean
refuse_foreign_timers (ReboundStage *self, GError **error)
{
  for (guint i = 0; i < self->strands->len; i++)
    {
      ReboundStrand *strand = self->strands->pdata[i];
      g_autofree char *name = NULL;

      if (is_suspended (self, strand) || strand->timeout_msec <= 0)
        continue;
      name = rebound_census_name_timeout (self->clock, strand->context);
      g_set_error (
          error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
          "the timeout source %s in the %s's context is not on the run's clock, and virtual time "
          "would overtake it; use a ReboundTimer, hold the clock while it is pending, or play with "
          "--clock=real",
          name != NULL ? name : "of somebody", i == 0 ? "world" : "application");
      return FALSE;
    }
  return TRUE;
}

/* A source that could be dispatched, “poll” in the world's context; NULL where there is none. It
 * has its turn: Ctrl-C comes from outside, whenever it likes, and says so itself. (transfer full)
 */
static char *
find_ready (ReboundStage *self)
{
  for (guint i = 0; i < self->strands->len; i++)
    {
      ReboundStrand *strand = self->strands->pdata[i];
      g_autofree char *source = NULL;
      g_autoptr (GError) error = NULL;
      gpointer suspect;

      if (is_suspended (self, strand))
        continue;
      rebound_strand_prepare (strand);
      if (!rebound_strand_poll (strand->fds, 0, &error))
        return g_strdup (error->message);
      if (!g_main_context_check (strand->context, strand->priority, (GPollFD *) strand->fds->data,
                                 (int) strand->fds->len))
        continue;
      source = rebound_census_name_ready (self->clock, strand->context, &suspect);
      rebound_strand_dispatch (strand);
      return g_strdup_printf ("%s in the %s's context could be dispatched", source,
                              i == 0 ? "world" : "application");
    }
  return NULL;
}

static gboolean
keep_rule (ReboundStage *self, gint64 to_usec, GError **error)
{
  const ReboundTimeRule rule = { .clock = self->clock,
                                 .kernel = rebound_site_get_kernel (world (self)->site),
                                 .is_quiet = self->is_quiet,
                                 .n_since_fence = get_moves (self) - self->dry_at };
  g_autofree char *breach = rebound_time_rule_find_breach (&rule);

  if (breach == NULL)
    breach = find_ready (self);
  return breach == NULL
         || (may_go_on (self, error) && rebound_time_rule_fail (&rule, to_usec, breach, error));
}

/* One step of virtual time. */
static ReboundAdvance
step_virtual (ReboundStage *self, gint64 until_usec, gboolean waits, GError **error)
{
  g_autofree char *hold = rebound_clock_dup_hold (self->clock);
  gint64 next_usec = rebound_clock_get_next_deadline_usec (self->clock);
  gint64 to_usec;

  if (hold != NULL)
    return wait_in_real_time (self, -1, error) ? REBOUND_ADVANCE_REACHED : REBOUND_ADVANCE_FAILED;
  if (!refuse_foreign_timers (self, error))
    return REBOUND_ADVANCE_FAILED;
  if (next_usec < 0 && waits)
    return REBOUND_ADVANCE_NOTHING_LEFT;
  if (rebound_clock_count_released (self->clock) != self->n_released)
    return REBOUND_ADVANCE_REACHED; /* whoever held it may have brought something */
  to_usec = next_usec < 0 ? until_usec : MIN (next_usec, until_usec);
  if (!keep_rule (self, to_usec, error))
    return REBOUND_ADVANCE_FAILED;
  rebound_clock_jump (self->clock, to_usec);
  rebound_spin_reset (&self->spin);
  return REBOUND_ADVANCE_REACHED;
}

static ReboundAdvance
step_real (ReboundStage *self, gint64 until_usec, GError **error)
{
  gint64 left_usec = until_usec - rebound_clock_get_time_usec (self->clock);
  gint64 longest_msec = self->is_quiet ? G_MAXINT : KERNEL_POLL_MSEC;
  int timeout_msec = (int) CLAMP (left_usec / 1000 + 1, 0, longest_msec);

  return wait_in_real_time (self, timeout_msec, error) ? REBOUND_ADVANCE_REACHED
                                                       : REBOUND_ADVANCE_FAILED;
}

ReboundAdvance
rebound_stage_advance (ReboundStage *self,
                       gint64 until_usec,
                       ReboundStagePredicate predicate,
                       gpointer user_data,
                       GError **error)
{
  for (;;)
    {
      ReboundAdvance step;
      gint64 stop_usec;

      if (!rebound_stage_settle (self, error))
        return REBOUND_ADVANCE_FAILED;
      rebound_stage_look (self);
      if (predicate != NULL && predicate (user_data))
        return REBOUND_ADVANCE_SATISFIED;
      if (rebound_clock_get_time_usec (self->clock) >= until_usec)
        return REBOUND_ADVANCE_REACHED;
      stop_usec = self->look_usec < 0 ? until_usec : MIN (self->look_usec, until_usec);
      step = is_virtual (self) ? step_virtual (self, stop_usec, predicate != NULL, &self->failure)
                               : step_real (self, stop_usec, &self->failure);
      if (!tell_failure (self, error))
        return REBOUND_ADVANCE_FAILED;
      if (step != REBOUND_ADVANCE_REACHED)
        return step;
    }
}
