/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between text and sockaddr. GLib's parser has the last word, and what it costs, which is as much
 * as to bind a socket: so the plain forms are tried first, by the call that it makes itself. */

#include "rebound-address-private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static gboolean
to_native (GSocketAddress *address, struct sockaddr_storage *native, socklen_t *length)
{
  *length = (socklen_t) g_socket_address_get_native_size (address);
  return g_socket_address_to_native (address, native, sizeof *native, NULL);
}

static gboolean
fill_plain (const char *address, guint16 port, struct sockaddr_storage *native, socklen_t *length)
{
  struct sockaddr_in *ipv4 = (struct sockaddr_in *) native;
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) native;
  struct in_addr ipv4_address;
  struct in6_addr ipv6_address;

  if (inet_pton (AF_INET, address, &ipv4_address) == 1)
    {
      *ipv4 = (struct sockaddr_in){ AF_INET, htons (port), ipv4_address, { 0 } };
      *length = sizeof *ipv4;
      return TRUE;
    }
  if (inet_pton (AF_INET6, address, &ipv6_address) != 1 || IN6_IS_ADDR_V4MAPPED (&ipv6_address))
    return FALSE;
  *ipv6 = (struct sockaddr_in6){ AF_INET6, htons (port), 0, ipv6_address, 0 };
  *length = sizeof *ipv6;
  return TRUE;
}

gboolean
rebound_address_fill (const char *address,
                      guint16 port,
                      struct sockaddr_storage *native,
                      socklen_t *length)
{
  g_autoptr (GSocketAddress) socket_address = NULL;

  if (fill_plain (address, port, native, length))
    return TRUE;
  socket_address = g_inet_socket_address_new_from_string (address, port);
  return socket_address != NULL && to_native (socket_address, native, length);
}

/* GLib would look a port's name up in /etc/services, which is another one on another machine. */
static gboolean
has_numeric_port (const char *text)
{
  const char *colon = strrchr (text, ':');

  return colon != NULL && colon[1] != '\0' && colon[1 + strspn (colon + 1, "0123456789")] == '\0';
}

gboolean
rebound_address_is_numeric (const char *text, char **expected)
{
  struct sockaddr_storage native;
  socklen_t length;

  if (rebound_address_fill (text, 0, &native, &length))
    return TRUE;
  *expected = g_strdup ("a numeric address such as 0.0.0.0, 127.0.0.1 or ::1");
  return FALSE;
}

gboolean
rebound_address_parse (const char *text,
                       struct sockaddr_storage *native,
                       socklen_t *length,
                       char **expected)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (text, 0, NULL);
  GNetworkAddress *address = connectable != NULL ? G_NETWORK_ADDRESS (connectable) : NULL;

  if (address != NULL && has_numeric_port (text) && g_network_address_get_port (address) != 0
      && rebound_address_fill (g_network_address_get_hostname (address),
                               g_network_address_get_port (address), native, length))
    return TRUE;
  if (expected != NULL)
    *expected = g_strdup ("a numeric address with a port, such as 127.0.0.1:30000 or [::1]:30000");
  return FALSE;
}

const char *
rebound_address_to_reach (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  if (inet == NULL || !g_inet_address_get_is_any (inet))
    return address;
  return rebound_address_loopback_of (address);
}

const char *
rebound_address_loopback_of (const char *address)
{
  struct sockaddr_storage native;
  socklen_t length;

  return rebound_address_fill (address, 0, &native, &length) && native.ss_family == AF_INET6
             ? "::1"
             : "127.0.0.1";
}

void
rebound_address_wildcard (sa_family_t family,
                          guint16 port,
                          struct sockaddr_storage *native,
                          socklen_t *length)
{
  rebound_address_fill (family == AF_INET6 ? "::" : "0.0.0.0", port, native, length);
}

gboolean
rebound_address_bind_port (int fd, sa_family_t family, guint16 port)
{
  struct sockaddr_storage own;
  socklen_t length;

  if (port == 0)
    return TRUE;
  rebound_address_wildcard (family, port, &own, &length);
  return bind (fd, (struct sockaddr *) &own, length) == 0;
}

guint16
rebound_address_get_port (const struct sockaddr_storage *native)
{
  return native->ss_family == AF_INET6 ? ntohs (((const struct sockaddr_in6 *) native)->sin6_port)
                                       : ntohs (((const struct sockaddr_in *) native)->sin_port);
}
