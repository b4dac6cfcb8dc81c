/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-checker-private.h"
#include "rebound-foresight-private.h"

G_BEGIN_DECLS

/* The checker is in two files: rebound-checker.c walks the script and holds names and values
 * against GObject, rebound-checker-words.c what is done: actions and verbs. */
typedef struct _ReboundChecker ReboundChecker;

/* What stands for the type of a name whose declaration has a mistake in it. */
#define UNKNOWN_TYPE G_TYPE_NONE

typedef struct
{
  ReboundText text;
  GParamSpec *pspec;
} ReboundCheckedReference;

struct _ReboundChecker
{
  ReboundCast *cast;
  ReboundScope *scope;
  ReboundDiagnostics *diagnostics;
  GHashTable *types;  /* name declared so far → GType */
  GPtrArray *names;   /* the same, in order */
  GArray *references; /* ReboundCheckedReference: looked at when all names are known */
  ReboundForesight *foresight;
  gboolean is_partial; /* of a script with lines that cannot be read */
  guint n_statements;
};

/* The type behind a name; G_TYPE_INVALID, and a mistake, where nobody is called so. */
GType rebound_checker_find_type (ReboundChecker *self, const ReboundText *name);

/* @text has to be the name of an actor that @pspec can mean; looked at when all names are known. */
void
rebound_checker_add_reference (ReboundChecker *self, GParamSpec *pspec, const ReboundText *text);

gboolean rebound_checker_is_application (ReboundChecker *self, const char *name);

/* FALSE, and a mistake, where @name is no application. */
gboolean rebound_checker_check_application (ReboundChecker *self, const ReboundText *name);

void rebound_checker_check_action (ReboundChecker *self, const ReboundStatement *statement);
void rebound_checker_check_verb (ReboundChecker *self, const ReboundStatement *statement);

/* It opens a statement, and is neither a verb, nor a keyword, nor a type. */
void rebound_checker_report_unknown_word (ReboundChecker *self, const ReboundText *word);

G_END_DECLS
