/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-statement-private.h"

G_BEGIN_DECLS

/* From the names of a script to GObject's. The checker asks here before a run and the player during
 * it, so that they cannot disagree. What is wrong goes to @diagnostics, with the nearest name that
 * would have been right. */

/* A property that can be read (@flags G_PARAM_READABLE) or set (G_PARAM_WRITABLE) and that a script
 * can write. NULL if there is none. */
GParamSpec *rebound_look_up_property (GType type,
                                      const ReboundText *name,
                                      GParamFlags flags,
                                      ReboundDiagnostics *diagnostics);

/* The id of an action, or of a signal that is none; 0 if there is none. */
guint rebound_look_up_member (GType type,
                              const ReboundText *name,
                              gboolean action,
                              ReboundDiagnostics *diagnostics);

/* Initialises and sets @value. */
gboolean rebound_look_up_value (GParamSpec *pspec,
                                const ReboundText *text,
                                GValue *value,
                                ReboundDiagnostics *diagnostics);

/* Checks the arguments of an action. With @values, which has room for all of them, it also
 * initialises and sets each, from the script or from its default. */
gboolean rebound_look_up_arguments (guint action,
                                    GArray *assignments,
                                    const ReboundPosition *position,
                                    GValue *values,
                                    ReboundDiagnostics *diagnostics);

/* Carries out an action on @object and returns its error, or NULL. (transfer full) */
GError *rebound_perform_action (GObject *object,
                                guint action,
                                GArray *assignments,
                                const ReboundPosition *position);

/* The text of a print with each {NAME.PROPERTY} replaced by what @read returns (transfer full;
 * NULL: that name or property is wrong, and it has said so). (transfer full) */
typedef char *(*ReboundReadFunc) (const ReboundText *name,
                                  const ReboundText *property,
                                  gpointer user_data);
char *rebound_fill_in (const ReboundText *text, ReboundReadFunc read, gpointer user_data);

G_END_DECLS
