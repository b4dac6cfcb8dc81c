/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"
#include "rebound-kernel.h"

G_BEGIN_DECLS

/**
 * ReboundProfile:
 * @REBOUND_PROFILE_LINUX: sockets behave as Linux has them
 *
 * What differs from one system to the next. Since: 0.1
 */
typedef enum
{
  REBOUND_PROFILE_LINUX,
} ReboundProfile;

/**
 * ReboundDevice:
 *
 * The phone: what a person does to it, and how its system treats sockets. Since: 0.1
 */
#define REBOUND_TYPE_DEVICE (rebound_device_get_type ())
REBOUND_API G_DECLARE_FINAL_TYPE (ReboundDevice, rebound_device, REBOUND, DEVICE, GObject)

    /**
     * ReboundTurnFunc:
     * @user_data: what was given with the function
     *
     * Lets the application's run loop have its turn: all that is ready is dispatched, and no time
     * passes. Since: 0.1
     */
    typedef void (*ReboundTurnFunc) (gpointer user_data);

/**
 * rebound_device_new:
 * @application: the application that it has
 *
 * The phone, and what a person does to it.
 *
 * Returns: (transfer full): a new device
 * Since: 0.1
 */
REBOUND_API ReboundDevice *rebound_device_new (ReboundApplication *application);

/**
 * rebound_device_set_turn_func:
 * @turn: (nullable) (scope forever): what to call before the application is suspended
 * @user_data: passed to @turn
 *
 * An application that has entered the background gets a last turn before it is suspended. Since:
 * 0.1
 */
REBOUND_API void
rebound_device_set_turn_func (ReboundDevice *self, ReboundTurnFunc turn, gpointer user_data);

/**
 * rebound_device_perform:
 * @word: home, open, lock or unlock, or a word of the application
 * @error: return location for a #GError
 *
 * Carries out what a person does. Where it is not possible, nothing happens and the error is
 * %REBOUND_ERROR_STATE, with the state and the words that are possible.
 *
 * Returns: %TRUE if it was possible
 * Since: 0.1
 */
REBOUND_API gboolean rebound_device_perform (ReboundDevice *self, const char *word, GError **error);

G_END_DECLS
