/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "kernel-test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/rebound-errno.h"
#include "net/rebound-isolation.h"

/* Under the ports from which clients are bound explicitly (40000) and the kernel's own (61000). */
#define FIRST_PORT 10000

typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

static void
test_refused (gconstpointer data)
{
  const GError *error = data;

  if (g_error_matches (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED))
    g_test_skip (error->message);
  else
    g_test_fail_printf ("%s", error->message);
}

gboolean
kernel_test_enter (void)
{
  GError *error = NULL;

  if (rebound_isolation_enter (&error))
    return TRUE;
  g_test_add_data_func_full ("/isolation/entered", error, test_refused,
                             (GDestroyNotify) g_error_free);
  return FALSE;
}

void
kernel_test_add_vtable_for_families (const char *path,
                                     gsize fixture_bytes,
                                     GTestFixtureFunc set_up,
                                     GTestFixtureFunc test,
                                     GTestFixtureFunc tear_down)
{
  g_autofree char *ipv4 = g_strconcat (path, "/ipv4", NULL);
  g_autofree char *ipv6 = g_strconcat (path, "/ipv6", NULL);

  g_test_add_vtable (ipv4, fixture_bytes, GINT_TO_POINTER (AF_INET), set_up, test, tear_down);
  g_test_add_vtable (ipv6, fixture_bytes, GINT_TO_POINTER (AF_INET6), set_up, test, tear_down);
}

void
kernel_test_in_child (void (*play) (void))
{
  int status = 0;
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      play ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmphex ((guint) status, ==, 0);
}

guint16
kernel_test_new_port (void)
{
  static guint16 last_port = FIRST_PORT;

  return ++last_port;
}

void
kernel_test_settle (void)
{
  static ReboundFence *fence;
  g_autoptr (GError) error = NULL;

  if (fence == NULL)
    fence = rebound_fence_new (&error);
  g_assert_no_error (error);
  rebound_fence_pass (fence, &error);
  g_assert_no_error (error);
}

ReboundSocketDiag *
kernel_test_diag (void)
{
  static ReboundSocketDiag *diag;
  g_autoptr (GError) error = NULL;

  if (diag == NULL)
    diag = rebound_socket_diag_new (&error);
  g_assert_no_error (error);
  return diag;
}

/* Each protocol has a line of names and a line of values. */
guint64
kernel_test_count_resets (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) values = NULL;
  const char *first, *second;

  g_assert_true (g_file_get_contents ("/proc/self/net/snmp", &text, NULL, NULL));
  first = strstr (text, "Tcp: ");
  g_assert_nonnull (first);
  second = strstr (first + 1, "Tcp: ");
  g_assert_nonnull (second);
  names = g_strsplit (first, " ", -1);
  values = g_strsplit (second, " ", -1);
  for (gsize i = 0; names[i] != NULL && values[i] != NULL; i++)
    if (g_str_equal (names[i], "OutRsts"))
      return g_ascii_strtoull (values[i], NULL, 10);
  g_assert_not_reached ();
}

static Address
loopback_of (sa_family_t family, guint16 port)
{
  Address address = { 0 };

  address.any.sa_family = family;
  if (family == AF_INET)
    {
      address.in.sin_port = g_htons (port);
      address.in.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
    }
  else
    {
      address.in6.sin6_port = g_htons (port);
      address.in6.sin6_addr = in6addr_loopback;
    }
  return address;
}

int
raw_socket (sa_family_t family)
{
  int fd = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  g_assert_no_errno (fd);
  return fd;
}

void
raw_set_option (int fd, int level, int option, int value)
{
  g_assert_no_errno (setsockopt (fd, level, option, &value, sizeof value));
}

void
raw_set_reuse (int fd, gboolean reuse)
{
  raw_set_option (fd, SOL_SOCKET, SO_REUSEADDR, reuse);
}

int
raw_try_bind (int fd, sa_family_t family, guint16 port)
{
  Address address = loopback_of (family, port);

  return bind (fd, &address.any, sizeof address) < 0 ? errno : 0;
}

int
raw_listen (sa_family_t family, guint16 port, gboolean reuse, int backlog)
{
  int fd = raw_socket (family);

  raw_set_reuse (fd, reuse);
  assert_errno (-raw_try_bind (fd, family, port), 0);
  g_assert_no_errno (listen (fd, backlog));
  return fd;
}

int
raw_try_connect (int fd, sa_family_t family, guint16 port)
{
  Address address = loopback_of (family, port);
  int error_number = connect (fd, &address.any, sizeof address) < 0 ? errno : 0;
  socklen_t size_bytes = sizeof error_number;

  kernel_test_settle ();
  if (error_number != EINPROGRESS || rebound_socket_state (fd) == TCP_SYN_SENT)
    return error_number;
  g_assert_no_errno (getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &size_bytes));
  return error_number;
}

int
raw_start_connecting (sa_family_t family, guint16 port, guint16 local_port)
{
  int fd = raw_socket (family);
  int error_number;

  if (local_port != 0)
    assert_errno (-raw_try_bind (fd, family, local_port), 0);
  error_number = raw_try_connect (fd, family, port);
  if (error_number != EINPROGRESS)
    assert_errno (-error_number, 0);
  return fd;
}

int
raw_connect (sa_family_t family, guint16 port, guint16 local_port)
{
  int fd = raw_start_connecting (family, port, local_port);

  assert_state (rebound_socket_state (fd), TCP_ESTABLISHED);
  return fd;
}

int
raw_try_accept (int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

  return fd < 0 ? -errno : fd;
}

int
raw_accept (int listener)
{
  int fd = raw_try_accept (listener);

  assert_errno (MIN (fd, 0), 0);
  return fd;
}

RawPair
raw_new_pair (void)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 1);
  RawPair pair = { .peer = raw_connect (AF_INET, port, 0) };

  pair.ours = raw_accept (listener);
  raw_close (listener);
  return pair;
}

void
raw_close (int fd)
{
  g_assert_no_errno (close (fd));
  kernel_test_settle ();
}

void
raw_close_abortively (int fd)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  raw_close (fd);
}

int
raw_send (int fd, const char *text)
{
  ssize_t length = send (fd, text, strlen (text), MSG_NOSIGNAL);
  int result = length < 0 ? -errno : (int) length;

  kernel_test_settle ();
  return result;
}

int
raw_receive (int fd)
{
  char buffer[256];
  ssize_t length = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  return length < 0 ? -errno : (int) length;
}

short
raw_poll (int fd, short events)
{
  struct pollfd look = { .fd = fd, .events = events };

  g_assert_no_errno (poll (&look, 1, 0));
  return look.revents;
}

guint16
raw_port (int fd)
{
  Address address;
  socklen_t size_bytes = sizeof address;

  g_assert_no_errno (getsockname (fd, &address.any, &size_bytes));
  /* Both families have the port in the same place. */
  return g_ntohs (address.in.sin_port);
}

RawIdentity
raw_identify (int fd)
{
  RawIdentity identity;

  g_assert_true (rebound_tuple_from_descriptor (fd, &identity.tuple));
  identity.cookie = rebound_socket_cookie (fd);
  g_assert_cmpuint (identity.cookie, !=, 0);
  return identity;
}

int
raw_look_up (const RawIdentity *identity)
{
  ReboundSocketInfo info;
  int result = rebound_socket_diag_look_up (kernel_test_diag (), &identity->tuple, identity->cookie,
                                            &info);

  if (result < 0)
    return result;
  g_assert_cmpuint (info.cookie, ==, identity->cookie);
  g_assert_true (rebound_tuple_equal (&info.tuple, &identity->tuple));
  return info.state;
}
