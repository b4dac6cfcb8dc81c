/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* A stdio stream over a descriptor that remembers why a write failed. */
typedef struct
{
  FILE *stream;
  int fd;
  int first_error; /* an errno, or 0 */
} ReboundWatchedStream;

/* @fd stays the caller's. FALSE with errno. */
gboolean rebound_watched_stream_open (ReboundWatchedStream *self, int fd);

/* What is buffered is written. Returns the errno of the first write that has failed, or 0. */
int rebound_watched_stream_flush (ReboundWatchedStream *self);
void rebound_watched_stream_close (ReboundWatchedStream *self);

G_END_DECLS
