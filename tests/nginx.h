/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An nginx of the test's own: its port, its folder and its processes go with it, and nothing of the
 * machine's nginx is read. It runs as whoever runs the test. */
typedef struct _Nginx Nginx;

/* A server that has @locations, which is put into its server block. NULL with the reason where
 * there is no nginx here. */
Nginx *nginx_new (const char *locations, GError **error);
void nginx_free (Nginx *self);

guint16 nginx_get_port (Nginx *self);

/* The URI of @path. (transfer full) */
char *nginx_dup_uri (Nginx *self, const char *path);

/* Its document root, where a test may put files. */
const char *nginx_get_folder (Nginx *self);

/* Ends all its processes at once, and is back when they are gone; whoever connects meanwhile waits
 * in the backlog, for the socket that listens is the test's. */
void nginx_stop (Nginx *self);
void nginx_start (Nginx *self);

/* New workers; the old ones close what is idle, and end when what they have is answered. Is back
 * when a connection of the old ones has been closed. */
void nginx_reload (Nginx *self);

/* A connection that is idle from now on, and its end: what became idle before has ended by then,
 * because nginx's timers are one queue. */
int nginx_open_idle (Nginx *self, const char *path);
void nginx_wait_for_end (int fd);

/* How many requests have had @id for their X-Request-Id. */
guint nginx_count_deliveries (Nginx *self, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Nginx, nginx_free)

G_END_DECLS
