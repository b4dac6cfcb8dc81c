/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each dispatch takes everything that is ready in one epoll_wait and sorts it by the serial number
 * of the watch: epoll's own order depends on when packets came. A watch that is freed meanwhile is
 * left out, for its descriptor may be another's. */

#include "rebound-poll-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define NOT_READY G_MAXUINT

struct _ReboundWatch
{
  ReboundPoll *poll;
  int fd;
  guint64 serial;
  guint32 events;
  guint32 ready;     /* of the dispatch that is going on */
  guint ready_place; /* its place in the poll's list of those; NOT_READY outside of one */
  ReboundWatchFunc func;
  gpointer user_data;
};

struct _ReboundPoll
{
  GSource *source;
  int epoll_fd;
  guint64 next_serial;
  guint n_watches;
  GArray *events;   /* struct epoll_event: room for all watches */
  GPtrArray *ready; /* ReboundWatch, or NULL where it was freed meanwhile */
};

typedef struct
{
  GSource parent;
  ReboundPoll *poll;
} PollSource;

static int
compare_serials (gconstpointer a, gconstpointer b)
{
  const ReboundWatch *first = *(ReboundWatch *const *) a;
  const ReboundWatch *second = *(ReboundWatch *const *) b;

  return first->serial < second->serial ? -1 : first->serial > second->serial;
}

static void
collect_ready (ReboundPoll *self)
{
  int n_events;

  g_array_set_size (self->events, MAX (self->n_watches, 1));
  n_events = epoll_wait (self->epoll_fd, (struct epoll_event *) self->events->data,
                         (int) self->events->len, 0);
  for (int i = 0; i < n_events; i++)
    {
      struct epoll_event *event = &g_array_index (self->events, struct epoll_event, i);
      ReboundWatch *watch = event->data.ptr;

      watch->ready = event->events;
      g_ptr_array_add (self->ready, watch);
    }
  g_ptr_array_sort (self->ready, compare_serials);
  for (guint i = 0; i < self->ready->len; i++)
    ((ReboundWatch *) self->ready->pdata[i])->ready_place = i;
}

static gboolean
poll_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ReboundPoll *self = ((PollSource *) source)->poll;

  collect_ready (self);
  for (guint i = 0; i < self->ready->len; i++)
    {
      ReboundWatch *watch = self->ready->pdata[i];

      if (watch == NULL)
        continue;
      watch->ready_place = NOT_READY;
      watch->func (watch->ready, watch->user_data);
    }
  g_ptr_array_set_size (self->ready, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poll_source_funcs = { .dispatch = poll_source_dispatch };

static void
poll_free (gpointer data)
{
  ReboundPoll *self = data;

  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll_fd);
  g_array_unref (self->events);
  g_ptr_array_unref (self->ready);
  g_free (self);
}

static ReboundPoll *
poll_new (GMainContext *context)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  ReboundPoll *self;

  if (epoll_fd < 0)
    return NULL;
  self = g_new0 (ReboundPoll, 1);
  self->epoll_fd = epoll_fd;
  self->events = g_array_new (FALSE, FALSE, sizeof (struct epoll_event));
  self->ready = g_ptr_array_new ();
  self->source = g_source_new (&poll_source_funcs, sizeof (PollSource));
  ((PollSource *) self->source)->poll = self;
  g_source_set_static_name (self->source, "ReboundPoll");
  g_source_add_unix_fd (self->source, epoll_fd, G_IO_IN);
  g_source_attach (self->source, context);
  return self;
}

ReboundPoll *
rebound_poll_of_site (ReboundSite *site)
{
  static GQuark quark;
  ReboundPoll *self;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-poll");
  self = g_object_get_qdata (G_OBJECT (site), quark);
  if (self == NULL)
    {
      self = poll_new (rebound_site_get_context (site));
      if (self != NULL)
        g_object_set_qdata_full (G_OBJECT (site), quark, self, poll_free);
    }
  return self;
}

ReboundWatch *
rebound_poll_watch (ReboundPoll *self,
                    int fd,
                    guint32 events,
                    ReboundWatchFunc func,
                    gpointer user_data)
{
  ReboundWatch *watch = g_new0 (ReboundWatch, 1);
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    {
      int error_number = errno;

      g_free (watch);
      errno = error_number;
      return NULL;
    }
  watch->poll = self;
  watch->fd = fd;
  watch->serial = self->next_serial++;
  watch->events = events;
  watch->ready_place = NOT_READY;
  watch->func = func;
  watch->user_data = user_data;
  self->n_watches++;
  return watch;
}

void
rebound_watch_set_events (ReboundWatch *self, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (events == self->events)
    return;
  self->events = events;
  epoll_ctl (self->poll->epoll_fd, EPOLL_CTL_MOD, self->fd, &event);
}

void
rebound_watch_free (ReboundWatch *self)
{
  ReboundPoll *poll = self->poll;

  epoll_ctl (poll->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
  poll->n_watches--;
  if (self->ready_place != NOT_READY)
    poll->ready->pdata[self->ready_place] = NULL;
  g_free (self);
}
