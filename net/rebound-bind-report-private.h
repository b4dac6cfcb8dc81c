/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-linux-kernel-private.h"

G_BEGIN_DECLS

/* What bind() met, as a value. */
typedef enum
{
  REBOUND_BIND_MET_SOMEBODY, /* none of the run's sockets */
  REBOUND_BIND_MET_OPEN,     /* a descriptor that is open, and listens or could */
  REBOUND_BIND_MET_REMAINS,  /* a connection, in whatever state */
} ReboundBindMet;

typedef struct
{
  ReboundBindMet met;
  const char *end; /* whose that is; interned */
  guint generation;
  gboolean is_earlier;    /* of a process before this one */
  gboolean is_suspended;  /* its application */
  const char *connection; /* of what remains; interned */
  const char *ended_at;   /* the statement that ended it; interned, may be NULL */
  guint8 state;           /* of what remains */
  gboolean theirs;        /* it has SO_REUSEADDR */
  gboolean ours;          /* the new socket has */
} ReboundBindCause;

/* The first thing that is in the way. FALSE where the site has no table of sockets. */
gboolean rebound_bind_find_cause (ReboundSite *site,
                                  const ReboundPortQuestion *question,
                                  ReboundBindCause *cause);

/* Why bind() said EADDRINUSE: a descriptor of our own that is still open, what an earlier
 * generation left behind without the option, or somebody else. The asker of @question is who tried.
 * NULL where the site has no table of sockets. (transfer full) */
char *rebound_bind_report (ReboundSite *site, const ReboundPortQuestion *question);

G_END_DECLS
