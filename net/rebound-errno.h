/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * rebound_errno_name:
 * @error_number: an errno value
 *
 * Returns: (transfer none): its name, such as "EADDRINUSE"; "none" for 0, "errno 4711" for a number
 * without a name Since: 0.1
 */
REBOUND_API const char *rebound_errno_name (int error_number);

/**
 * rebound_errno_text:
 * @error_number: an errno value
 *
 * What strerror() says in the C locale, whatever the program's is: a log is the same for everybody.
 *
 * Returns: (transfer none): its description, such as "Address already in use"
 * Since: 0.1
 */
REBOUND_API const char *rebound_errno_text (int error_number);

G_END_DECLS
