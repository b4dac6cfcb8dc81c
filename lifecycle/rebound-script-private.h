/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-diagnostics-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A script as plain data: lines of words whose variables are not replaced yet, repeats with their
 * bodies, includes spliced in. Reading it needs no GObject type and no kernel. */

/* A piece of a word: literal text, or the name of a variable to be replaced. */
typedef struct
{
  char *text;           /* UTF-8; of a variable its name, without the dollar */
  gboolean is_variable; /* $NAME or ${NAME} */
  gboolean is_quoted;   /* it stood in quotes: a '=', '.' or a leading '#' in it means nothing */
  guint line;
  guint column; /* of its first character, quotes and dollar included */
} ReboundPiece;

typedef struct
{
  GArray *pieces; /* ReboundPiece */
  ReboundPosition position;
} ReboundWord;

typedef struct _ReboundNode ReboundNode;

/* A line of the script, or a repeat, whose words are the line that opened it. */
struct _ReboundNode
{
  ReboundPosition position;
  GPtrArray *words; /* ReboundWord */
  GPtrArray *body;  /* ReboundNode; NULL but for a repeat */
};

/* A file of the script, as it was read. */
typedef struct
{
  const char *name; /* interned; as positions have it */
  GBytes *bytes;
} ReboundScriptText;

typedef struct _ReboundScript ReboundScript;

/* Reads bytes into a ReboundScript; @name is how the file is called in messages. @folder is where
 * its includes are (NULL: in none of its own); resource:// URIs work too. @include_dirs are others
 * (NULL: none). What is wrong with it is in its mistakes: then it is not to be played. (transfer
 * full) */
ReboundScript *rebound_script_new (GBytes *bytes,
                                   const char *name,
                                   GFile *folder,
                                   const char *const *include_dirs);

/* The same for a file; that it is missing, a folder or unreadable is a mistake with the errno's
 * name. (transfer full) */
ReboundScript *
rebound_script_new_from_file (GFile *file, const char *name, const char *const *include_dirs);

/* What is wrong with its words and its structure, as far as reading tells; more can be added.
 * (transfer none) */
ReboundDiagnostics *rebound_script_get_mistakes (ReboundScript *self);

/* Whether a line has a variable in it, so that it cannot be read without playing those before it.
 */
gboolean rebound_node_has_variable (ReboundNode *node);
void rebound_script_free (ReboundScript *self);

const char *rebound_script_get_name (ReboundScript *self);

/* The comment that opens the script, without its hashes, line ends kept; "" where there is none. */
const char *rebound_script_get_header (ReboundScript *self);
GPtrArray *rebound_script_get_nodes (ReboundScript *self); /* (transfer none): ReboundNode */

/* The script's own text, and behind it those of the files that it includes. (transfer none) */
GPtrArray *rebound_script_get_texts (ReboundScript *self); /* ReboundScriptText */

/* Names of all `let` of the script, with --set in mind. (transfer container) */
GPtrArray *rebound_script_list_variables (ReboundScript *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundScript, rebound_script_free)

G_END_DECLS
