/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-site.h"

G_BEGIN_DECLS

/**
 * rebound_scriptable_register:
 * @type: a #GObject type; one that implements #ReboundActor is told what happens
 * @name: what scripts call it: [a-z][a-z0-9-]*
 * @side: where its actors live
 * @blurb: one sentence, for describe; static
 * @error: return location for a #GError
 *
 * Makes a type known to scripts: its writable properties can be given, its actions called, its
 * other signals waited for. The three share one namespace; a name that stands for two of them is
 * refused with %REBOUND_ERROR_INTERNAL. Registering the same type again under the same name is
 * fine.
 *
 * Returns: %TRUE if the type is known now
 * Since: 0.1
 */
REBOUND_API gboolean rebound_scriptable_register (GType type,
                                                  const char *name,
                                                  ReboundSide side,
                                                  const char *blurb,
                                                  GError **error);

/**
 * rebound_scriptable_look_up:
 * @name: what a script calls a type
 * @side: (out) (optional): where its actors live
 *
 * Returns: the type, or %G_TYPE_INVALID
 * Since: 0.1
 */
REBOUND_API GType rebound_scriptable_look_up (const char *name, ReboundSide *side);

/**
 * rebound_scriptable_get_blurb:
 * @name: what a script calls a type
 *
 * Returns: (transfer none) (nullable): what it was registered with
 * Since: 0.1
 */
REBOUND_API const char *rebound_scriptable_get_blurb (const char *name);

/**
 * rebound_scriptable_list:
 *
 * Returns: (transfer container) (array zero-terminated=1): the names of all types, sorted
 * Since: 0.1
 */
REBOUND_API const char **rebound_scriptable_list (void);

G_END_DECLS
