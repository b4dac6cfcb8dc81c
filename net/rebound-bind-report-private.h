/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-linux-kernel-private.h"

G_BEGIN_DECLS

/* Why bind() said EADDRINUSE: a descriptor of our own that is still open, what an earlier
 * generation left behind without the option, or somebody else. @end is who tried, with @generation
 * and with SO_REUSEADDR or without. NULL where the site has no table of sockets. (transfer full) */
char *
rebound_bind_report (ReboundSite *site, const char *end, guint16 port, gboolean reuse_address);

G_END_DECLS
