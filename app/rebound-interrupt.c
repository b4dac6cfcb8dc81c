/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's own signal source starts a worker thread that sleeps in poll; a run has one thread. So the
 * handler writes to an eventfd, and a source in the world's context reads it. Whoever asks for the
 * second time kills.
 *
 * Ctrl-C, a CI system that gives up a job (SIGTERM) and a terminal that is closed (SIGHUP) mean the
 * same: there is no more time, and what is known by now is wanted. */

#include "rebound-interrupt.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

struct _ReboundInterrupt
{
  ReboundRun *run;
  GSource *source;
  struct sigaction before[G_N_ELEMENTS (signals)];
};

static int wake_fd = -1;

static void
on_signal (int number)
{
  const guint64 one = 1;
  int error_number = errno;

  if (write (wake_fd, &one, sizeof one) < 0) /* nothing can be done about it here */
    errno = error_number;
  errno = error_number;
}

static gboolean
on_wake (int fd, GIOCondition condition, gpointer user_data)
{
  rebound_run_interrupt (((ReboundInterrupt *) user_data)->run);
  return G_SOURCE_REMOVE;
}

/* One that whoever started us has had ignored, as nohup does, stays ignored. */
static void
take_signals (ReboundInterrupt *self)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND };

  sigemptyset (&action.sa_mask);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      sigaction (signals[i], NULL, &self->before[i]);
      if (self->before[i].sa_handler != SIG_IGN)
        sigaction (signals[i], &action, NULL);
    }
}

ReboundInterrupt *
rebound_interrupt_new (ReboundRun *run)
{
  ReboundInterrupt *self = g_new0 (ReboundInterrupt, 1);

  self->run = run;
  wake_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) /* then Ctrl-C just kills, as it does everywhere */
    return self;
  self->source = g_unix_fd_source_new (wake_fd, G_IO_IN);
  g_source_set_static_name (self->source, "Ctrl-C");
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_wake), self, NULL);
  g_source_attach (self->source, rebound_site_get_context (rebound_run_get_world (run)));
  take_signals (self);
  return self;
}

void
rebound_interrupt_free (ReboundInterrupt *self)
{
  if (self->source != NULL)
    {
      for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
        sigaction (signals[i], &self->before[i], NULL);
      g_source_destroy (self->source);
      g_source_unref (self->source);
      close (wake_fd);
      wake_fd = -1;
    }
  g_free (self);
}
