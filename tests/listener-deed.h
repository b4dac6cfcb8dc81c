/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net/rebound-listener.h"

G_BEGIN_DECLS

/* What a handler of one of a listener's signals may do to that listener. */
typedef enum
{
  CLOSE,
  REOPEN,
  KILL, /* what a kill of its application does to it */
} ListenerDeed;

const char *listener_deed_get_name (ListenerDeed deed);
void listener_deed_do (ListenerDeed deed, ReboundListener *web);

G_END_DECLS
