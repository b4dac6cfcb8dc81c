/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As many jobs as there are places for, each place with a CPU of its own as long as there are
 * enough. They begin in the order of the scripts, so that reports, which have that order, grow
 * while others play. Of any order the last job ends at most one script later than of the best; the
 * longest scripts first would need to be known, and what is known of a script, the size of its file
 * say, tells nothing of how long it takes: time is virtual.
 *
 * The process has one thread, as whoever forks must; it sleeps until a child ends, the first one's
 * time is over, or somebody wants the whole to end. These are signals, and all are read from one
 * descriptor. */

#include "rebound-test-pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lifecycle/rebound-run.h"
#include "rebound-command.h"

/* The largest number of CPUs that Linux can be built for (CONFIG_NR_CPUS). */
#define MOST_CPUS 8192

typedef struct
{
  ReboundTestJob *job; /* NULL: free */
  int cpu;
  guint script;
  guint number; /* of the play, from 1 */
} Place;

struct _ReboundTestPool
{
  ReboundTestJobSettings settings;
  guint n_plays;
  Place *places;
  guint n_places;
  int signal_fd;

  /* Of a run. */
  GPtrArray *scripts;
  ReboundTestProgress *progress;
  GPtrArray *results; /* ReboundTestResult; each is handed over, so none is left */
  guint n_handed;
  guint next_script;
  guint next_number;
  gboolean is_interrupted;
  ReboundTestPoolFunc func;
  gpointer user_data;
};

/* -- CPUs -- */

/* Those that this process may use. (element-type int) */
static GArray *
list_cpus (void)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (int));
  gsize size_bytes = CPU_ALLOC_SIZE (MOST_CPUS);
  cpu_set_t *cpus = CPU_ALLOC (MOST_CPUS);

  CPU_ZERO_S (size_bytes, cpus);
  if (sched_getaffinity (0, size_bytes, cpus) == 0)
    for (int i = 0; i < MOST_CPUS; i++)
      if (CPU_ISSET_S (i, size_bytes, cpus))
        g_array_append_val (list, i);
  CPU_FREE (cpus);
  return list;
}

guint
rebound_test_pool_count_cpus (void)
{
  g_autoptr (GArray) cpus = list_cpus ();

  return MAX (cpus->len, 1);
}

static void
make_places (ReboundTestPool *self, guint n_places)
{
  g_autoptr (GArray) cpus = list_cpus ();

  self->n_places = n_places;
  self->places = g_new0 (Place, n_places);
  for (guint i = 0; i < n_places; i++)
    self->places[i].cpu = cpus->len > 0 ? g_array_index (cpus, int, i % cpus->len) : -1;
}

/* -- signals -- */

/* A signal that whoever started us has had ignored, as nohup does, stays ignored. */
static void
add_unless_ignored (sigset_t *set, int number)
{
  struct sigaction action;

  if (sigaction (number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
    sigaddset (set, number);
}

static void
take_signals (ReboundTestPool *self)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGCHLD);
  add_unless_ignored (&set, SIGINT);
  add_unless_ignored (&set, SIGTERM);
  add_unless_ignored (&set, SIGHUP);
  sigprocmask (SIG_BLOCK, &set, &self->settings.mask);
  signal (SIGCHLD, SIG_DFL); /* one who had it ignored would have no child to wait for */
  self->signal_fd = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
read_signals (ReboundTestPool *self)
{
  struct signalfd_siginfo info;

  while (read (self->signal_fd, &info, sizeof info) == (ssize_t) sizeof info)
    if (info.ssi_signo != SIGCHLD)
      self->is_interrupted = TRUE;
}

ReboundTestPool *
rebound_test_pool_new (guint n_jobs, guint n_plays, const ReboundTestJobSettings *settings)
{
  ReboundTestPool *self = g_new0 (ReboundTestPool, 1);

  self->settings = *settings;
  self->n_plays = n_plays;
  make_places (self, n_jobs);
  take_signals (self);
  return self;
}

void
rebound_test_pool_free (ReboundTestPool *self)
{
  if (self->signal_fd >= 0)
    close (self->signal_fd);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_free (self->places);
  g_free (self);
}

void
rebound_test_pool_repeat (ReboundTestPool *self, guint n_plays)
{
  self->n_plays = n_plays;
  self->settings.wants_events = n_plays > 1;
}

int
rebound_test_pool_probe (ReboundTestPool *self, char **why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundTestPlay) play = NULL;

  *why = NULL;
  if (self->signal_fd < 0)
    {
      rebound_command_complain ("cannot wait for other processes: %s", strerrorname_np (errno));
      return REBOUND_EXIT_INTERNAL;
    }
  play = rebound_test_job_probe (&self->settings, &error);
  if (play == NULL)
    {
      rebound_command_complain ("%s", error->message);
      return REBOUND_EXIT_INTERNAL;
    }
  if (play->verdict == REBOUND_TEST_AS_EXPECTED)
    return 0;
  *why = g_strdup (play->messages);
  g_printerr ("%s", play->messages);
  return play->verdict == REBOUND_TEST_LACKING ? REBOUND_EXIT_LACKING : REBOUND_EXIT_INTERNAL;
}

/* -- one round -- */

static ReboundTestResult *
get_result (ReboundTestPool *self, guint script)
{
  return self->results->pdata[script];
}

static gboolean
is_more_to_begin (ReboundTestPool *self)
{
  return !self->is_interrupted && self->next_script < self->scripts->len;
}

static gboolean
begin_next (ReboundTestPool *self, Place *place, GError **error)
{
  place->script = self->next_script;
  place->number = self->next_number;
  place->job = rebound_test_job_start (self->scripts->pdata[place->script], &self->settings,
                                       place->cpu, error);
  if (place->job == NULL)
    return FALSE;
  rebound_test_progress_begin (self->progress, self->scripts->pdata[place->script]);
  if (++self->next_number <= self->n_plays)
    return TRUE;
  self->next_number = 1;
  self->next_script++;
  return TRUE;
}

static guint
count_jobs (ReboundTestPool *self)
{
  guint n_jobs = 0;

  for (guint i = 0; i < self->n_places; i++)
    n_jobs += self->places[i].job != NULL;
  return n_jobs;
}

/* Where there are no descriptors or processes left for one more, fewer play side by side. */
static gboolean
fill (ReboundTestPool *self, GError **error)
{
  g_autoptr (GError) refused = NULL;

  for (guint i = 0; i < self->n_places && is_more_to_begin (self); i++)
    if (self->places[i].job == NULL && !begin_next (self, &self->places[i], &refused))
      break;
  if (refused == NULL || count_jobs (self) > 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}

static void
collect (ReboundTestPool *self, Place *place, gboolean wait)
{
  ReboundTestPlay *play = place->job != NULL ? rebound_test_job_collect (place->job, wait) : NULL;

  if (play == NULL)
    return;
  g_clear_pointer (&place->job, rebound_test_job_free);
  rebound_test_result_take (get_result (self, place->script), place->number, play);
  rebound_test_progress_end (self->progress);
}

static void
kill_all (ReboundTestPool *self)
{
  for (guint i = 0; i < self->n_places; i++)
    if (self->places[i].job != NULL)
      rebound_test_job_kill (self->places[i].job, REBOUND_TEST_INTERRUPTED);
  for (guint i = 0; i < self->n_places; i++)
    collect (self, &self->places[i], TRUE);
}

static void
kill_late (ReboundTestPool *self)
{
  gint64 now_usec = g_get_monotonic_time ();

  for (guint i = 0; i < self->n_places; i++)
    {
      ReboundTestJob *job = self->places[i].job;
      gint64 deadline_usec = job != NULL ? rebound_test_job_get_deadline_usec (job) : -1;

      if (deadline_usec >= 0 && deadline_usec <= now_usec)
        rebound_test_job_kill (job, REBOUND_TEST_TOO_LONG);
    }
}

/* Until the first deadline, in milliseconds and rounded up; -1: for ever. */
static int
compute_timeout (ReboundTestPool *self)
{
  gint64 first_usec = -1;
  gint64 left_usec;

  for (guint i = 0; i < self->n_places; i++)
    {
      ReboundTestJob *job = self->places[i].job;
      gint64 deadline_usec = job != NULL ? rebound_test_job_get_deadline_usec (job) : -1;

      if (deadline_usec >= 0 && (first_usec < 0 || deadline_usec < first_usec))
        first_usec = deadline_usec;
    }
  if (first_usec < 0)
    return -1;
  left_usec = MAX (first_usec - g_get_monotonic_time (), 0);
  return (int) MIN ((left_usec + 999) / 1000, G_MAXINT);
}

static void
wait_for_something (ReboundTestPool *self)
{
  struct pollfd fd = { .fd = self->signal_fd, .events = POLLIN };

  poll (&fd, 1, compute_timeout (self));
  read_signals (self);
}

static void
hand_over (ReboundTestPool *self, gboolean all)
{
  while (self->n_handed < self->scripts->len
         && (all || get_result (self, self->n_handed)->n_done == self->n_plays))
    {
      ReboundTestResult *result = g_steal_pointer (&self->results->pdata[self->n_handed++]);

      rebound_test_result_conclude (result, self->settings.limit_usec);
      rebound_test_progress_clear (self->progress);
      self->func (result, self->user_data);
    }
}

static void
prepare (ReboundTestPool *self, GPtrArray *scripts)
{
  g_clear_pointer (&self->results, g_ptr_array_unref);
  self->scripts = scripts;
  self->results = g_ptr_array_new ();
  self->n_handed = 0;
  self->next_script = 0;
  self->next_number = 1;
  for (guint i = 0; i < scripts->len; i++)
    g_ptr_array_add (self->results, rebound_test_result_new (scripts->pdata[i], self->n_plays));
}

int
rebound_test_pool_run (ReboundTestPool *self,
                       GPtrArray *scripts,
                       ReboundTestProgress *progress,
                       ReboundTestPoolFunc func,
                       gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  prepare (self, scripts);
  self->progress = progress;
  self->func = func;
  self->user_data = user_data;
  read_signals (self);
  /* What is free begins before anything is told of what has ended. */
  while (!self->is_interrupted && fill (self, &error))
    {
      hand_over (self, FALSE);
      rebound_test_progress_show (self->progress);
      if (count_jobs (self) == 0)
        break;
      wait_for_something (self);
      kill_late (self);
      for (guint i = 0; i < self->n_places; i++)
        collect (self, &self->places[i], FALSE);
    }
  kill_all (self);
  hand_over (self, TRUE);
  if (error == NULL)
    return self->is_interrupted ? REBOUND_RUN_STATUS_INTERRUPTED : 0;
  rebound_command_complain ("%s", error->message);
  return REBOUND_EXIT_INTERNAL;
}
