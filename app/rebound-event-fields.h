/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* The value of an event's field, for whoever reads events instead of printing them. */

/* NULL where there is no such field, or it is no string. */
const char *rebound_event_fields_get_string (ReboundEvent *event, const char *name);

/* -1 where there is no such field, or it is no number. */
gint64 rebound_event_fields_get_number (ReboundEvent *event, const char *name);

/* Whether the string field @name is there, and @value. */
gboolean rebound_event_fields_has (ReboundEvent *event, const char *name, const char *value);

G_END_DECLS
