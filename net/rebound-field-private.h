/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A property that is just a member of its object's struct: read and written by the type of its
 * value. A gboolean, gint, guint, gint64, an enumeration, or an owned string that is never NULL. */
void rebound_field_get (gconstpointer field, GValue *value);
void rebound_field_set (gpointer field, const GValue *value);

/* What is read and never set: a property, or an argument of a signal. A text, one that an event may
 * be without, and a number of things. (transfer floating) */
GParamSpec *rebound_field_string_spec (const char *name, const char *blurb);
GParamSpec *rebound_field_optional_spec (const char *name, const char *blurb);
GParamSpec *rebound_field_count_spec (const char *name, const char *blurb);

G_END_DECLS
