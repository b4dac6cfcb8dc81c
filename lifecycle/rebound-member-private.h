/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-member.h"

G_BEGIN_DECLS

/* What is known of a signal beyond what GObject knows. */
typedef struct
{
  ReboundEventGroup group;
  const char *text;     /* static */
  const char *blurb;    /* static */
  GPtrArray *arguments; /* GParamSpec */
} ReboundMember;

/* NULL for signals that were made by g_signal_new(). */
const ReboundMember *rebound_member_look_up (guint signal_id);

/* The id of the action or (@action FALSE) plain signal @name of @type, 0 if there is none. */
guint rebound_member_find (GType type, const char *name, gboolean action);

/* Their names, NULL-terminated. (transfer container) */
const char **rebound_member_list_names (GType type, gboolean action);

G_END_DECLS
