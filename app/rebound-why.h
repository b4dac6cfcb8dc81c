/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "net/rebound-port-report.h"

G_BEGIN_DECLS

/* A report for people: the verdict in one line, tables, why, fix, and what could not be seen. */
void rebound_why_print_text (const ReboundPortReport *report, FILE *stream);

/* The same as one JSON object, as docs/why.md has it. */
void rebound_why_print_json (const ReboundPortReport *report, FILE *stream);

G_END_DECLS
