/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-phrase-private.h"

G_BEGIN_DECLS

/* Each reads what stands behind its keyword into @self, which has its kind already, to the end of
 * the line. FALSE: what is wrong has been added to the phrase's diagnostics. */

gboolean rebound_statement_read_always (ReboundStatement *self, ReboundPhrase *phrase);
gboolean rebound_statement_read_eventually (ReboundStatement *self, ReboundPhrase *phrase);
gboolean rebound_statement_read_wait (ReboundStatement *self, ReboundPhrase *phrase);
gboolean rebound_statement_read_expect (ReboundStatement *self, ReboundPhrase *phrase);
gboolean rebound_statement_read_print (ReboundStatement *self, ReboundPhrase *phrase);
gboolean rebound_statement_read_why (ReboundStatement *self, ReboundPhrase *phrase);

/* An empty one that begins at the next word, of which there is one. */
ReboundStatement *rebound_statement_begin (ReboundPhrase *phrase, ReboundStatementKind kind);

G_END_DECLS
