/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"
#include "rebound-journal-private.h"
#include "rebound-scriptable.h"
#include "rebound-statement-private.h"

G_BEGIN_DECLS

/* Who plays in a run: the actors by name. A name outlives its object: an application's actor dies
 * with the process and is made anew at the next launch, from its declaration and what was set
 * since; in between its properties read as they last were. */
typedef struct _ReboundCast ReboundCast;

ReboundCast *
rebound_cast_new (ReboundApplication *application, ReboundSite *world, ReboundJournal *journal);

/* Makes an application of that name, with a site of its own. (transfer full) */
typedef ReboundApplication *(*ReboundApplicationFactory) (const char *name, gpointer user_data);
void rebound_cast_set_application_factory (ReboundCast *self,
                                           ReboundApplicationFactory factory,
                                           gpointer user_data);
void rebound_cast_free (ReboundCast *self);

/* An object that exists already: the device, the application, the kernel, one of a program's own.
 */
void rebound_cast_add_object (ReboundCast *self, const char *name, GObject *object);

/* A checked declaration. The world's actor lives from now on, the application's from its (next)
 * launch. */
void rebound_cast_declare (ReboundCast *self, const ReboundStatement *declaration);

/* A checked setting: for the object that lives, and for all that follow it. */
void rebound_cast_set (ReboundCast *self, const char *name, GParamSpec *pspec, const GValue *value);

/* The object that is or last was @name; NULL before it has ever lived. (transfer none) */
GObject *rebound_cast_find (ReboundCast *self, const char *name);

/* Whether nothing else can be called @name: it is somebody's, or the log's own. */
gboolean rebound_cast_is_taken (ReboundCast *self, const char *name);

/* The type behind a name, G_TYPE_INVALID if nobody is called so. */
GType rebound_cast_get_type_of (ReboundCast *self, const char *name);

/* The application behind a name: its own, or the one whose actor it is; NULL for any other.
 * (transfer none) */
const char *rebound_cast_get_owner_of (ReboundCast *self, const char *name);

/* The name of an object, or NULL; @object is not looked into. (transfer none) */
const char *rebound_cast_get_name_of (ReboundCast *self, gconstpointer object);

/* Reads a property: of the object that is or last was, else as it was declared or set, else its
 * default. @value is not initialised before. */
void rebound_cast_read (ReboundCast *self, const char *name, GParamSpec *pspec, GValue *value);

/* Names in the order of their declaration, NULL-terminated. (transfer container) */
const char **rebound_cast_list_names (ReboundCast *self);

/* "phone waits for an answer, web is suspended", of all who wait; NULL if nobody does. (transfer
 * full) */
char *rebound_cast_dup_waiting (ReboundCast *self);

/* Leaves out of @locks those of anybody but @application's actors. Locks that no actor owns are a
 * program's own, and count as the application's. */
void
rebound_cast_leave_out_locks (ReboundCast *self, GPtrArray *locks, ReboundApplication *application);

/* Every actor that has lived tells what came together over the run, in the order of declaration. */
void rebound_cast_tell_summary (ReboundCast *self);

/* Ends every life without a word. */
void rebound_cast_abandon (ReboundCast *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundCast, rebound_cast_free)

G_END_DECLS
