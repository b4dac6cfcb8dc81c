/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* How connections ended, by their packets; of a run that captured none nothing is known. */
typedef struct _ReboundConnectionEndings ReboundConnectionEndings;

typedef struct
{
  const char *flag; /* "FIN", or "RST", by which it is over whatever was before (static) */
  char *by;         /* who sent it, of FINs the first one: as the packet has it */
} ReboundConnectionEnding;

ReboundConnectionEndings *rebound_connection_endings_new (void);
void rebound_connection_endings_free (ReboundConnectionEndings *self);

/* The name of the connection that a packet is of; NULL where both its ports have numbers. */
const char *rebound_connection_endings_name (ReboundEvent *packet);

/* Whether it begins a connection. */
gboolean rebound_connection_endings_is_first (ReboundEvent *packet);

void rebound_connection_endings_take (ReboundConnectionEndings *self, ReboundEvent *packet);

/* Of the last connection of that name; NULL where it has not ended. (transfer none) */
const ReboundConnectionEnding *rebound_connection_endings_look_up (ReboundConnectionEndings *self,
                                                                   const char *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundConnectionEndings, rebound_connection_endings_free)

G_END_DECLS
