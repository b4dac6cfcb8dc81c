/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each dispatch takes everything that is ready in one epoll_wait and sorts it by the serial number
 * of the watch: epoll's own order depends on when packets came. A watch that is freed meanwhile is
 * left out, for its descriptor may be another's.
 *
 * The source may recurse, and not for the sake of main loops within main loops: GLib takes the
 * descriptors of one that may not out of its poll while it is dispatched, and wakes the context up
 * each time, which is four system calls more for every dispatch. So a dispatch within a dispatch
 * has to be possible; the inner one takes over what the outer one has not come to yet. */

#include "rebound-poll-private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lifecycle/rebound-trouble-private.h"

#define NOT_READY G_MAXUINT

struct _ReboundWatch
{
  ReboundPoll *poll;
  int fd;
  guint64 serial;
  guint32 events;
  guint32 ready;     /* of the dispatch that is going on */
  guint ready_place; /* its place in the poll's list of those; NOT_READY when it has been called */
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
  GPtrArray *ready; /* ReboundWatch, or NULL where it was freed or called meanwhile; an inner
                       dispatch has its own behind those of the outer one */
  GPtrArray *dead;  /* watches that epoll would not let go of; nobody waits for them */
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
leave_list (ReboundWatch *watch)
{
  if (watch->ready_place != NOT_READY)
    watch->poll->ready->pdata[watch->ready_place] = NULL;
  watch->ready_place = NOT_READY;
}

/* Puts them into the list behind @first. */
static void
collect_ready (ReboundPoll *self, guint first)
{
  int n_events;

  g_array_set_size (self->events, MAX (self->n_watches, 1));
  n_events = epoll_wait (self->epoll_fd, (struct epoll_event *) self->events->data,
                         (int) self->events->len, 0);
  for (int i = 0; i < n_events; i++)
    {
      struct epoll_event *event = &g_array_index (self->events, struct epoll_event, i);
      ReboundWatch *watch = event->data.ptr;

      if (watch->func == NULL)
        continue;
      leave_list (watch);
      watch->ready = event->events;
      g_ptr_array_add (self->ready, watch);
    }
  if (self->ready->len - first > 1)
    qsort (self->ready->pdata + first, self->ready->len - first, sizeof (gpointer),
           compare_serials);
  for (guint i = first; i < self->ready->len; i++)
    ((ReboundWatch *) self->ready->pdata[i])->ready_place = i;
}

static void
poll_clear (gpointer data)
{
  ReboundPoll *self = data;

  close (self->epoll_fd);
  g_ptr_array_unref (self->dead);
  g_array_unref (self->events);
  g_ptr_array_unref (self->ready);
}

/* Who is called may let go of the site, and the poll with it. */
static gboolean
poll_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ReboundPoll *self = g_rc_box_acquire (((PollSource *) source)->poll);
  guint first = self->ready->len;

  collect_ready (self, first);
  for (guint i = first; i < self->ready->len; i++)
    {
      ReboundWatch *watch = self->ready->pdata[i];

      if (watch == NULL)
        continue;
      leave_list (watch);
      watch->func (watch->ready, watch->user_data);
    }
  g_ptr_array_set_size (self->ready, (int) first);
  g_rc_box_release_full (self, poll_clear);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poll_source_funcs = { .dispatch = poll_source_dispatch };

static void
poll_stop (gpointer data)
{
  ReboundPoll *self = data;

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_rc_box_release_full (self, poll_clear);
}

static ReboundPoll *
poll_new (GMainContext *context)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  ReboundPoll *self;

  if (epoll_fd < 0)
    return NULL;
  self = g_rc_box_new0 (ReboundPoll);
  self->epoll_fd = epoll_fd;
  self->events = g_array_new (FALSE, FALSE, sizeof (struct epoll_event));
  self->ready = g_ptr_array_new ();
  self->dead = g_ptr_array_new_with_free_func (g_free);
  self->source = g_source_new (&poll_source_funcs, sizeof (PollSource));
  ((PollSource *) self->source)->poll = self;
  g_source_set_static_name (self->source, "ReboundPoll");
  g_source_set_can_recurse (self->source, TRUE);
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
        g_object_set_qdata_full (G_OBJECT (site), quark, self, poll_stop);
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
  if (epoll_ctl (self->poll->epoll_fd, EPOLL_CTL_MOD, self->fd, &event) == 0)
    return;
  rebound_trouble_note ("epoll_ctl (EPOLL_CTL_MOD)");
  /* What nobody waits for would be ready for ever. */
  epoll_ctl (self->poll->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
}

void
rebound_watch_set_func (ReboundWatch *self, ReboundWatchFunc func, gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
}

void
rebound_watch_free (ReboundWatch *self)
{
  ReboundPoll *poll = self->poll;

  gboolean is_gone = epoll_ctl (poll->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL) == 0;

  poll->n_watches--;
  leave_list (self);
  /* Of a descriptor that is closed nothing comes any more. */
  if (is_gone || errno == EBADF)
    {
      g_free (self);
      return;
    }
  rebound_trouble_note ("epoll_ctl (EPOLL_CTL_DEL)");
  self->func = NULL;
  g_ptr_array_add (poll->dead, self);
}
