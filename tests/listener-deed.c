/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "listener-deed.h"

#include "lifecycle/rebound-actor.h"

const char *
listener_deed_get_name (ListenerDeed deed)
{
  static const char *const names[] = { [CLOSE] = "close", [REOPEN] = "reopen", [KILL] = "kill" };

  return names[deed];
}

void
listener_deed_do (ListenerDeed deed, ReboundListener *web)
{
  if (deed == KILL)
    {
      rebound_actor_abandon (REBOUND_ACTOR (web));
      return;
    }
  rebound_listener_close (web, "a handler");
  if (deed == REOPEN)
    rebound_listener_open (web);
}
