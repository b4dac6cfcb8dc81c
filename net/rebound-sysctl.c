/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's tunables as files. /proc/sys/net shows the network namespace of whoever looks, and
 * whoever has CAP_NET_ADMIN over that namespace may write there, whatever the files' modes say. So
 * the same two calls serve before the capabilities are dropped, after it, and (reading) on the
 * host. */

#include "rebound-sysctl-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rebound-errno.h"

/* The longest value of /proc/sys/net that we meet is a list of port ranges or of algorithm names.
 */
#define SYSCTL_VALUE_MAX_BYTES 4096

static int
sysctl_open (const char *name, int flags)
{
  g_autofree char *path = g_build_filename ("/proc/sys", name, NULL);
  int fd = open (path, flags | O_CLOEXEC);

  return fd >= 0 ? fd : -errno;
}

int
rebound_sysctl_try_read (const char *name, char **value)
{
  char buffer[SYSCTL_VALUE_MAX_BYTES];
  ssize_t length;
  int fd = sysctl_open (name, O_RDONLY);

  if (fd < 0)
    return fd;

  length = read (fd, buffer, sizeof buffer - 1);
  if (length < 0)
    length = -errno;
  close (fd);
  if (length < 0)
    return length;

  buffer[length] = '\0';
  *value = g_strdup (g_strchomp (buffer));
  return 0;
}

int
rebound_sysctl_try_write (const char *name, const char *value)
{
  int result = 0;
  int fd = sysctl_open (name, O_WRONLY);

  if (fd < 0)
    return fd;

  /* A value goes in with one write: a second one would be taken for a second value. */
  if (write (fd, value, strlen (value)) < 0)
    result = -errno;
  close (fd);
  return result;
}

static gboolean
sysctl_report (int result, const char *what, const char *name, GError **error)
{
  if (result >= 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result), "%s /proc/sys/%s: %s (%s)", what,
               name, rebound_errno_text (-result), rebound_errno_name (-result));
  return FALSE;
}

char *
rebound_sysctl_read (const char *name, GError **error)
{
  char *value = NULL;

  sysctl_report (rebound_sysctl_try_read (name, &value), "cannot read", name, error);
  return value;
}

gboolean
rebound_sysctl_write (const char *name, const char *value, GError **error)
{
  return sysctl_report (rebound_sysctl_try_write (name, value), "cannot write", name, error);
}
