/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* @text between quotation marks, with what JSON wants escaped. */
void rebound_json_append_string (GString *out, const char *text);

void rebound_json_append_number (GString *out, gint64 number);

/* The key of a field. (transfer full) */
char *rebound_json_make_key (GParamSpec *pspec);

/* The fields of an event as members of an object: without its braces. */
void rebound_json_append_fields (GString *out, ReboundEvent *event);

G_END_DECLS
