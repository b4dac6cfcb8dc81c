/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"
#include "net/rebound-http-client-private.h"
#include "net/rebound-http-server-private.h"
#include "recording-sink.h"

G_BEGIN_DECLS

/* A phone with an HTTP client, two servers, and a person who does anything at all: what is
 * asked for, what became of it, and what must hold whatever is done. */
typedef struct _HttpWalk HttpWalk;

#define HTTP_WALK_N_SERVERS 2

/* How a server answers what it was asked last. */
typedef struct
{
  ReboundHttpAnswerKind kind;
  guint status;
  char *body; /* it is repeated */
  gsize body_bytes;
} HttpPromise;

/* A request, from the moment at which it was given to the client. */
typedef struct
{
  HttpWalk *walk;
  guint index; /* among all; its path is "/INDEX" */
  char *id;
  gboolean is_idempotent;
  gboolean is_to_head;
  gboolean is_cancelled;
  gboolean is_claimed_undelivered; /* by the error that it ended with */
  ReboundHttpRequest *request;
  GCancellable *cancellable;
  guint n_ends;
  guint n_deliveries;
  HttpPromise promise;
} HttpErrand;

struct _HttpWalk
{
  ReboundRun *run;
  ReboundLinuxKernel *kernel;
  RecordingSink *sink; /* NULL: nobody looks at it */
  GRand *rand;
  GString *story;
  ReboundHttpPolicy policy;
  guint max_per_host;

  ReboundHttpServer *servers[HTTP_WALK_N_SERVERS];
  ReboundHttpClient *client; /* of the present life */
  guint n_clients_left;      /* objects of all lives that are not gone yet */
  guint n_contexts_left;

  GPtrArray *errands;
  GPtrArray *numbered;  /* errands of this life, by number - 1 */
  GQueue waiting;       /* errands that have to wait, in their order */
  GArray *first_epochs; /* by number - 1 of a connection: the epoch in which it was first used */
  guint epoch;          /* raised by all that makes what was before unusable */

  void (*on_event) (HttpWalk *self); /* within any event of the client's */
  guint n_left_to_do;                /* how often that may do something */
};

/* @script declares “one” and “two”, the servers, and “http”, the client; @chance is an object that
 * the script can call. */
HttpWalk *http_walk_new (const char *script, guint32 seed, GObject *chance, gboolean is_recorded);
/* To be called once the script has declared them. */
void http_walk_meet_servers (HttpWalk *self);
void http_walk_play (HttpWalk *self);

/* Asserts that nothing is left. */
void http_walk_free (HttpWalk *self);

/* Looks whether the client has another life. */
void http_walk_look_for_client (HttpWalk *self);

/* TRUE where the application can do anything at all, and has a client. */
gboolean http_walk_can_act (HttpWalk *self);

/* Gives the client a request. @uri is without a path. */
void http_walk_ask (HttpWalk *self,
                    const char *method,
                    const char *uri,
                    gsize body_bytes,
                    gint64 timeout_usec,
                    gboolean as_a_program_does);

/* What must hold now, when all has settled. */
void http_walk_check (HttpWalk *self);

/* All that was asked for has ended; nobody has a connection. */
void http_walk_check_over (HttpWalk *self);
void http_walk_check_nothing_left (HttpWalk *self);

/* The walks of this process together went everywhere. */
void http_walk_assert_all_told (void);

G_END_DECLS
