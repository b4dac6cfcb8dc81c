/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * REBOUND_ISOLATION_ERROR:
 *
 * The error domain of rebound_isolation_enter(). Since: 0.1
 */
#define REBOUND_ISOLATION_ERROR (rebound_isolation_error_quark ())

/**
 * ReboundIsolationError:
 * @REBOUND_ISOLATION_ERROR_REFUSED: the machine does not let us have namespaces of our own; the
 * message says which step was refused, with its errno, and what can be done
 * @REBOUND_ISOLATION_ERROR_FAILED: a namespace was had, but could not be set up
 * @REBOUND_ISOLATION_ERROR_TOO_LATE: the process has more than one thread
 *
 * What rebound_isolation_enter() fails with. Since: 0.1
 */
typedef enum
{
  REBOUND_ISOLATION_ERROR_REFUSED,
  REBOUND_ISOLATION_ERROR_FAILED,
  REBOUND_ISOLATION_ERROR_TOO_LATE,
} ReboundIsolationError;

REBOUND_API GQuark rebound_isolation_error_quark (void);

/**
 * rebound_isolation_enter:
 * @error: return location for a #GError
 *
 * Moves the process into a user and network namespace of its own, whose loopback and TCP behave the
 * same in every run (no delayed ACK, fixed windows, one congestion control, small socket tables),
 * pins it to one CPU, sets the soft limit of descriptors to 65536 or what the hard one allows, and
 * drops every capability but CAP_NET_ADMIN over that namespace. To be called first thing in main(),
 * before any thread. There is no way back: after an error other than
 * %REBOUND_ISOLATION_ERROR_TOO_LATE the process may be half way in, and is to print the message and
 * end.
 *
 * Returns: %TRUE if the process is now isolated (or was before)
 * Since: 0.1
 */
REBOUND_API gboolean rebound_isolation_enter (GError **error);

/**
 * rebound_isolation_allow_capture:
 *
 * Lets rebound_isolation_enter() keep CAP_NET_RAW as well, so that the packets of a run can be
 * captured (rebound_linux_kernel_set_captures()). It is power over the namespace's own loopback
 * and nothing else. To be called before it is entered. Since: 0.1
 */
REBOUND_API void rebound_isolation_allow_capture (void);

/**
 * rebound_isolation_is_entered:
 *
 * Returns: %TRUE after a successful rebound_isolation_enter()
 * Since: 0.1
 */
REBOUND_API gboolean rebound_isolation_is_entered (void);

G_END_DECLS
