/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GIO folds many errnos into one code (ECONNRESET and EPIPE, EADDRINUSE apart from nothing at all),
 * and strerror() is translated. What a log, a script and a test compare is the symbol that the
 * manual pages use. */

#include "rebound-errno.h"

#include <string.h>

const char *
rebound_errno_name (int error_number)
{
  const char *name;
  char unnamed[32];

  if (error_number == 0)
    return "none";

  name = strerrorname_np (error_number);
  if (name != NULL)
    return name;

  g_snprintf (unnamed, sizeof unnamed, "errno %d", error_number);
  return g_intern_string (unnamed);
}

const char *
rebound_errno_text (int error_number)
{
  const char *text = strerrordesc_np (error_number);

  return text != NULL ? text : "Unknown error";
}
