/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Values under /proc/sys of the namespaces that the process is in now. Names are paths, such as
 * "net/ipv4/tcp_fin_timeout". Errors are of G_IO_ERROR and name the value and the errno. */

/* The value without its newline, NULL with @error. (transfer full) */
char *rebound_sysctl_read (const char *name, GError **error);

gboolean rebound_sysctl_write (const char *name, const char *value, GError **error);

/* The same, for those who judge by the errno: 0 or a negative errno. @value is (transfer full). */
int rebound_sysctl_try_read (const char *name, char **value);
int rebound_sysctl_try_write (const char *name, const char *value);

G_END_DECLS
