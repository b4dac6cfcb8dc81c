/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which actors there are. A new one is a class of its own and a line here. */

#include "lifecycle/rebound-lifecycle.h"
#include "lifecycle/rebound-scriptable-private.h"
#include "rebound-client.h"
#include "rebound-http-client.h"
#include "rebound-http-server.h"
#include "rebound-linux-kernel.h"
#include "rebound-listener.h"
#include "rebound-naive-child.h"
#include "rebound-naive-pair.h"
#include "rebound-naive-socket.h"

typedef struct
{
  GType (*get_type) (void);
  const char *name;
  ReboundSide side;
  const char *blurb;
} Actor;

static const Actor actors[] = {
  { rebound_listener_get_type, "listener", REBOUND_SIDE_APPLICATION,
    "A listening TCP socket that comes and goes with its application." },
  { rebound_client_get_type, "client", REBOUND_SIDE_WORLD,
    "A peer that connects, says something, and connects again when it was closed." },
  { rebound_http_client_get_type, "http-client", REBOUND_SIDE_APPLICATION,
    "An HTTP/1.1 client with a pool of connections; it speaks no TLS." },
  { rebound_http_server_get_type, "http-server", REBOUND_SIDE_WORLD,
    "A peer that answers HTTP requests, and counts how often each came." },
  { rebound_naive_socket_get_type, "socket", REBOUND_SIDE_APPLICATION,
    "The naive code: a TCP socket whose actions are the system calls, one for one." },
  { rebound_naive_pipe_get_type, "pipe", REBOUND_SIDE_APPLICATION,
    "The naive code with a pipe: both ends are its own." },
  { rebound_naive_socketpair_get_type, "socketpair", REBOUND_SIDE_APPLICATION,
    "The naive code with a pair of local sockets: both ends are its own." },
  { rebound_naive_child_get_type, "child", REBOUND_SIDE_APPLICATION,
    "The naive code in a child process, which a signal can kill." },
};

gboolean
rebound_net_init (GError **error)
{
  if (!rebound_lifecycle_init (error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (actors); i++)
    if (!rebound_scriptable_register_known (actors[i].get_type (), actors[i].name, actors[i].side,
                                            actors[i].blurb, error))
      return FALSE;
  return TRUE;
}
