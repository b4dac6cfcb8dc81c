/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON wants every control character below U+0020 escaped (RFC 8259, 7). json-glib 1.6 leaves the
 * last of them, U+001F, as it is, and then no reader takes the line. On one line there is none
 * between the values, so each is in a text. */

#include "rebound-json-text.h"

#include <string.h>

#define LEFT_OUT "\x1f"

char *
rebound_json_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  g_auto (GStrv) parts = NULL;

  if (strstr (text, LEFT_OUT) == NULL)
    return g_steal_pointer (&text);
  parts = g_strsplit (text, LEFT_OUT, -1);
  return g_strjoinv ("\\u001f", parts);
}
