/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-scriptable.h"

G_BEGIN_DECLS

/* Whether no property of @type has a signal's name. */
gboolean rebound_scriptable_check_members (GType type, GError **error);

/* As rebound_scriptable_register(), for a type of this library's own: that its members have a name
 * each is a test's to hold (test-scriptable), so its class comes to life only where a script has
 * one. All of them together are a millisecond of each start. */
gboolean rebound_scriptable_register_known (GType type,
                                            const char *name,
                                            ReboundSide side,
                                            const char *blurb,
                                            GError **error);

G_END_DECLS
