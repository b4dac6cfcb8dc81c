/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection.h"
#include "rebound-http-policy.h"

G_BEGIN_DECLS

/* The connections of an HTTP client, in use and idle. It decides nothing but which one is taken:
 * what becomes of it is the client's. */
typedef struct _ReboundHttpPool ReboundHttpPool;

/* A place in the pool. It may have no connection: it is being made, or was not kept. */
typedef struct
{
  gpointer owner; /* whoever has the pool */
  guint id;       /* from 1, in the order in which they were made; 0: it is not kept */
  char *origin;   /* "http://127.0.0.1:30000" */
  guint generation;
  gint64 expires_usec;  /* when it is idle; G_MAXINT64 before it ever was */
  gint64 left_requests; /* that the server will still answer; -1: not known */
  guint n_requests;     /* that it was used for on the connection that it has */
  guint request;        /* the number of the request that has it; 0: it is free */
  ReboundConnection *connection;

  /* The pool's own. */
  GList place;      /* in the order of making */
  GList free_place; /* among the free ones of its origin */
} ReboundHttpEntry;

ReboundHttpPool *rebound_http_pool_new (ReboundHttpPolicy policy, gpointer owner);
void rebound_http_pool_free (ReboundHttpPool *self);

/* Takes one that is free, for request number @request: of the present generation, and the one that
 * was free for the shortest time; by policy asi whatever its generation, and the one that was made
 * last. NULL where there is none. */
ReboundHttpEntry *rebound_http_pool_take (ReboundHttpPool *self, const char *origin, guint request);

/* A new one of the present generation, which that request has. */
ReboundHttpEntry *rebound_http_pool_add (ReboundHttpPool *self, const char *origin, guint request);

/* One that is for that request alone, and takes no number. */
ReboundHttpEntry *
rebound_http_pool_add_single (ReboundHttpPool *self, const char *origin, guint request);

/* Somebody is about to take one, or to have one made: that counts as one in use. */
void rebound_http_pool_hold_place (ReboundHttpPool *self, const char *origin);
void rebound_http_pool_release_place (ReboundHttpPool *self, const char *origin);

/* The request does not need it any more; it is free until @expires_usec. */
void
rebound_http_pool_give_back (ReboundHttpPool *self, ReboundHttpEntry *entry, gint64 expires_usec);

/* Takes it out; lets go of its connection, which is not closed by that where somebody else has it.
 */
void rebound_http_pool_remove (ReboundHttpPool *self, ReboundHttpEntry *entry);

/* What was there before may not be taken any more. O(1): it is found out when it is met. */
void rebound_http_pool_raise_generation (ReboundHttpPool *self);
gboolean rebound_http_pool_is_present (ReboundHttpPool *self, const ReboundHttpEntry *entry);

/* Those that are free and past their time at @now_usec; those that are free at all. In the order in
 * which they were made. (transfer container) */
GPtrArray *rebound_http_pool_list_expired (ReboundHttpPool *self, gint64 now_usec);
GPtrArray *rebound_http_pool_list_free (ReboundHttpPool *self);

/* The free one whose time is up first, or G_MAXINT64. */
gint64 rebound_http_pool_get_next_expiry (ReboundHttpPool *self);

guint rebound_http_pool_count (ReboundHttpPool *self);
guint rebound_http_pool_count_free (ReboundHttpPool *self);

/* Of one origin, in use or being made. */
guint rebound_http_pool_count_busy (ReboundHttpPool *self, const char *origin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpPool, rebound_http_pool_free)

G_END_DECLS
