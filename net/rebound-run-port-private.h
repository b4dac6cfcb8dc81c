/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-port-report-private.h"
#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* Why a port of a run can be bound or cannot: the report that `rebound why` makes, with what only
 * the run knows of each socket. */

typedef struct
{
  guint16 port;
  gboolean is_drawn;      /* its number says nothing */
  const char *asker;      /* the actor who wants it, or NULL */
  const char *address;    /* numeric */
  gboolean reuse_address; /* with what it is wanted */
  gboolean reuse_port;
} ReboundPortQuestion;

/* A socket on the port. */
typedef struct
{
  ReboundPortHolder *holder; /* the report's; its ends are named as the log names them */
  ReboundSocket *socket;     /* NULL: the run does not know it */
  ReboundSocket *client;     /* the other end of one that waits in a backlog, or NULL */
} ReboundPortClaim;

typedef struct
{
  ReboundPortQuestion question; /* its texts are the caller's */
  ReboundSite *world;
  ReboundSocketTable *table;
  GPtrArray *sockets; /* ReboundSocket, all of the run: a reference each */
  GPtrArray *claims;  /* ReboundPortClaim, in the order of the report's holders */
  ReboundPortReport *report;
} ReboundRunPort;

/* @binds: whether bind() is tried. It leaves no trace; but where it was refused a moment ago that
 * is known. @world is where actors can be found, NULL where there are none. */
ReboundRunPort *rebound_run_port_new (ReboundSocketTable *table,
                                      ReboundSocketDiag *diag,
                                      ReboundSite *world,
                                      const ReboundPortQuestion *question,
                                      gboolean binds);
void rebound_run_port_free (ReboundRunPort *self);

/* Does it keep the asker from the port? Where SO_REUSEPORT is asked for, one of the two rules is
 * enough. */
ReboundPortAnswer rebound_run_port_is_in_the_way (const ReboundRunPort *self,
                                                  const ReboundPortClaim *claim);

/* The listener that has @claim in its backlog, or NULL. */
const ReboundPortClaim *rebound_run_port_find_listener (const ReboundRunPort *self,
                                                        const ReboundPortClaim *claim);

/* Whose it is: "web", "backlog of web", "an earlier process of web", "somebody else".
 * (transfer full) */
char *rebound_run_port_dup_owner (const ReboundRunPort *self, const ReboundPortClaim *claim);

/* The listener's generation that it is of; 0 where its owner has none. */
guint rebound_run_port_get_generation (const ReboundRunPort *self, const ReboundPortClaim *claim);

/* Who ended the connection first, as a clause; NULL where nobody has. (transfer full) */
char *rebound_run_port_dup_ending (const ReboundPortClaim *claim);

/* The cheapest cure, in a script's terms; NULL where the port is free. (transfer full) */
char *rebound_run_port_dup_fix (const ReboundRunPort *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundRunPort, rebound_run_port_free)

G_END_DECLS
