/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What has been built, on one line without its end. (transfer full) */
char *rebound_json_to_text (JsonBuilder *builder);

G_END_DECLS
