/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-site.h"

G_BEGIN_DECLS

/* What all naive code has in common: it runs or does not, and its calls return or would not. */

/* What could not be called, and what would never return. (transfer full) */
GError *rebound_naive_refuse (const char *call, const char *why);
GError *rebound_naive_would_block (const char *call, const char *why);

/* NULL where the code that lives at @site can run at all. */
GError *rebound_naive_check_site (ReboundSite *site, const char *call);

/* Puts @text (transfer full) in the place of *@field. */
void rebound_naive_set_text (char **field, char *text);

/* Its signal “returned”, in its class_init: a line of the log for each call. Parameters of an
 * emission: call, arguments, result, error and detail, all strings. */
guint rebound_naive_install_returned (gpointer klass);

G_END_DECLS
