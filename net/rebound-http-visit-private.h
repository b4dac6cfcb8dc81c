/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection-private.h"
#include "rebound-http-server.h"

G_BEGIN_DECLS

/* One connection of an HTTP server: requests are read one after another, and answered. */
typedef struct _ReboundHttpVisit ReboundHttpVisit;

/* How the next request is answered; asked for when it has come. */
typedef struct
{
  ReboundHttpAnswerKind kind;
  guint status;
  const char *body; /* (transfer none) */
  gsize body_bytes; /* it is repeated up to here; 0: once */
  gint64 delay_usec;
  gint64 keep_alive_usec;   /* 0: for ever */
  guint keep_alive_max;     /* requests on one connection; 0: no limit */
  gboolean says_keep_alive; /* in a Keep-Alive header */
  guint close_after;        /* closes without a word after so many; 0: never */
  gint64 handshake_usec;    /* before the first request of a connection is read */
} ReboundHttpService;

typedef struct
{
  void (*fill_service) (ReboundHttpService *service, gpointer user_data);

  /* @id is what its X-Request-Id says, or NULL. */
  void (*requested) (ReboundHttpVisit *visit,
                     const char *method,
                     const char *path,
                     const char *id,
                     gpointer user_data);

  /* Something came before the request before it was answered. */
  void (*came_early) (gpointer user_data);

  /* The end; frees it. */
  void (*ended) (ReboundHttpVisit *visit, const char *how, gpointer user_data);
} ReboundHttpVisitListener;

/* @listener is static. */
ReboundHttpVisit *rebound_http_visit_new (ReboundSite *site,
                                          int fd,
                                          ReboundSocket *socket,
                                          const char *name,
                                          const ReboundHttpVisitListener *listener,
                                          gpointer user_data);

/* Closes at once, without a word. */
void rebound_http_visit_free (gpointer self);
const char *rebound_http_visit_get_name (ReboundHttpVisit *self);

/* No request is being read or answered. */
gboolean rebound_http_visit_is_idle (ReboundHttpVisit *self);

/* Ends it as the server's own act, with a FIN or a RST, and tells. */
void rebound_http_visit_close (ReboundHttpVisit *self, const char *how);
void rebound_http_visit_reset (ReboundHttpVisit *self, const char *how);

G_END_DECLS
