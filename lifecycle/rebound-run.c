/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run: one script, one clock, a world and an application, and what they are made of put together.
 * Everything is made anew for each run, so that nothing of one can be seen in the next. */

#include "rebound-run.h"

#include <string.h>

#include "rebound-application-private.h"
#include "rebound-checker-private.h"
#include "rebound-clock-private.h"
#include "rebound-device-private.h"
#include "rebound-kernel-private.h"
#include "rebound-player-private.h"
#include "rebound-lexer-private.h"
#include "rebound-units-private.h"

struct _ReboundRun
{
  GObject parent_instance;

  ReboundScript *script;
  ReboundScope *scope;
  ReboundClock *clock;
  ReboundSite *world;
  ReboundApplication *application; /* the first */
  GPtrArray *sites;                /* of the applications, ReboundSite */
  GPtrArray *names;                /* that the check has found; the log's own among them */
  GHashTable *types;               /* name → GType, of the same; NULL before it */
  ReboundDevice *device;
  ReboundKernel *kernel;
  ReboundJournal *journal;
  ReboundCast *cast;
  ReboundStage *stage;
  gint64 wall_limit_usec;
  gboolean fill;
  gboolean has_objects; /* of the program's own: they may steer the application */
  gboolean is_played;
  guint n_connections;            /* that came about in it */
  ReboundImproviseFunc improvise; /* or NULL */
  gpointer improvise_data;
};

G_DEFINE_FINAL_TYPE (ReboundRun, rebound_run, G_TYPE_OBJECT)

static void
rebound_run_dispose (GObject *object)
{
  ReboundRun *self = REBOUND_RUN (object);

  if (self->cast != NULL)
    rebound_cast_abandon (self->cast);
  g_clear_pointer (&self->stage, rebound_stage_free);
  g_clear_pointer (&self->cast, rebound_cast_free);
  g_clear_pointer (&self->journal, rebound_journal_free);
  g_clear_object (&self->device);
  g_clear_object (&self->application);
  g_clear_object (&self->world);
  g_clear_pointer (&self->sites, g_ptr_array_unref);
  g_clear_object (&self->kernel);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rebound_run_parent_class)->dispose (object);
}

static void
rebound_run_finalize (GObject *object)
{
  ReboundRun *self = REBOUND_RUN (object);

  g_clear_pointer (&self->script, rebound_script_free);
  g_clear_pointer (&self->scope, rebound_scope_free);
  g_ptr_array_unref (self->names);
  g_clear_pointer (&self->types, g_hash_table_unref);
  G_OBJECT_CLASS (rebound_run_parent_class)->finalize (object);
}

static void
rebound_run_class_init (ReboundRunClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rebound_run_dispose;
  G_OBJECT_CLASS (klass)->finalize = rebound_run_finalize;
}

static void
rebound_run_init (ReboundRun *self)
{
  self->wall_limit_usec = -1;
  self->names = g_ptr_array_new_with_free_func (g_free);
}

static GObject *
find_actor (const char *name, gpointer user_data)
{
  return rebound_cast_find (user_data, name);
}

static const char *
blame (gpointer suspect, gpointer user_data)
{
  return rebound_cast_get_name_of (user_data, suspect);
}

/* The application's last turn before it is suspended. If it fails, so does the settling of the
 * statement, which comes next. */
static void
give_turn (gpointer user_data)
{
  rebound_stage_settle (((ReboundRun *) user_data)->stage, NULL);
}

static gboolean
is_doomed (gpointer user_data)
{
  return rebound_application_is_doomed (user_data);
}

/* The application is busy in a callback: the world goes on. Within a dispatch of the stage's own no
 * time can pass; what goes wrong on the way surfaces when the statement settles. */
static gboolean
pass_time (ReboundApplication *application, gint64 duration_usec, gpointer user_data)
{
  ReboundRun *self = user_data;
  gint64 until_usec = rebound_clock_get_time_usec (self->clock) + duration_usec;
  ReboundAdvance advance;

  if (rebound_stage_is_settling (self->stage) || until_usec > REBOUND_CLOCK_LAST_USEC)
    return FALSE;
  advance = rebound_stage_advance (self->stage, until_usec, is_doomed, application, NULL);
  if (advance == REBOUND_ADVANCE_NOTHING_LEFT) /* so nobody can doom it either */
    advance = rebound_stage_advance (self->stage, until_usec, NULL, NULL, NULL);
  return advance != REBOUND_ADVANCE_FAILED;
}

static void
filter_locks (GPtrArray *locks, ReboundApplication *application, gpointer user_data)
{
  rebound_cast_leave_out_locks (user_data, locks, application);
}

static void
configure_kernel (ReboundRun *self)
{
  ReboundRebindRule rule;
  gint64 time_wait_usec;

  g_object_get (self->device, "rebind-rule", &rule, "time-wait", &time_wait_usec, NULL);
  rebound_kernel_configure (self->kernel, rule, time_wait_usec);
}

/* A place for an application to live in. */
static ReboundSite *
add_site (ReboundRun *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  ReboundSite *site = rebound_site_new (self->clock, context);

  g_ptr_array_add (self->sites, site);
  rebound_site_set_kernel (site, self->kernel);
  rebound_site_set_finder (site, find_actor, self->cast);
  return site;
}

static ReboundApplication *
new_application (ReboundRun *self, ReboundSite *site)
{
  ReboundApplication *application = rebound_application_new (site);

  rebound_application_set_pass_time (application, pass_time, self);
  return application;
}

/* Another application, declared while the run is played: its context belongs to this thread as the
 * others do. */
static ReboundApplication *
make_application (const char *name, gpointer user_data)
{
  ReboundRun *self = user_data;
  ReboundSite *site = add_site (self);
  ReboundApplication *application = new_application (self, site);

  rebound_application_set_name (application, name);
  rebound_stage_add_site (self->stage, site);
  rebound_device_add_application (self->device, application);
  g_main_context_acquire (rebound_site_get_context (site));
  return application;
}

static ReboundRun *
new_run (ReboundScript *script, ReboundClockMode mode)
{
  ReboundRun *self = g_object_new (REBOUND_TYPE_RUN, NULL);
  g_autoptr (GMainContext) world = g_main_context_new ();
  ReboundSite *home;

  self->script = script;
  self->scope = rebound_scope_new ();
  self->clock = rebound_clock_new (mode);
  self->world = rebound_site_new (self->clock, world);
  self->sites = g_ptr_array_new_with_free_func (g_object_unref);
  home = add_site (self);
  self->journal = rebound_journal_new (self->clock);
  self->stage = rebound_stage_new (self->world, home, self->journal);
  self->application = new_application (self, home);
  self->device = rebound_device_new (self->application);
  self->cast = rebound_cast_new (self->application, self->world, self->journal);
  rebound_cast_set_application_factory (self->cast, make_application, self);
  rebound_cast_add_object (self->cast, "device", G_OBJECT (self->device));
  rebound_cast_add_object (self->cast, "app", G_OBJECT (self->application));
  rebound_site_set_finder (self->world, find_actor, self->cast);
  rebound_site_set_finder (home, find_actor, self->cast);
  rebound_device_set_world (self->device, self->world);
  rebound_device_set_turn_func (self->device, give_turn, self);
  rebound_device_set_lock_filter (self->device, filter_locks, self->cast);
  rebound_stage_set_blame (self->stage, blame, self->cast);
  g_signal_connect_object (self->device, "notify", G_CALLBACK (configure_kernel), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/* A run of a script that can be played, or all that is wrong with it. */
static ReboundRun *
new_run_if_whole (ReboundScript *script, ReboundClockMode mode, GError **error)
{
  g_autoptr (ReboundRun) self = new_run (script, mode);
  ReboundDiagnostics *mistakes = rebound_script_get_mistakes (script);

  if (!rebound_diagnostics_is_empty (mistakes))
    rebound_checker_add_mistakes (script, self->cast, self->scope);
  return rebound_diagnostics_check (mistakes, error) ? g_steal_pointer (&self) : NULL;
}

ReboundRun *
rebound_run_new_from_file (GFile *file, const char *name, ReboundClockMode mode, GError **error)
{
  return rebound_run_new_from_file_full (file, name, NULL, mode, error);
}

ReboundRun *
rebound_run_new_from_file_full (GFile *file,
                                const char *name,
                                const char *const *include_dirs,
                                ReboundClockMode mode,
                                GError **error)
{
  g_autofree char *path = name == NULL ? g_file_get_parse_name (file) : NULL;
  const char *shown = name != NULL ? name : path;

  return new_run_if_whole (rebound_script_new_from_file (file, shown, include_dirs), mode, error);
}

ReboundRun *
rebound_run_new_from_bytes (GBytes *bytes,
                            const char *name,
                            GFile *folder,
                            ReboundClockMode mode,
                            GError **error)
{
  return rebound_run_new_from_bytes_full (bytes, name, folder, NULL, mode, error);
}

ReboundRun *
rebound_run_new_from_bytes_full (GBytes *bytes,
                                 const char *name,
                                 GFile *folder,
                                 const char *const *include_dirs,
                                 ReboundClockMode mode,
                                 GError **error)
{
  return new_run_if_whole (rebound_script_new (bytes, name, folder, include_dirs), mode, error);
}

char *
rebound_run_get_title (ReboundRun *self)
{
  g_auto (GStrv) lines = g_strsplit (rebound_script_get_header (self->script), "\n", 2);

  return g_strdup (lines[0] != NULL ? g_strstrip (lines[0]) : "");
}

const char *
rebound_run_get_header (ReboundRun *self)
{
  return rebound_script_get_header (self->script);
}

guint
rebound_run_get_n_texts (ReboundRun *self)
{
  return rebound_script_get_texts (self->script)->len;
}

GBytes *
rebound_run_get_text (ReboundRun *self, guint index, const char **name)
{
  GPtrArray *texts = rebound_script_get_texts (self->script);

  g_return_val_if_fail (index < texts->len, NULL);

  if (name != NULL)
    *name = ((ReboundScriptText *) texts->pdata[index])->name;
  return ((ReboundScriptText *) texts->pdata[index])->bytes;
}

const char *
rebound_run_get_owner (ReboundRun *self, const char *name)
{
  return rebound_cast_get_owner_of (self->cast, name);
}

const char *
rebound_run_get_place (ReboundRun *self)
{
  return rebound_journal_get_source (self->journal);
}

ReboundClock *
rebound_run_get_clock (ReboundRun *self)
{
  return self->clock;
}

ReboundSite *
rebound_run_get_world (ReboundRun *self)
{
  return self->world;
}

ReboundApplication *
rebound_run_get_application (ReboundRun *self)
{
  return self->application;
}

ReboundDevice *
rebound_run_get_device (ReboundRun *self)
{
  return self->device;
}

void
rebound_run_set_kernel (ReboundRun *self, ReboundKernel *kernel)
{
  g_return_if_fail (self->kernel == NULL && REBOUND_IS_KERNEL (kernel));

  self->kernel = g_object_ref (kernel);
  rebound_site_set_kernel (self->world, kernel);
  for (guint i = 0; i < self->sites->len; i++)
    rebound_site_set_kernel (self->sites->pdata[i], kernel);
  rebound_device_set_kernel (self->device, kernel);
  rebound_cast_add_object (self->cast, "kernel", G_OBJECT (kernel));
}

void
rebound_run_add_sink (ReboundRun *self, ReboundEventSink *sink)
{
  rebound_journal_add_sink (self->journal, sink);
}

gboolean
rebound_run_add_object (ReboundRun *self, const char *name, GObject *object)
{
  g_return_val_if_fail (G_IS_OBJECT (object), FALSE);

  if (rebound_cast_is_taken (self->cast, name) || !rebound_name_is_valid (name))
    return FALSE;
  rebound_cast_add_object (self->cast, name, object);
  self->has_objects = TRUE;
  return TRUE;
}

gboolean
rebound_run_set_variable (ReboundRun *self, const char *name, const char *value, GError **error)
{
  g_autoptr (GPtrArray) known = rebound_script_list_variables (self->script);
  g_autofree char *guess = NULL;
  g_autofree char *list = NULL;

  if (g_ptr_array_find_with_equal_func (known, name, g_str_equal, NULL))
    {
      rebound_scope_fix (self->scope, name, value);
      return TRUE;
    }
  g_ptr_array_add (known, NULL);
  guess = rebound_did_you_mean (name, (const char *const *) known->pdata);
  list = known->len > 1 ? g_strjoinv (", ", (char **) known->pdata) : g_strdup ("none");
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT,
               "%s: there is no variable “%s” to be set; expected one that the script has a “let” "
               "for: %s%s",
               rebound_script_get_name (self->script), name, list, guess);
  return FALSE;
}

void
rebound_run_set_fill (ReboundRun *self, gboolean fill)
{
  self->fill = fill;
}

void
rebound_run_set_wall_limit (ReboundRun *self, gint64 limit_usec)
{
  self->wall_limit_usec = limit_usec;
}

void
rebound_run_set_improviser (ReboundRun *self, ReboundImproviseFunc func, gpointer user_data)
{
  self->improvise = func;
  self->improvise_data = user_data;
}

const char **
rebound_run_list_names (ReboundRun *self)
{
  return rebound_cast_list_names (self->cast);
}

static char *
improvise (const GError *refused, gpointer user_data)
{
  ReboundRun *self = user_data;

  return self->improvise (self, refused, self->improvise_data);
}

void
rebound_run_interrupt (ReboundRun *self)
{
  rebound_stage_interrupt (self->stage);
}

gboolean
rebound_run_check (ReboundRun *self, GError **error)
{
  gboolean good;

  g_ptr_array_set_size (self->names, 0);
  g_clear_pointer (&self->types, g_hash_table_unref);
  good = rebound_checker_check (self->script, self->cast, self->scope,
                                self->has_objects ? NULL : self->device, self->fill, self->names,
                                &self->types, error);
  g_ptr_array_add (self->names, g_strdup ("script"));
  g_ptr_array_add (self->names, g_strdup ("run"));
  return good;
}

gboolean
rebound_run_prepare (ReboundRun *self, GError **error)
{
  g_return_val_if_fail (self->types != NULL, FALSE);

  for (guint i = 0; i < self->names->len; i++)
    {
      gpointer type = g_hash_table_lookup (self->types, self->names->pdata[i]);

      if (type != NULL && !rebound_actor_prepare_type (GPOINTER_TO_SIZE (type), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rebound_run_check_name (ReboundRun *self, const char *name, GError **error)
{
  g_autofree char *guess = NULL;
  g_autofree char *list = NULL;

  if (g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
    return TRUE;
  g_ptr_array_add (self->names, NULL);
  guess = rebound_did_you_mean (name, (const char *const *) self->names->pdata);
  list = g_strjoinv (", ", (char **) self->names->pdata);
  g_ptr_array_set_size (self->names, (int) self->names->len - 1);
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT,
               "%s: nothing in it is called “%s”; expected one of %s%s",
               rebound_script_get_name (self->script), name, list, guess);
  return FALSE;
}

static ReboundRunStatus
status_of (const GError *error, guint n_failed)
{
  if (error == NULL)
    return n_failed > 0 ? REBOUND_RUN_STATUS_FAILED : REBOUND_RUN_STATUS_AS_EXPECTED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return REBOUND_RUN_STATUS_INTERRUPTED;
  if (g_error_matches (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL))
    return REBOUND_RUN_STATUS_INTERNAL;
  if (error->domain == REBOUND_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return REBOUND_RUN_STATUS_FAILED;
  return REBOUND_RUN_STATUS_INTERNAL; /* the kernel refused what a run needs */
}

static gboolean
acquire_contexts (ReboundRun *self, GError **error)
{
  gboolean acquired = g_main_context_acquire (rebound_site_get_context (self->world));

  for (guint i = 0; i < self->sites->len; i++)
    acquired
        = g_main_context_acquire (rebound_site_get_context (self->sites->pdata[i])) && acquired;
  if (!acquired)
    g_set_error_literal (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                         "another thread iterates the run's contexts");
  return acquired;
}

static void
release_contexts (ReboundRun *self)
{
  for (guint i = self->sites->len; i > 0; i--)
    g_main_context_release (rebound_site_get_context (self->sites->pdata[i - 1]));
  g_main_context_release (rebound_site_get_context (self->world));
}

/* Plays, with the contexts owned by this thread for as long as it takes. */
static gboolean
play_in_contexts (ReboundRun *self, ReboundPlayer *player, GError **error)
{
  gboolean played = FALSE;

  if (!acquire_contexts (self, error))
    return FALSE;
  if (rebound_kernel_start (self->kernel, self->world, error))
    {
      configure_kernel (self);
      played = rebound_player_play (player, error);
      rebound_journal_set_silent (self->journal, FALSE);
      rebound_kernel_explain (self->kernel);
      rebound_cast_tell_summary (self->cast);
      self->n_connections = rebound_kernel_count_connections (self->kernel);
    }
  rebound_cast_abandon (self->cast);
  rebound_kernel_stop (self->kernel);
  release_contexts (self);
  return played;
}

static void
finish (ReboundRun *self,
        const ReboundPlayer *player,
        gint64 wall_usec,
        ReboundRunStatus status,
        const GError *error)
{
  ReboundSummary summary = {
    .virtual_usec = rebound_clock_get_time_usec (self->clock),
    .wall_usec = wall_usec,
    .n_events = rebound_journal_get_count (self->journal),
    .n_connections = self->n_connections,
    .n_expectations = player->n_expectations,
    .n_failed = player->n_failed,
    .problem = error != NULL ? error->message : NULL,
    .status = (int) status,
  };

  rebound_journal_finish (self->journal, &summary);
}

ReboundRunStatus
rebound_run_play (ReboundRun *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gint64 start_usec = g_get_monotonic_time ();
  ReboundRunStatus status;
  ReboundPlayer player = { .script = self->script,
                           .scope = self->scope,
                           .cast = self->cast,
                           .stage = self->stage,
                           .journal = self->journal,
                           .clock = self->clock,
                           .device = self->device,
                           .kernel = self->kernel,
                           .fill = self->fill,
                           .improvise = self->improvise != NULL ? improvise : NULL,
                           .improvise_data = self };

  g_return_val_if_fail (!self->is_played, REBOUND_RUN_STATUS_INTERNAL);

  if (!rebound_run_check (self, error))
    return REBOUND_RUN_STATUS_SCRIPT_ERROR;
  if (!rebound_run_prepare (self, error))
    return REBOUND_RUN_STATUS_INTERNAL;
  self->is_played = TRUE;
  rebound_stage_set_wall_limit (self->stage, self->wall_limit_usec);
  play_in_contexts (self, &player, &problem);
  status = status_of (problem, player.n_failed);
  finish (self, &player, g_get_monotonic_time () - start_usec, status, problem);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (player.n_failed > 0)
    g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION, "%u of %u expectations failed",
                 player.n_failed, player.n_expectations);
  return status;
}
