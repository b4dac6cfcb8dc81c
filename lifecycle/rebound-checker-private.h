/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-cast-private.h"
#include "rebound-device-private.h"

G_BEGIN_DECLS

/* Holds a script against GObject before anything is run: do types, names, properties, actions and
 * signals exist, do values fit, is each word possible where it stands? Every mistake is reported.
 *
 * @cast has the objects that exist before the script; @scope is left as it was found. @device is
 * the one whose applications are followed, and is left alone; NULL where they cannot be, because a
 * program's own objects may steer them. With @fill, missing steps are no mistake. @names is filled
 * with the names that there are, in the order of their declaration, as texts of its own; @types is
 * what they are, by name. Either may be NULL. */
gboolean rebound_checker_check (ReboundScript *script,
                                ReboundCast *cast,
                                ReboundScope *scope,
                                ReboundDevice *device,
                                gboolean fill,
                                GPtrArray *names,
                                GHashTable **types,
                                GError **error);

/* What else is wrong in a script whose words or structure are: the lines that are whole and have no
 * variables are checked by themselves, and added to its mistakes. Names and the application's life
 * are left alone, for the lines that cannot be read may have been about them. */
void rebound_checker_add_mistakes (ReboundScript *script, ReboundCast *cast, ReboundScope *scope);

G_END_DECLS
