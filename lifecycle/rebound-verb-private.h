/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-statement-private.h"

G_BEGIN_DECLS

/* Verbs: what a person or the system does. They are actions of the device, or of an application
 * where the phone has no say in it. */

/* The type whose action @verb is, the device's before the application's; G_TYPE_INVALID if it is
 * nobody's. @action may be NULL. */
GType rebound_verb_find (const char *verb, guint *action);

/* `open mail` reads like a declaration, TYPE NAME. Where TYPE is no type but a verb, the statement
 * becomes that verb, for the application that it names. */
void rebound_verb_recognise (ReboundStatement *statement);

/* The word of the lifecycle that an action called @name with these arguments is: its name, but for
 * “launch background=yes”. (transfer none): interned */
const char *rebound_verb_get_word (const char *name, GArray *assignments);

/* The application that a verb names, NULL if it names none. (transfer none) */
const ReboundText *rebound_verb_get_application (const ReboundStatement *statement);

G_END_DECLS
