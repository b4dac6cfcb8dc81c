/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each life has a process, a namespace and a CPU of its own, as a script of `rebound test` has. It
 * is forked from this one, which has registered the types and taken the script apart; what it has
 * left to do is to enter its namespace and to play. */

#include "rebound-explore.h"

#include <string.h>

#include "lifecycle/rebound-run.h"
#include "rebound-command.h"
#include "rebound-life-author.h"
#include "rebound-life-script.h"
#include "rebound-play.h"
#include "rebound-way.h"

struct _ReboundExplorer
{
  const ReboundExploreSettings *settings;
  ReboundTestPool *pool;
  char *text; /* of the script without a life */
  gboolean is_interrupted;

  /* Of a round. */
  ReboundExploreFunc func;
  gpointer user_data;
};

/* What a process plays: a life, or a script's text. */
typedef struct
{
  ReboundTestScript script; /* first: it is what the pool knows */
  guint64 seed;
  const char *name;
  const char *text;  /* NULL: a life */
  gboolean recovers; /* of a text: it is to be seen whether it does */
} Task;

/* -- in the playing process -- */

/* What a program says when it is wrong is no matter of a log here. */
static void
make_complaints_fatal (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

static ReboundRun *
load (const ReboundTestScript *script, FILE *notes, gpointer user_data)
{
  const ReboundPlayOptions options = { .mode = REBOUND_CLOCK_VIRTUAL, .timeout_usec = -1 };
  ReboundExplorer *self = user_data;
  const Task *task = (const Task *) script;
  const char *text = task->text != NULL ? task->text : self->text;
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  ReboundRun *run = rebound_play_load_bytes (&options, bytes, task->name);

  make_complaints_fatal ();
  if (run != NULL && task->text == NULL) /* it lives as long as the process */
    rebound_life_author_new (run, task->seed, self->settings->n_steps, self->settings->words,
                             notes);
  else if (run != NULL && task->recovers)
    rebound_life_author_new_critic (run, notes);
  return run;
}

/* -- ours -- */

ReboundExplorer *
rebound_explorer_new (const ReboundExploreSettings *settings)
{
  ReboundExplorer *self = g_new0 (ReboundExplorer, 1);
  ReboundTestJobSettings job_settings
      = { .limit_usec = settings->limit_usec, .first_fd = 3, .load = load, .load_data = self };

  self->settings = settings;
  self->text = rebound_life_script_join (settings->statements);
  self->pool = rebound_test_pool_new (settings->n_jobs, 1, &job_settings);
  return self;
}

void
rebound_explorer_free (ReboundExplorer *self)
{
  rebound_test_pool_free (self->pool);
  g_free (self->text);
  g_free (self);
}

int
rebound_explorer_probe (ReboundExplorer *self)
{
  g_autofree char *why = NULL;

  return rebound_test_pool_probe (self->pool, &why);
}

static void
task_free (gpointer data)
{
  Task *task = data;

  g_free (task->script.word);
  g_free (task);
}

static Task *
add_task (GPtrArray *tasks, const char *name, char *word)
{
  Task *task = g_new0 (Task, 1);

  task->name = name;
  task->script.word = word;
  task->script.key = word;
  g_ptr_array_add (tasks, task);
  return task;
}

static int
run (ReboundExplorer *self,
     GPtrArray *tasks,
     ReboundTestProgress *progress,
     ReboundTestPoolFunc func,
     gpointer user_data)
{
  int status = rebound_test_pool_run (self->pool, tasks, progress, func, user_data);

  rebound_test_progress_clear (progress);
  self->is_interrupted = self->is_interrupted || status == REBOUND_RUN_STATUS_INTERRUPTED;
  return status;
}

static void
take_life (ReboundTestResult *taken, gpointer user_data)
{
  g_autoptr (ReboundTestResult) result = taken;
  ReboundExplorer *self = user_data;

  self->func (((const Task *) result->script)->seed, result, self->user_data);
}

int
rebound_explorer_play (ReboundExplorer *self,
                       guint64 first,
                       guint every,
                       guint n_seeds,
                       guint n_plays,
                       ReboundExploreFunc func,
                       gpointer user_data)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (task_free);
  g_autoptr (ReboundTestProgress) progress = rebound_test_progress_new (n_seeds * n_plays);

  for (guint i = 0; i < n_seeds; i++)
    {
      guint64 seed = first + (guint64) i * every;

      add_task (tasks, self->settings->name, g_strdup_printf ("seed %" G_GUINT64_FORMAT, seed))
          ->seed
          = seed;
    }
  self->func = func;
  self->user_data = user_data;
  rebound_test_pool_repeat (self->pool, n_plays);
  return run (self, tasks, progress, take_life, self);
}

typedef struct
{
  const char *way;
  guint n_taken;
  int found;
  ReboundTestPlay *play;
} Search;

static void
take_candidate (ReboundTestResult *taken, gpointer user_data)
{
  g_autoptr (ReboundTestResult) result = taken;
  Search *search = user_data;
  int number = (int) search->n_taken++;

  if (search->found >= 0 || result->play == NULL)
    return;
  g_clear_pointer (&search->play, rebound_test_play_free);
  search->play = g_steal_pointer (&result->play);
  if (rebound_way_is (search->play, search->way) && g_bytes_get_size (search->play->notes) == 0)
    search->found = number;
}

int
rebound_explorer_find (ReboundExplorer *self,
                       const char *name,
                       GPtrArray *texts,
                       const char *way,
                       gboolean recovered,
                       ReboundTestPlay **play)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (task_free);
  g_autoptr (ReboundTestProgress) progress = rebound_test_progress_new (texts->len);
  Search search = { .way = way, .found = -1 };

  for (guint i = 0; i < texts->len; i++)
    {
      Task *task = add_task (tasks, name, g_strdup ("a shorter life"));

      task->text = texts->pdata[i];
      task->recovers = recovered;
    }
  rebound_test_pool_repeat (self->pool, 1);
  run (self, tasks, progress, take_candidate, &search);
  if (play != NULL)
    *play = g_steal_pointer (&search.play);
  g_clear_pointer (&search.play, rebound_test_play_free);
  return search.found;
}

GPtrArray *
rebound_explorer_compose (ReboundExplorer *self, const ReboundTestPlay *play)
{
  GPtrArray *whole = rebound_life_script_copy (self->settings->statements);
  g_autoptr (GPtrArray) life = rebound_life_author_read (play->notes);
  guint place = rebound_life_script_find_place (whole);

  for (guint i = 0; i < life->len; i++)
    rebound_life_script_insert (whole, (int) (place + i), g_strdup (life->pdata[i]), TRUE);
  return whole;
}

gboolean
rebound_explorer_is_interrupted (ReboundExplorer *self)
{
  return self->is_interrupted;
}
