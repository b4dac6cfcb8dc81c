/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-script-private.h"

G_BEGIN_DECLS

/* A statement: the words of one line, with their variables replaced, understood. What a name means
 * (is there such a type, such a property?) is the checker's to say, not ours. */

typedef enum
{
  REBOUND_STATEMENT_DECLARATION,
  REBOUND_STATEMENT_SET,
  REBOUND_STATEMENT_ACTION,
  REBOUND_STATEMENT_VERB,
  REBOUND_STATEMENT_AFTER,
  REBOUND_STATEMENT_WAIT_SIGNAL,
  REBOUND_STATEMENT_WAIT_UNTIL,
  REBOUND_STATEMENT_EXPECT,
  REBOUND_STATEMENT_EXPECT_SIGNAL,
  REBOUND_STATEMENT_ALWAYS,
  REBOUND_STATEMENT_EVENTUALLY,
  REBOUND_STATEMENT_LET,
  REBOUND_STATEMENT_PRINT,
  REBOUND_STATEMENT_PRINT_SOCKETS,
  REBOUND_STATEMENT_WHY, /* an action of the kernel's that changes nothing */
  REBOUND_STATEMENT_REPEAT,
} ReboundStatementKind;

typedef enum
{
  REBOUND_PLACE_OF_CLASS, /* neither `peer` nor `in`: the type says */
  REBOUND_PLACE_PEER,
  REBOUND_PLACE_APPLICATION,
} ReboundPlace;

typedef enum
{
  REBOUND_OPERATOR_EQUAL,
  REBOUND_OPERATOR_NOT_EQUAL,
  REBOUND_OPERATOR_LESS,
  REBOUND_OPERATOR_LESS_OR_EQUAL,
  REBOUND_OPERATOR_GREATER,
  REBOUND_OPERATOR_GREATER_OR_EQUAL,
  REBOUND_OPERATOR_GLOB,
} ReboundOperator;

/* Some text of the script and where it stands. */
typedef struct
{
  char *text;
  ReboundPosition position;
} ReboundText;

/* NAME=VALUE */
typedef struct
{
  ReboundText name;
  ReboundText value;
} ReboundAssignment;

typedef struct _ReboundStatement ReboundStatement;

/* Which fields are used stands behind each. */
struct _ReboundStatement
{
  ReboundStatementKind kind;
  ReboundPosition position;
  char *source;            /* the words as they read after replacement, for logs */
  ReboundPlace place;      /* declaration */
  ReboundText application; /* declaration `in APP`; verb: the one it names */
  ReboundText type;        /* declaration: TYPE */
  ReboundText name;        /* declaration, set, action, why, verb (the verb), what looks: the actor,
                              let: the variable, repeat: the variable or NULL text */
  ReboundText member;      /* action: ACTION; what looks: SIGNAL or PROPERTY */
  GArray *assignments;     /* ReboundAssignment: declaration, set, action, verb */
  ReboundOperator operation;   /* wait until, expect, always, eventually */
  ReboundText value;           /* the same: VALUE; let: VALUE; print: the text */
  ReboundStatement *condition; /* always: the expression behind while, as an expect; of such a one
                                  that behind `and`; or NULL */
  gint64 duration_usec;        /* after; wait, always, eventually: within; expect: for; -1: none */
  guint count;                 /* wait: count (default 1); repeat: N */
  gboolean negated;            /* expect no */
  ReboundStatement *inner;     /* after: the statement behind it, or NULL */
};

/* Variables: `let`, --set and the names of repeats. */
typedef struct _ReboundScope ReboundScope;

ReboundScope *rebound_scope_new (void);
void rebound_scope_free (ReboundScope *self);
const char *rebound_scope_get (ReboundScope *self, const char *name);
void rebound_scope_set (ReboundScope *self, const char *name, const char *value); /* NULL: unset */

/* What `let` does: sets the variable, unless the caller has fixed it. */
void rebound_scope_let (ReboundScope *self, const char *name, const char *value);

/* Fixes a variable from outside (--set): no `let` changes it any more. */
void rebound_scope_fix (ReboundScope *self, const char *name, const char *value);
ReboundScope *rebound_scope_copy (ReboundScope *self);
GPtrArray *rebound_scope_list_names (ReboundScope *self); /* (transfer container) */

/* Replaces the variables of @node's line and reads it. NULL, with what is wrong added to
 * @diagnostics, where it makes no sense. The body of a repeat is not looked at. */
ReboundStatement *
rebound_statement_new (ReboundNode *node, ReboundScope *scope, ReboundDiagnostics *diagnostics);
ReboundStatement *rebound_statement_ref (ReboundStatement *self);
void rebound_statement_unref (ReboundStatement *self);

/* TRUE for what sets the mark that waits look back to: verb, action, set, declaration, after. */
gboolean rebound_statement_does_something (const ReboundStatement *self);

/* TRUE for what the log tells when it begins: what does something, and what is concluded later, or
 * answers with what is and not with what was asked. */
gboolean rebound_statement_is_told (const ReboundStatement *self);

/* The words that can open a statement (peer, in, set, after, wait, …), NULL-terminated. */
const char *const *rebound_statement_keywords (void);

/* "==", "~" … */
const char *rebound_operator_to_string (ReboundOperator operation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundScope, rebound_scope_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundStatement, rebound_statement_unref)

G_END_DECLS
