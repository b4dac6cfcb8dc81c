/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Colours are for a terminal that has them, unless somebody has asked every program for none
 * (https://no-color.org). */

#include "rebound-colour.h"

#include <string.h>
#include <unistd.h>

#include "rebound-command.h"

static gboolean
has_colours (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (STDOUT_FILENO) && (no_color == NULL || *no_color == '\0')
         && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
rebound_colour_parse (const char *value, gboolean *is_wanted)
{
  if (value == NULL || strcmp (value, "auto") == 0)
    *is_wanted = has_colours ();
  else if (strcmp (value, "always") == 0 || strcmp (value, "never") == 0)
    *is_wanted = strcmp (value, "always") == 0;
  else
    {
      rebound_command_complain ("--color: “%s” is none; expected one of auto, always, never",
                                value);
      return FALSE;
    }
  return TRUE;
}
