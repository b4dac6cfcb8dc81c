/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-record.h"

G_BEGIN_DECLS

#define REBOUND_RECORD_ERROR (rebound_record_error_quark ())
GQuark rebound_record_error_quark (void);

typedef enum
{
  REBOUND_RECORD_ERROR_LINE, /* it is no event, or not at this place */
} ReboundRecordError;

/* An event of a line of JSON, without its group. Its strings go into @strings; its text says what
 * the fields do. */
gboolean rebound_record_line_parse (const char *line,
                                    GStringChunk *strings,
                                    ReboundRecordEvent *event,
                                    GError **error);

/* What an event is about, by what is known of every run. */
ReboundEventGroup rebound_record_line_guess_group (const ReboundRecordEvent *event);

/* The names of its fields, in their order. (transfer full) */
char **rebound_record_event_list_fields (const ReboundRecordEvent *event);

/* A field's value as text, or NULL. (transfer full) */
char *rebound_record_event_get_field (const ReboundRecordEvent *event, const char *name);

G_END_DECLS
