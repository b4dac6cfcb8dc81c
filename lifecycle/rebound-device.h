/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"
#include "rebound-kernel.h"

G_BEGIN_DECLS

/**
 * ReboundProfile:
 * @REBOUND_PROFILE_LINUX: sockets behave as Linux has them, and nobody takes them
 * @REBOUND_PROFILE_IOS_4: iOS 4
 * @REBOUND_PROFILE_IOS_5: iOS 5, and what came after up to 11.3
 * @REBOUND_PROFILE_IOS_12: iOS 11.4 and 12
 * @REBOUND_PROFILE_IOS_13: iOS 13 and later
 *
 * What differs from one system to the next. Since: 0.1
 */
typedef enum
{
  REBOUND_PROFILE_LINUX,
  REBOUND_PROFILE_IOS_4,
  REBOUND_PROFILE_IOS_5,
  REBOUND_PROFILE_IOS_12,
  REBOUND_PROFILE_IOS_13,
} ReboundProfile;

/**
 * ReboundLockMeans:
 * @REBOUND_LOCK_MEANS_BACKGROUND: the application in front enters the background
 * @REBOUND_LOCK_MEANS_RESIGN: it resigns active, and goes on
 *
 * What the lock does to the application in front. Since: 0.1
 */
typedef enum
{
  REBOUND_LOCK_MEANS_BACKGROUND,
  REBOUND_LOCK_MEANS_RESIGN,
} ReboundLockMeans;

/**
 * ReboundReclaim:
 * @REBOUND_RECLAIM_NEVER: nobody takes them
 * @REBOUND_RECLAIM_AT_LOCK: when the phone is locked
 * @REBOUND_RECLAIM_AT_SUSPEND: as soon as the application is suspended
 *
 * When the system takes an application's sockets. Never while a background task keeps it running.
 * Since: 0.1
 */
typedef enum
{
  REBOUND_RECLAIM_NEVER,
  REBOUND_RECLAIM_AT_LOCK,
  REBOUND_RECLAIM_AT_SUSPEND,
} ReboundReclaim;

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
 * @word: what a person or the system does: home, open, open-other, lock, unlock, interrupt,
 * end-interrupt, accept-call, app-switcher, pick-same, pick-other, swipe-kill, reboot,
 * reclaim-sockets, network-down or network-up; or a word of the application
 * @error: return location for a #GError
 *
 * Carries out what a person does, to its first application where it is about one. Where it is not
 * possible, nothing happens and the error is %REBOUND_ERROR_STATE, with the state and the words
 * that are possible.
 *
 * Returns: %TRUE if it was possible
 * Since: 0.1
 */
REBOUND_API gboolean rebound_device_perform (ReboundDevice *self, const char *word, GError **error);

/**
 * rebound_device_list_words:
 * @application: (nullable): the application that is meant; %NULL where none is named
 *
 * What a person or the system can do now, the words of the applications included.
 *
 * Returns: (transfer container) (array zero-terminated=1): the words that are possible, in an order
 * that does not change
 * Since: 0.1
 */
REBOUND_API const char **rebound_device_list_words (ReboundDevice *self,
                                                    ReboundApplication *application);

G_END_DECLS
