/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-cast-private.h"

G_BEGIN_DECLS

/* NAME.PROPERTY OP VALUE, held against the objects as they are now. */

/* What NAME.PROPERTY reads, as a script writes it; NULL where there is none. (transfer full) */
char *
rebound_expression_read (ReboundCast *cast, const ReboundText *name, const ReboundText *property);

/* Whether @statement's expression is true. @seen is what its property reads. (transfer full) */
gboolean
rebound_expression_evaluate (ReboundCast *cast, const ReboundStatement *statement, char **seen);

G_END_DECLS
