/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-value-private.h"

G_BEGIN_DECLS

/* What a kind of value knows. Numbers are in rebound-value-numbers.c, words in
 * rebound-value-words.c, and rebound-value.c tells by a specification which it is. */
typedef struct
{
  /* Sets @value, which is initialised; @problem is set where it returns FALSE. */
  gboolean (*parse) (GParamSpec *pspec, const char *text, GValue *value, char **problem);
  char *(*to_string) (GParamSpec *pspec, const GValue *value);
  char *(*describe) (GParamSpec *pspec);
  gboolean is_ordered;
} ReboundValueKind;

extern const ReboundValueKind rebound_value_kind_signed;   /* gint and gint64 */
extern const ReboundValueKind rebound_value_kind_unsigned; /* guint and guint64 */
extern const ReboundValueKind rebound_value_kind_double;
extern const ReboundValueKind rebound_value_kind_duration;
extern const ReboundValueKind rebound_value_kind_size;
extern const ReboundValueKind rebound_value_kind_boolean;
extern const ReboundValueKind rebound_value_kind_enum;
extern const ReboundValueKind rebound_value_kind_flags;
extern const ReboundValueKind rebound_value_kind_string;
extern const ReboundValueKind rebound_value_kind_reference;

G_END_DECLS
