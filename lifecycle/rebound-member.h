/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-event.h"

G_BEGIN_DECLS

/**
 * rebound_class_install_signal:
 * @klass: (type GObjectClass): the class, in its class_init
 * @name: the signal's name
 * @group: what its events are about
 * @text: what happened, for people: {name} is a parameter's value, a part in […] is left out when a
 *   parameter in it is empty, an unsigned 0, or a duration below 0
 * @blurb: what the signal means, for describe
 * @...: a #GParamSpec for each parameter, then %NULL; none is called n, time, actor or kind, which
 * every event has of itself
 *
 * A string that is %NULL, or a duration below 0, is no field of its event if the specification has
 * %NULL for a default, or a minimum below 0; else such a string is an empty one.
 *
 * Makes a signal whose parameters have names, so that its emissions become events with fields. An
 * ordinary g_signal_new() does as well; its fields are then called arg1, arg2.
 *
 * Returns: the signal's id, for g_signal_emit()
 * Since: 0.1
 */
REBOUND_API guint rebound_class_install_signal (gpointer klass,
                                                const char *name,
                                                ReboundEventGroup group,
                                                const char *text,
                                                const char *blurb,
                                                ...) G_GNUC_NULL_TERMINATED;

/**
 * rebound_class_install_action:
 * @klass: (type GObjectClass): the class, in its class_init
 * @name: the action's name
 * @handler: a function (instance, arguments…, @handler_data) that carries it out and returns a
 * #GError (transfer full), or %NULL if all went well
 * @handler_data: (nullable): passed last
 * @blurb: what it does, for describe
 * @...: a #GParamSpec for each argument, then %NULL
 *
 * Makes an action signal whose arguments have names, defaults and ranges. An error ends the script.
 *
 * Returns: the signal's id
 * Since: 0.1
 */
REBOUND_API guint rebound_class_install_action (gpointer klass,
                                                const char *name,
                                                GCallback handler,
                                                gpointer handler_data,
                                                const char *blurb,
                                                ...) G_GNUC_NULL_TERMINATED;

/**
 * rebound_member_get_blurb:
 * @signal_id: a signal or an action
 *
 * Returns: (transfer none) (nullable): what it was installed with
 * Since: 0.1
 */
REBOUND_API const char *rebound_member_get_blurb (guint signal_id);

/**
 * rebound_member_list_arguments:
 * @signal_id: a signal or an action
 * @n_arguments: (out): their number
 *
 * Returns: (transfer none) (array length=n_arguments) (nullable): the parameters' specifications;
 * %NULL if the signal was not installed with names, or has none Since: 0.1
 */
REBOUND_API GParamSpec **rebound_member_list_arguments (guint signal_id, guint *n_arguments);

/**
 * rebound_member_list:
 * @type: a GObject type
 * @action: %TRUE for its actions, %FALSE for its other signals
 *
 * Returns: (transfer full) (element-type guint): their ids, the parents' and interfaces' included
 * Since: 0.1
 */
REBOUND_API GArray *rebound_member_list (GType type, gboolean action);

G_END_DECLS
