/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a system does to the sockets of a suspended application, without the help of the code under
 * test. */

#include "thief.h"

#include <netinet/in.h>
#include <unistd.h>

#include "kernel/kernel-test.h"

static gboolean
is_on_port (int fd, guint16 port)
{
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;

  return getsockname (fd, (struct sockaddr *) &address, &length) == 0
         && address.sin_family == AF_INET && ntohs (address.sin_port) == port;
}

/* What is left under the number is a listener that nobody can reach through the port. */
static void
silence (int fd)
{
  struct sockaddr_in elsewhere = { .sin_family = AF_INET,
                                   .sin_port = htons (THIEF_PORT),
                                   .sin_addr = { htonl (0x7f000002) } };
  int quiet = raw_socket (AF_INET);

  raw_set_reuse (quiet, TRUE);
  close (fd);
  g_assert_no_errno (bind (quiet, (struct sockaddr *) &elsewhere, sizeof elsewhere));
  g_assert_no_errno (listen (quiet, 1));
  if (quiet != fd)
    {
      g_assert_cmpint (dup2 (quiet, fd), ==, fd);
      close (quiet);
    }
}

static void
take (Theft theft, int fd)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  if (theft == SHUT_DOWN)
    shutdown (fd, SHUT_RDWR);
  else if (theft == DISCONNECT)
    g_assert_no_errno (connect (fd, &nowhere, sizeof nowhere));
  else if (theft == SILENCE)
    silence (fd);
}

static void
on_suspended (ReboundApplication *application, gpointer user_data)
{
  Thief *self = user_data;
  ReboundListener *web = net_test_find (self->test, "web");

  self->fd = web->fd;
  self->cookie = web->fd >= 0 ? rebound_socket_cookie (web->fd) : 0;
  for (int fd = 0; fd < 256 && self->theft != NOTHING; fd++)
    if ((self->theft != SILENCE || fd == web->fd) && is_on_port (fd, self->port))
      take (self->theft, fd);
}

void
thief_start (Thief *self, NetTest *test, Theft theft)
{
  self->test = test;
  self->theft = theft;
  self->port = THIEF_PORT;
  g_signal_connect (rebound_run_get_application (test->run), "suspended", G_CALLBACK (on_suspended),
                    self);
}

gboolean
thief_somebody_listens (guint16 port)
{
  for (int fd = 0; fd < 256; fd++)
    {
      int listens = 0;
      socklen_t length = sizeof listens;

      if (is_on_port (fd, port)
          && getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens)
        return TRUE;
    }
  return FALSE;
}
