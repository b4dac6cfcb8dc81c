/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By default a write to a peer that is gone does not fail: it kills, by SIGPIPE, and the parent
 * reads 13 from wait(). GIO ignores that signal for its whole process, and so does every run; so it
 * is shown in a process of its own, a forked one, with the disposition that processes begin with.
 *
 * The child makes its calls on descriptors that it has inherited, as that of a forking server does.
 * They do not block, so it comes to its end without anybody's help, and nothing else of the run
 * goes on meanwhile: to fork, and to wait until the child is gone, is one act, as vfork() has it.
 * The wait gives the CPU to the child and sleeps never. What its calls came to it leaves in memory
 * that it shares with us, so that a child that was killed has told all that it could. */

#include "rebound-naive-child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-errno.h"
#include "rebound-history-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-naive-call-private.h"
#include "rebound-naive-pair-private.h"
#include "rebound-naive-socket-private.h"

/* What the child can do at most; a story has three or four steps. */
#define MAX_STEPS 64

/* What it writes: as in the report, a line. */
#define WRITTEN_TEXT "hello\n"

typedef enum
{
  STEP_WRITE,
  STEP_READ,
  STEP_SHUTDOWN,
  STEP_CLOSE,
  N_STEPS
} Step;

static const char *const step_names[] = { "write", "read", "shutdown", "close" };

/* In memory that parent and child share. */
typedef struct
{
  guint n_returned;
  gboolean would_block; /* the step after these */
  struct
  {
    gint64 result;
    int error_number;
  } returned[MAX_STEPS];
} Report;

/* What it has inherited; of a socket the same one twice. */
typedef struct
{
  int reader;
  int writer;
  ReboundSocket *socket; /* NULL of what is no socket of the run */
} Descriptors;

struct _ReboundNaiveChild
{
  GObject parent_instance;

  ReboundSite *site; /* NULL before and after its life */
  gint64 result;     /* this and the next: of the last call that returned */
  int error_number;
  int wait_status;
};

enum
{
  PROP_RESULT = 1,
  PROP_ERRNO,
  PROP_WAIT_STATUS,
  PROP_TERM_SIGNAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint returned_signal;
static guint exited_signal;

static void rebound_naive_child_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundNaiveChild,
                               rebound_naive_child,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_naive_child_actor_init))

/* -- steps -- */

static gboolean
find_step (const char *word, Step *step)
{
  for (*step = 0; *step < N_STEPS; (*step)++)
    if (strcmp (word, step_names[*step]) == 0)
      return TRUE;
  return FALSE;
}

/* How many there are, or 0 where there is none, one too many, or one that is no step. */
static guint
parse_steps (const char *text, Step steps[MAX_STEPS])
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint n_steps = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (n_steps == MAX_STEPS || !find_step (words[i], &steps[n_steps]))
        return 0;
      n_steps++;
    }
  return n_steps;
}

static gboolean
is_steps (const char *text, char **expected)
{
  Step steps[MAX_STEPS];

  if (parse_steps (text, steps) > 0)
    return TRUE;
  *expected = g_strdup ("steps with spaces between them, of: write, read, shutdown, close");
  return FALSE;
}

/* -- the child -- */

static gint64
take_step (Descriptors *own, Step step)
{
  char buffer[256];

  switch (step)
    {
    case STEP_WRITE:
      return write (own->writer, WRITTEN_TEXT, strlen (WRITTEN_TEXT));
    case STEP_READ:
      return read (own->reader, buffer, sizeof buffer);
    case STEP_SHUTDOWN:
      return shutdown (own->writer, SHUT_WR);
    case STEP_CLOSE:
    case N_STEPS:
    default:
      return close (own->writer);
    }
}

/* Nothing here may touch what it shares with its parent but the report. What a step sends has been
 * delivered, and answered, when the next one begins. */
static void
live (ReboundNaiveChild *self,
      Descriptors *own,
      const Step *steps,
      guint n_steps,
      ReboundSigpipe sigpipe,
      Report *report)
{
  const struct sigaction action
      = { .sa_handler = sigpipe == REBOUND_SIGPIPE_IGNORE ? SIG_IGN : SIG_DFL };
  sigset_t none;

  sigemptyset (&none);
  sigaction (SIGPIPE, &action, NULL);
  sigprocmask (SIG_SETMASK, &none, NULL);
  for (guint i = 0; i < n_steps; i++)
    {
      report->returned[i].result = take_step (own, steps[i]);
      report->returned[i].error_number = report->returned[i].result < 0 ? errno : 0;
      report->would_block = report->returned[i].error_number == EAGAIN;
      if (report->would_block)
        _exit (0);
      report->n_returned++;
      rebound_linux_kernel_pass_fence (self->site);
    }
  _exit (0);
}

/* -- its parent -- */

/* FALSE where @holder has nothing that could be inherited, or lives elsewhere. */
static gboolean
inherit (ReboundNaiveChild *self, GObject *holder, Descriptors *own)
{
  if (REBOUND_IS_NAIVE_SOCKET (holder))
    {
      own->reader = own->writer = REBOUND_NAIVE_SOCKET (holder)->fd;
      own->socket = REBOUND_NAIVE_SOCKET (holder)->socket;
      return REBOUND_NAIVE_SOCKET (holder)->site == self->site;
    }
  if (!REBOUND_IS_NAIVE_PAIR (holder))
    return FALSE;
  own->socket = NULL;
  own->reader
      = rebound_naive_pair_get_descriptor (REBOUND_NAIVE_PAIR (holder), REBOUND_NAIVE_PAIR_READER);
  own->writer
      = rebound_naive_pair_get_descriptor (REBOUND_NAIVE_PAIR (holder), REBOUND_NAIVE_PAIR_WRITER);
  return rebound_naive_pair_get_site (REBOUND_NAIVE_PAIR (holder)) == self->site;
}

/* A child that does not block ends; it needs the CPU for that. */
static int
wait_for (pid_t pid, int *status)
{
  pid_t waited;

  while ((waited = waitpid (pid, status, WNOHANG)) == 0)
    sched_yield ();
  return waited < 0 ? -1 : 0;
}

static void
tell (ReboundNaiveChild *self, const char *call, gint64 result, int error_number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, result);

  self->result = result;
  self->error_number = error_number;
  rebound_site_note_progress (self->site);
  g_signal_emit (self, returned_signal, 0, call, NULL, text,
                 error_number != 0 ? rebound_errno_name (error_number) : NULL, NULL);
}

static const char *
name_signal (int wait_status)
{
  return WIFSIGNALED (wait_status) ? sigabbrev_np (WTERMSIG (wait_status)) : NULL;
}

/* (transfer full) (nullable) */
static char *
dup_signal_name (int wait_status)
{
  const char *name = name_signal (wait_status);

  return name != NULL ? g_strdup_printf ("SIG%s", name) : NULL;
}

/* What it did to a connection is that connection's history, too. */
static void
note_all (const Descriptors *own, const Step *steps, guint n_steps, const Report *report)
{
  for (guint i = 0; i < MIN (report->n_returned, n_steps); i++)
    {
      if (report->returned[i].error_number != 0)
        rebound_history_note_error (own->socket, step_names[steps[i]],
                                    report->returned[i].error_number);
      else if (steps[i] == STEP_WRITE)
        rebound_history_note_sent (own->socket, (gsize) report->returned[i].result);
      else if (steps[i] == STEP_SHUTDOWN)
        rebound_history_note_shutdown (own->socket, FALSE);
    }
}

/* Whoever is told may end the application, and it with it. */
static void
tell_all (ReboundNaiveChild *self, const Step *steps, guint n_steps, const Report *report)
{
  g_autofree char *signal_name = dup_signal_name (self->wait_status);
  int wait_status = self->wait_status;

  for (guint i = 0; i < MIN (report->n_returned, n_steps) && self->site != NULL; i++)
    tell (self, step_names[steps[i]], report->returned[i].result, report->returned[i].error_number);
  if (self->site != NULL)
    g_signal_emit (self, exited_signal, 0, wait_status, signal_name);
}

static void
run (ReboundNaiveChild *self,
     Descriptors *own,
     const Step *steps,
     guint n_steps,
     ReboundSigpipe sigpipe,
     Report *report)
{
  pid_t pid = fork ();

  if (pid < 0)
    {
      tell (self, "fork", -1, errno);
      return;
    }
  if (pid == 0)
    live (self, own, steps, n_steps, sigpipe, report);
  if (wait_for (pid, &self->wait_status) < 0)
    tell (self, "wait", -1, errno);
  else if (!report->would_block)
    {
      note_all (own, steps, n_steps, report);
      tell_all (self, steps, n_steps, report);
    }
}

static GError *
action_run (ReboundNaiveChild *self, const char *with, const char *text, int sigpipe, gpointer data)
{
  GError *error = rebound_naive_check_site (self->site, "fork");
  GObject *holder = error == NULL ? rebound_site_find (self->site, with) : NULL;
  Step steps[MAX_STEPS];
  guint n_steps = parse_steps (text, steps);
  Descriptors own;
  Report *report;

  if (error != NULL)
    return error;
  if (!inherit (self, holder, &own))
    return rebound_naive_refuse ("fork", "with= has no descriptor that it could inherit; expected "
                                         "a socket, pipe or socketpair of the same application");
  report = mmap (NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED)
    {
      tell (self, "mmap", -1, errno);
      return NULL;
    }
  g_object_ref (self);
  if (REBOUND_IS_NAIVE_SOCKET (holder))
    rebound_naive_note (REBOUND_NAIVE_SOCKET (holder));
  run (self, &own, steps, n_steps, sigpipe, report);
  if (report->would_block)
    error = rebound_naive_would_block (
        step_names[steps[report->n_returned]],
        "the child waits for the other end, and its parent for the child");
  munmap (report, sizeof *report);
  g_object_unref (self);
  return error;
}

/* -- its life -- */

static void
come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundNaiveChild *self = REBOUND_NAIVE_CHILD (actor);

  g_set_object (&self->site, site);
  self->result = 0; /* it may have had another life before */
  self->error_number = 0;
  self->wait_status = 0;
}

static void
abandon (ReboundActor *actor)
{
  g_clear_object (&REBOUND_NAIVE_CHILD (actor)->site);
}

static void
rebound_naive_child_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = come_to_life;
  iface->abandon = abandon;
}

/* -- what a script sees -- */

static void
rebound_naive_child_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundNaiveChild *self = REBOUND_NAIVE_CHILD (object);
  char *signal_name;

  switch (id)
    {
    case PROP_RESULT:
      g_value_set_int64 (value, self->result);
      break;
    case PROP_ERRNO:
      g_value_set_string (value, rebound_errno_name (self->error_number));
      break;
    case PROP_WAIT_STATUS:
      g_value_set_int (value, self->wait_status);
      break;
    case PROP_TERM_SIGNAL:
      signal_name = dup_signal_name (self->wait_status);
      g_value_take_string (value, signal_name != NULL ? signal_name : g_strdup ("none"));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_naive_child_dispose (GObject *object)
{
  abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_naive_child_parent_class)->dispose (object);
}

static void
install_readings (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_RESULT]
      = g_param_spec_int64 ("result", NULL,
                            "what the last call of the child that returned returned", -1,
                            G_MAXINT64, 0, flags);
  properties[PROP_ERRNO]
      = g_param_spec_string ("errno", NULL,
                             "the errno that this call failed with, by name, or none", NULL, flags);
  properties[PROP_WAIT_STATUS] = g_param_spec_int (
      "wait-status", NULL,
      "what wait() said of the last child: 0 where it came to its end, 13 where SIGPIPE killed it",
      G_MININT, G_MAXINT, 0, flags);
  properties[PROP_TERM_SIGNAL]
      = g_param_spec_string ("term-signal", NULL,
                             "the signal that killed the last child, as SIGPIPE, or none", NULL,
                             flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static GParamSpec *
with_spec (void)
{
  GParamSpec *pspec = rebound_param_spec_reference (
      "with", NULL, "whose descriptors it inherits: a socket, a pipe or a socketpair", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | REBOUND_PARAM_REQUIRED);

  rebound_param_spec_reference_set_target (pspec, REBOUND_TYPE_ACTOR);
  return pspec;
}

static void
rebound_naive_child_class_init (ReboundNaiveChildClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_naive_child_get_property;
  object_class->dispose = rebound_naive_child_dispose;
  install_readings (object_class);
  rebound_class_install_action (
      klass, "run", G_CALLBACK (action_run), NULL,
      "fork() a child that makes its calls, without blocking, and wait() for its end; its parent "
      "keeps its own descriptors",
      with_spec (),
      rebound_param_spec_text ("steps", NULL,
                               "what it does, with spaces between: write (of “hello\\n”), read, "
                               "shutdown (of writing), close",
                               "write", is_steps, flags),
      g_param_spec_enum ("sigpipe", NULL, "what it does about SIGPIPE", REBOUND_TYPE_SIGPIPE,
                         REBOUND_SIGPIPE_DEFAULT, flags),
      NULL);
  returned_signal = rebound_naive_install_returned (klass);
  exited_signal = rebound_class_install_signal (
      klass, "exited", REBOUND_EVENT_GROUP_ACTORS, "wait() = {status}[ ({signal})]",
      "the child is gone",
      g_param_spec_int ("status", NULL, "what wait() said of it", G_MININT, G_MAXINT, 0,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      g_param_spec_string ("signal", NULL, "the signal that killed it", NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      NULL);
}

static void
rebound_naive_child_init (ReboundNaiveChild *self)
{
}
