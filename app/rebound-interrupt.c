/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's own signal source starts a worker thread that sleeps in poll; a run has one thread. So the
 * handler writes to an eventfd, and a source in the world's context reads it. A second Ctrl-C
 * kills. */

#include "rebound-interrupt.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct _ReboundInterrupt
{
  ReboundRun *run;
  GSource *source;
  struct sigaction before;
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

ReboundInterrupt *
rebound_interrupt_new (ReboundRun *run)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int) SA_RESETHAND };
  ReboundInterrupt *self = g_new0 (ReboundInterrupt, 1);

  self->run = run;
  wake_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) /* then Ctrl-C just kills, as it does everywhere */
    return self;
  self->source = g_unix_fd_source_new (wake_fd, G_IO_IN);
  g_source_set_static_name (self->source, "Ctrl-C");
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_wake), self, NULL);
  g_source_attach (self->source, rebound_site_get_context (rebound_run_get_world (run)));
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, &self->before);
  return self;
}

void
rebound_interrupt_free (ReboundInterrupt *self)
{
  if (self->source != NULL)
    {
      sigaction (SIGINT, &self->before, NULL);
      g_source_destroy (self->source);
      g_source_unref (self->source);
      close (wake_fd);
      wake_fd = -1;
    }
  g_free (self);
}
