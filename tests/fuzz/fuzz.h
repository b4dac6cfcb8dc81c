/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What libFuzzer, and fuzz-replay.c in its place, call: once, and then for each input. A target
 * says that something is wrong by ending the program: a sanitizer, g_assert() or a critical. */
int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* To be called first of all: a critical or a warning is a finding. */
static inline void
fuzz_begin (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

/* Where an input is cut into pieces is drawn from the input itself, so that it fails again by
 * itself: xorshift32, seeded with the FNV-1a hash of it. */
static inline guint32
fuzz_hash (const uint8_t *data, size_t size)
{
  guint32 hash = 2166136261u;

  for (size_t i = 0; i < size; i++)
    hash = (hash ^ data[i]) * 16777619u;
  return hash | 1;
}

static inline guint32
fuzz_draw (guint32 *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

G_END_DECLS
