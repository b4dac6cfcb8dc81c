/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-dial-private.h"
#include "rebound-finishing-private.h"
#include "rebound-http-client.h"
#include "rebound-http-exchange-private.h"
#include "rebound-http-policy-private.h"
#include "rebound-http-pool-private.h"

G_BEGIN_DECLS

/* What went through a client. */
typedef struct
{
  guint n_sent; /* requests that were given to it */
  guint n_answered;
  guint n_failed; /* those that may have been delivered included */
  guint n_maybe_delivered;
  guint n_retried;
  guint n_created; /* connections that came about */
  guint n_reused;  /* times that one was used again */
  guint n_saved;   /* of those, how many were answered: connects that were saved */
  guint n_expired;
  guint n_closed_by_server;
  guint n_retired; /* of an earlier generation */
  guint n_cleared;
  gint64 first_byte_usec; /* from a request to its answer's first byte, of all answered */
} ReboundHttpStatistics;

typedef struct _ReboundHttpJob ReboundHttpJob;

/* The client is one class in several files: rebound-http-client.c is a request's way through it;
 * -idle.c what happens to connections that nobody uses; -background.c what the lifecycle means to
 * both; -class.c what a script sees of it, -signals.c what it tells of, -statistics.c what it has
 * come to at the end of a run. */
struct _ReboundHttpClient
{
  GObject parent_instance;

  /* As declared. */
  ReboundHttpPolicy policy;
  ReboundHttpClearOn clear_on;
  ReboundHttpInBackground in_background;
  guint max_per_host;
  gboolean reuse_for_bodies;
  gint64 idle_timeout_usec;
  gint64 margin_usec;
  gint64 connect_timeout_usec;
  gint64 request_timeout_usec;
  gint64 continue_from_bytes; /* bodies of that size wait for 100 Continue; 0: none does */
  gint64 head_limit_bytes;
  gint64 body_limit_bytes;
  gboolean is_quiet;

  /* As it stands. */
  ReboundSite *site; /* NULL before and after its life */
  ReboundHttpPool *pool;
  GQueue jobs;         /* every request that has not ended, in their order */
  GHashTable *waiting; /* by origin: a GQueue of jobs */
  ReboundTimer *expiry_timer;
  gint64 expiry_usec; /* when that is due; G_MAXINT64: it is not armed */
  guint last_request;
  gboolean is_away; /* it was told of the background, and not of the way back */
  ReboundFinishing finishing;
  ReboundHttpStatistics statistics; /* of this life */
  ReboundHttpStatistics earlier;    /* of those before it */
  guint last_status;
  int last_error;
};

/* A request on its way. It is told of its end once, in whatever way that comes. */
typedef void (*ReboundHttpDone) (ReboundHttpClient *client,
                                 ReboundHttpRequest *request,
                                 const GError *error,
                                 gpointer user_data);

/* -- the way of a request -- */

void rebound_http_client_submit (ReboundHttpClient *self,
                                 ReboundHttpRequest *request,
                                 GCancellable *cancellable,
                                 ReboundHttpDone done,
                                 gpointer user_data);

/* Every request fails with @error, or ends with it without being told of in the log. */
void rebound_http_client_fail_jobs (ReboundHttpClient *self, const GError *error);
void rebound_http_client_end_jobs (ReboundHttpClient *self, const GError *error);

/* The next of those who wait for this host. */
void rebound_http_client_go_on (ReboundHttpClient *self, const char *origin);

/* -- idle connections -- */

/* Watches over one that was just given back. */
void rebound_http_client_watch_idle (ReboundHttpClient *self, ReboundHttpEntry *entry);

/* It is in use again. */
void rebound_http_client_unwatch_idle (ReboundHttpEntry *entry);

/* A look at it before it is used: FALSE if there is something to be read, its end above all. */
gboolean rebound_http_client_probe (ReboundHttpEntry *entry);

/* Closes those that are past their time; all, of whatever generation; all, and those in use are
 * from before. */
void rebound_http_client_expire (ReboundHttpClient *self);
void rebound_http_client_retire_idle (ReboundHttpClient *self, const char *why);
void rebound_http_client_retire (ReboundHttpClient *self, const char *why);
void rebound_http_client_on_expiry (gpointer self);

/* Closes the connection that the entry has, if it has one. */
void rebound_http_client_disconnect (ReboundHttpEntry *entry);

/* Closes all idle ones without a word; their places in the pool stay. */
void rebound_http_client_abandon_idle (ReboundHttpClient *self);

/* -- the lifecycle -- */

extern const ReboundFinishingFuncs rebound_http_client_finishing_funcs;
void rebound_http_client_on_link (ReboundHttpClient *self);
void rebound_http_client_keep_nothing_while_away (ReboundHttpClient *self);

/* -- what it tells of -- */

void rebound_http_client_emit_will_use (ReboundHttpClient *self, guint request, guint connection);
void rebound_http_client_emit_will_not_persist (ReboundHttpClient *self, guint request);
void rebound_http_client_emit_waits (ReboundHttpClient *self, guint request, const char *origin);
void rebound_http_client_emit_will_retry (ReboundHttpClient *self,
                                          guint request,
                                          guint connection,
                                          const char *error,
                                          const char *reason);
void
rebound_http_client_emit_must_give_up (ReboundHttpClient *self, guint request, guint connection);
void
rebound_http_client_emit_invalidates (ReboundHttpClient *self, guint request, guint connection);
void rebound_http_client_emit_kept (ReboundHttpClient *self,
                                    guint connection,
                                    const ReboundHttpKeeping *keeping);
void
rebound_http_client_emit_not_kept (ReboundHttpClient *self, guint connection, const char *reason);
void rebound_http_client_emit_used (ReboundHttpClient *self, guint request, guint connection);
void rebound_http_client_emit_expired (ReboundHttpClient *self, guint connection);
void
rebound_http_client_emit_server_closed (ReboundHttpClient *self, guint connection, const char *how);
void rebound_http_client_emit_found_dead (ReboundHttpClient *self, guint connection);
void rebound_http_client_emit_retired (ReboundHttpClient *self, guint connection, const char *why);
void rebound_http_client_emit_cleared (ReboundHttpClient *self, guint connection);
void rebound_http_client_emit_connected (ReboundHttpClient *self, guint connection);
void rebound_http_client_emit_answered (ReboundHttpClient *self, ReboundHttpRequest *request);
void rebound_http_client_emit_failed (ReboundHttpClient *self,
                                      ReboundHttpRequest *request,
                                      const char *error);
void rebound_http_client_emit_maybe_delivered (ReboundHttpClient *self,
                                               ReboundHttpRequest *request,
                                               const char *error);

void rebound_http_client_install_signals (gpointer klass);

/* -- what it has come to -- */

/* From a request to the first byte of its answer, on average; -1 where none was answered. */
gint64 rebound_http_statistics_get_first_byte_usec (const ReboundHttpStatistics *self);

/* A life begins: its figures count from nothing, and those of the one before are kept. */
void rebound_http_client_begin_statistics (ReboundHttpClient *self);
void rebound_http_client_take_over (ReboundActor *actor, ReboundActor *earlier);
void rebound_http_client_tell_summary (ReboundActor *actor);
void rebound_http_client_install_statistics (gpointer klass);

/* -- an actor's life -- */

void rebound_http_client_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_http_client_told (ReboundActor *actor, ReboundCallback callback);
void rebound_http_client_abandon (ReboundActor *actor);
char *rebound_http_client_dup_waiting_for (ReboundActor *actor);

G_END_DECLS
