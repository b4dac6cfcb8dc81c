/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-error.h"

G_BEGIN_DECLS

/* Where something stands in a script. @file is interned (g_intern_string), line and column count
 * from 1, columns in characters. A zero @line means the file as a whole. */
typedef struct
{
  const char *file;
  guint line;
  guint column;
} ReboundPosition;

/* A list of mistakes, so that all of a file are reported and not the first alone. */
typedef struct _ReboundDiagnostics ReboundDiagnostics;

ReboundDiagnostics *rebound_diagnostics_new (void);
void rebound_diagnostics_free (ReboundDiagnostics *self);

/* Adds "FILE:LINE:COLUMN: message" ("FILE: message" where the line is 0). The same text at the same
 * place is kept once: the body of a repeat is read many times. */
void rebound_diagnostics_add (ReboundDiagnostics *self,
                              const ReboundPosition *position,
                              const char *format,
                              ...) G_GNUC_PRINTF (3, 4);
gboolean rebound_diagnostics_is_empty (ReboundDiagnostics *self);

/* Sets @error to REBOUND_ERROR_SCRIPT with one line a mistake, in the order of the script's lines
 * within a file, and returns FALSE; returns TRUE where there is none. */
gboolean rebound_diagnostics_check (ReboundDiagnostics *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundDiagnostics, rebound_diagnostics_free)

G_END_DECLS
