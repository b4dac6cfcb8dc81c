/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* A report in TAP version 13, written as it comes about. Any text is good for any of it. */
typedef struct _ReboundTap ReboundTap;

/* @stream stays the caller's, and outlives it. Writes the version. */
ReboundTap *rebound_tap_new (FILE *stream);
void rebound_tap_free (ReboundTap *self);

/* A line for people, or several where @text has them. */
void rebound_tap_comment (ReboundTap *self, const char *text);

/* A test point; they are counted here. */
void rebound_tap_point (ReboundTap *self, gboolean ok, const char *description);

/* One that was not tried. */
void rebound_tap_skip (ReboundTap *self, const char *description, const char *why);

/* One of which it is known that it fails. */
void rebound_tap_todo (ReboundTap *self, gboolean ok, const char *description, const char *why);

/* What is to be said of the point before: begin, any number of the others, end. Keys are words. */
void rebound_tap_begin_block (ReboundTap *self);
void rebound_tap_block_text (ReboundTap *self, const char *key, const char *text);
void rebound_tap_block_number (ReboundTap *self, const char *key, gint64 number);
void rebound_tap_block_list (ReboundTap *self, const char *key, const char *const *texts);
void rebound_tap_end_block (ReboundTap *self);

/* The points up to the end are those of one that is called @name; the end writes their plan, and
 * the point that stands for them comes after it: rebound_tap_point() and the like. */
void rebound_tap_begin_subtest (ReboundTap *self, const char *name);
void rebound_tap_end_subtest (ReboundTap *self);

/* Whoever reads it is to go on with nothing else. */
void rebound_tap_bail_out (ReboundTap *self, const char *why);

/* How many points there are, once there are no more of them. With none of them, @why_none says why.
 */
void rebound_tap_plan (ReboundTap *self, const char *why_none);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTap, rebound_tap_free)

G_END_DECLS
