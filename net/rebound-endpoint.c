/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script says connect=web; what web is, a listener or later something else, is of no interest to
 * the client. */

#include "rebound-endpoint-private.h"

#include "rebound-address-private.h"

G_DEFINE_INTERFACE (ReboundEndpoint, rebound_endpoint, G_TYPE_OBJECT)

static void
rebound_endpoint_default_init (ReboundEndpointInterface *iface)
{
}

gboolean
rebound_endpoint_fill_address (ReboundEndpoint *self,
                               struct sockaddr_storage *address,
                               socklen_t *length)
{
  return REBOUND_ENDPOINT_GET_IFACE (self)->fill_address (self, address, length);
}

gboolean
rebound_endpoint_resolve (ReboundSite *site,
                          const char *text,
                          struct sockaddr_storage *address,
                          socklen_t *length)
{
  GObject *actor = rebound_site_find (site, text);

  if (REBOUND_IS_ENDPOINT (actor))
    return rebound_endpoint_fill_address (REBOUND_ENDPOINT (actor), address, length);
  return rebound_address_parse (text, address, length, NULL);
}
