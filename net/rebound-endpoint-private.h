/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "lifecycle/rebound-site.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_ENDPOINT (rebound_endpoint_get_type ())
G_DECLARE_INTERFACE (ReboundEndpoint, rebound_endpoint, REBOUND, ENDPOINT, GObject)

/* What a client can be told to connect to by name. */
struct _ReboundEndpointInterface
{
  GTypeInterface parent_iface;

  /* Where it is, or would be if it listened. FALSE while that is not known. */
  gboolean (*fill_address) (ReboundEndpoint *self,
                            struct sockaddr_storage *address,
                            socklen_t *length);
};

gboolean rebound_endpoint_fill_address (ReboundEndpoint *self,
                                        struct sockaddr_storage *address,
                                        socklen_t *length);

/* The same for what a script wrote, an actor's name or a numeric address with a port. */
gboolean rebound_endpoint_resolve (ReboundSite *site,
                                   const char *text,
                                   struct sockaddr_storage *address,
                                   socklen_t *length);

G_END_DECLS
