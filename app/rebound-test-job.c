/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One play. The process is forked from ours, which has done once what each would have to do:
 * registered the types, read the resources. It leads a process group, so that whatever a script has
 * forked goes with it, and dies with its parent.
 *
 * What it has to tell goes to files without a name: nobody has to read them while it plays, and
 * what was written before it died is there. */

#include "rebound-test-job.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-die-with.h"
#include "rebound-play.h"
#include "rebound-test-witness.h"
#include "rebound-text-sink.h"
#include "rebound-twin-sink.h"

/* At a time, of what a play has written: as much as fits into a second-level cache. */
#define READ_BYTES 65536

/* What a play leaves. */
enum
{
  FILE_WITNESS,
  FILE_EVENTS,
  FILE_LOG,
  FILE_NOTES,
  N_STREAMS,
  FILE_MESSAGES = N_STREAMS,
  N_FILES
};

struct _ReboundTestJob
{
  pid_t pid;        /* 0: collected */
  gboolean is_play; /* and not a look at what the machine has */
  gint64 deadline_usec;
  ReboundTestVerdict killed; /* AS_EXPECTED: not by us */
  int fds[N_FILES];
  const char *failed_call; /* of ours, by which what it came to is not known; or NULL */
  int failed_errno;
};

/* -- the playing process -- */

/* Why there is no play: where @messages is, the other process reads it. */
static void
give_up (int messages, const char *call)
{
  dprintf (messages, "rebound: the process of a play cannot begin: %s: %s\n", call,
           strerrorname_np (errno));
  _exit (REBOUND_EXIT_INTERNAL);
}

/* Descriptors have the numbers that they have in every play of the script, for a log may show
 * them: first those of the streams, and nothing behind. The files were opened in this order, each
 * under the lowest number that was free, so none is written over before it has been moved. */
static void
take_files (const ReboundTestJobSettings *settings, const int *fds)
{
  int messages = settings->first_fd + FILE_MESSAGES;
  int null;

  for (int i = 0; i < N_FILES; i++)
    if (dup2 (fds[i], settings->first_fd + i) < 0)
      give_up (fds[FILE_MESSAGES], "dup2");
  closefrom (settings->first_fd + N_FILES);
  null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0)
    give_up (messages, "/dev/null");
  if (dup2 (null, STDIN_FILENO) < 0 || dup2 (messages, STDOUT_FILENO) < 0
      || dup2 (messages, STDERR_FILENO) < 0)
    give_up (messages, "dup2");
  closefrom (settings->first_fd + N_STREAMS);
}

/* The run stays on the CPU that it is on when it enters its namespace. */
static void
move_to (int cpu)
{
  gsize size_bytes = CPU_ALLOC_SIZE (cpu + 1);
  cpu_set_t *cpus = CPU_ALLOC (cpu + 1);

  CPU_ZERO_S (size_bytes, cpus);
  CPU_SET_S (cpu, size_bytes, cpus);
  if (sched_setaffinity (0, size_bytes, cpus) < 0)
    {
      /* It was taken from us since; another one will do. */
    }
  CPU_FREE (cpus);
}

static gboolean
open_streams (FILE **streams, int first_fd)
{
  for (int i = 0; i < N_STREAMS; i++)
    if ((streams[i] = fdopen (first_fd + i, "w")) == NULL)
      return FALSE;
  return TRUE;
}

static int
close_streams (FILE **streams, int status)
{
  for (guint i = 0; i < N_STREAMS; i++)
    if (fclose (streams[i]) != 0)
      {
        rebound_command_complain ("what the play has to tell cannot be kept: %s",
                                  strerrorname_np (errno));
        status = REBOUND_EXIT_INTERNAL;
      }
  return status;
}

static void
add_sink (ReboundRun *run, ReboundEventSink *sink)
{
  rebound_run_add_sink (run, sink);
  g_object_unref (sink);
}

static int
play_run (ReboundRun *run,
          const ReboundTestScript *script,
          const ReboundTestJobSettings *settings,
          FILE **streams)
{
  const ReboundSinkOptions options = { .filter = { .groups = REBOUND_FILTER_ALL }, .fold = TRUE };
  g_autoptr (ReboundAbout) about = rebound_about_new (run, script->key, NULL);
  g_autoptr (GError) error = NULL;
  int status;

  add_sink (run, rebound_test_witness_new (about, streams[FILE_WITNESS]));
  if (settings->wants_events)
    add_sink (run, rebound_twin_sink_new (about, streams[FILE_EVENTS]));
  if (settings->wants_log)
    add_sink (run, rebound_text_sink_new (about, &options, streams[FILE_LOG]));
  status = rebound_play (run, &error);
  /* Of a script that was not as expected the witness tells. */
  if (error != NULL && status != REBOUND_RUN_STATUS_FAILED)
    rebound_command_complain ("%s", error->message);
  return close_streams (streams, status);
}

static ReboundRun *
load (const ReboundTestScript *script,
      const ReboundTestJobSettings *settings,
      const ReboundPlayOptions *options,
      FILE *notes)
{
  return settings->load != NULL ? settings->load (script, notes, settings->load_data)
                                : rebound_play_load (options, script->word);
}

/* @script is NULL in a process that is to find out only whether it could play. */
static int
play (const ReboundTestScript *script, const ReboundTestJobSettings *settings, pid_t parent)
{
  const ReboundPlayOptions options = { .mode = REBOUND_CLOCK_VIRTUAL,
                                       .timeout_usec = -1,
                                       .include_dirs = settings->include_dirs };
  g_autoptr (ReboundRun) run = NULL;
  FILE *streams[N_STREAMS];
  int status;

  if (!open_streams (streams, settings->first_fd))
    {
      rebound_command_complain ("what the play has to tell cannot be kept: %s",
                                strerrorname_np (errno));
      return REBOUND_EXIT_INTERNAL;
    }
  if (script != NULL && (run = load (script, settings, &options, streams[FILE_NOTES])) == NULL)
    return REBOUND_EXIT_USAGE;
  status = rebound_play_enter (&options, run);
  if (status != 0 || run == NULL)
    return status;
  rebound_die_with (parent, STDERR_FILENO);
  return play_run (run, script, settings, streams);
}

static void
live (const ReboundTestScript *script,
      const ReboundTestJobSettings *settings,
      int cpu,
      pid_t parent,
      const int *fds)
{
  rebound_die_with (parent, fds[FILE_MESSAGES]);
  setpgid (0, 0);
  sigprocmask (SIG_SETMASK, &settings->mask, NULL);
  take_files (settings, fds);
  if (cpu >= 0)
    move_to (cpu);
  _exit (play (script, settings, parent));
}

/* -- ours -- */

static gboolean
open_files (ReboundTestJob *self)
{
  for (guint i = 0; i < N_FILES; i++)
    self->fds[i] = -1;
  for (guint i = 0; i < N_FILES; i++)
    if ((self->fds[i] = memfd_create ("rebound-test", MFD_CLOEXEC)) < 0)
      return FALSE;
  return TRUE;
}

static ReboundTestJob *
start (const ReboundTestScript *script,
       const ReboundTestJobSettings *settings,
       int cpu,
       GError **error)
{
  ReboundTestJob *self = g_new0 (ReboundTestJob, 1);
  pid_t parent = getpid ();

  self->is_play = script != NULL;
  fflush (stdout); /* or the other process has it, too */
  if (!open_files (self) || (self->pid = fork ()) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "cannot begin another process: %s", strerrorname_np (errno));
      self->pid = 0;
      rebound_test_job_free (self);
      return NULL;
    }
  if (self->pid == 0)
    live (script, settings, cpu, parent, self->fds);
  setpgid (self->pid, self->pid); /* whoever is first: it must be done before it is killed */
  self->deadline_usec
      = settings->limit_usec < 0 ? -1 : g_get_monotonic_time () + settings->limit_usec;
  return self;
}

ReboundTestJob *
rebound_test_job_start (const ReboundTestScript *script,
                        const ReboundTestJobSettings *settings,
                        int cpu,
                        GError **error)
{
  return start (script, settings, cpu, error);
}

gint64
rebound_test_job_get_deadline_usec (ReboundTestJob *self)
{
  return self->deadline_usec;
}

void
rebound_test_job_kill (ReboundTestJob *self, ReboundTestVerdict verdict)
{
  if (self->pid == 0 || self->killed != REBOUND_TEST_AS_EXPECTED)
    return;
  self->killed = verdict;
  self->deadline_usec = -1;
  kill (-self->pid, SIGKILL);
}

/* The first failure, with errno; the play says it, and is not one as expected. */
static void
note_failure (ReboundTestJob *self, int result, const char *call)
{
  if (result >= 0 || self->failed_call != NULL)
    return;
  self->failed_call = call;
  self->failed_errno = errno;
}

/* The name of the process, and of its group, is kept until whatever is left of the group is gone,
 * too. */
static gboolean
reap (ReboundTestJob *self, gboolean wait, int *status)
{
  siginfo_t info = { 0 };
  int result;

  while (
      (result = waitid (P_PID, (id_t) self->pid, &info, WEXITED | WNOWAIT | (wait ? 0 : WNOHANG)))
          < 0
      && errno == EINTR)
    ;
  if (result == 0 && info.si_pid == 0)
    return FALSE;
  note_failure (self, result, "waitid");
  kill (-self->pid, SIGKILL);
  while ((result = waitpid (self->pid, status, 0)) < 0 && errno == EINTR)
    ;
  note_failure (self, result, "waitpid");
  self->pid = 0;
  return TRUE;
}

/* What it has written, from the beginning; where it stands is behind the end of that. */
static GBytes *
read_file (ReboundTestJob *self, int fd)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 *buffer = g_malloc (READ_BYTES);
  ssize_t got;

  while ((got = pread (fd, buffer, READ_BYTES, bytes->len)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      g_byte_array_append (bytes, buffer, (guint) got);
  note_failure (self, (int) got, "pread");
  g_free (buffer);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static char *
to_string (GBytes *bytes)
{
  gsize size_bytes;
  const char *text = g_bytes_get_data (bytes, &size_bytes);

  return size_bytes > 0 ? g_strndup (text, size_bytes) : g_strdup ("");
}

/* Who has played was there at the end. A status without that is not the play's, but that of
 * something that ends processes, a sanitizer say. */
static ReboundTestVerdict
doubt (const ReboundTestPlay *play)
{
  gboolean was_played
      = play->verdict == REBOUND_TEST_AS_EXPECTED || play->verdict == REBOUND_TEST_FAILED;

  return was_played && play->virtual_usec < 0 ? REBOUND_TEST_BROKEN : play->verdict;
}

static ReboundTestVerdict
classify (const ReboundTestJob *self, int status)
{
  if (self->killed != REBOUND_TEST_AS_EXPECTED && WIFSIGNALED (status))
    return self->killed;
  if (WIFSIGNALED (status))
    return REBOUND_TEST_CRASHED;
  switch (WEXITSTATUS (status))
    {
    case REBOUND_RUN_STATUS_AS_EXPECTED:
      return REBOUND_TEST_AS_EXPECTED;
    case REBOUND_RUN_STATUS_FAILED:
      return REBOUND_TEST_FAILED;
    case REBOUND_RUN_STATUS_SCRIPT_ERROR:
      return REBOUND_TEST_MISTAKEN;
    case REBOUND_EXIT_LACKING:
      return REBOUND_TEST_LACKING;
    case REBOUND_RUN_STATUS_INTERRUPTED:
      return REBOUND_TEST_INTERRUPTED;
    default:
      return REBOUND_TEST_BROKEN;
    }
}

static void
tell_failure (const ReboundTestJob *self, ReboundTestPlay *play)
{
  g_autofree char *before = NULL;

  if (self->failed_call == NULL)
    return;
  before = g_steal_pointer (&play->messages);
  play->messages
      = g_strdup_printf ("%srebound: what a play came to cannot be found out: %s: %s\n", before,
                         self->failed_call, strerrorname_np (self->failed_errno));
  play->verdict = REBOUND_TEST_BROKEN;
  play->signal_number = 0;
}

ReboundTestPlay *
rebound_test_job_collect (ReboundTestJob *self, gboolean wait)
{
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GBytes) messages = NULL;
  ReboundTestPlay *play;
  int status = 0;

  if (!reap (self, wait, &status))
    return NULL;
  written = read_file (self, self->fds[FILE_WITNESS]);
  messages = read_file (self, self->fds[FILE_MESSAGES]);
  play = rebound_test_play_new ();
  play->verdict = classify (self, status);
  if (WIFSIGNALED (status))
    play->signal_number = WTERMSIG (status);
  rebound_test_witness_read (written, play);
  if (self->is_play)
    play->verdict = doubt (play);
  play->messages = to_string (messages);
  play->log = read_file (self, self->fds[FILE_LOG]);
  play->events = read_file (self, self->fds[FILE_EVENTS]);
  play->notes = read_file (self, self->fds[FILE_NOTES]);
  tell_failure (self, play);
  return play;
}

void
rebound_test_job_free (ReboundTestJob *self)
{
  for (guint i = 0; i < N_FILES; i++)
    if (self->fds[i] >= 0)
      close (self->fds[i]);
  g_free (self);
}

ReboundTestPlay *
rebound_test_job_probe (const ReboundTestJobSettings *settings, GError **error)
{
  ReboundTestJob *job = start (NULL, settings, -1, error);
  ReboundTestPlay *play = job != NULL ? rebound_test_job_collect (job, TRUE) : NULL;

  g_clear_pointer (&job, rebound_test_job_free);
  return play;
}
