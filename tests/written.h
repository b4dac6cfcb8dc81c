/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

/* A stream into memory, for tests of what writes reports. */
typedef struct
{
  char *text;
  size_t size_bytes;
  FILE *stream;
} Written;

static inline void
written_begin (Written *self)
{
  self->stream = open_memstream (&self->text, &self->size_bytes);
  g_assert_nonnull (self->stream);
}

static inline void
written_check (Written *self, const char *expected)
{
  g_assert_cmpint (fclose (self->stream), ==, 0);
  g_assert_cmpstr (self->text, ==, expected);
  free (self->text);
}
