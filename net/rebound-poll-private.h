/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-site.h"

G_BEGIN_DECLS

/* One epoll descriptor behind one GSource for all connections of a context: a GMainContext is
 * linear in its sources, this is not. What is ready is dispatched in the order in which it was
 * watched, never in epoll's. */
typedef struct _ReboundPoll ReboundPoll;
typedef struct _ReboundWatch ReboundWatch;

/* @events are EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR. May free watches, its own
 * included. */
typedef void (*ReboundWatchFunc) (guint32 events, gpointer user_data);

/* The poll of the site's context, made when first asked for; it lives as long as the site.
 * (transfer none) NULL with errno where epoll cannot be had. */
ReboundPoll *rebound_poll_of_site (ReboundSite *site);

/* Watches @fd, level-triggered. NULL with errno where the kernel refuses. */
ReboundWatch *rebound_poll_watch (ReboundPoll *self,
                                  int fd,
                                  guint32 events,
                                  ReboundWatchFunc func,
                                  gpointer user_data);
void rebound_watch_set_events (ReboundWatch *self, guint32 events);

/* Somebody else is called from now on; the watch keeps its place in the order. */
void rebound_watch_set_func (ReboundWatch *self, ReboundWatchFunc func, gpointer user_data);

/* To be called before the descriptor is closed. */
void rebound_watch_free (ReboundWatch *self);

G_END_DECLS
