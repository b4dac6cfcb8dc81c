/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-linux-kernel-private.h"

G_BEGIN_DECLS

/* Why bind() said EADDRINUSE: a descriptor of our own that is still open, what an earlier
 * generation left behind without the option, or somebody else. The asker of @question is who tried.
 * NULL where the site has no table of sockets. (transfer full) */
char *rebound_bind_report (ReboundSite *site, const ReboundPortQuestion *question);

G_END_DECLS
