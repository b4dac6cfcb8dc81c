/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * REBOUND_PARAM_REQUIRED:
 *
 * A #GParamFlags of a property without which an actor makes no sense: a script's declaration has to
 * give it. Since: 0.1
 */
#define REBOUND_PARAM_REQUIRED (1 << G_PARAM_USER_SHIFT)

/**
 * rebound_param_spec_duration:
 * @minimum_usec: the least value, in microseconds
 * @maximum_usec: the greatest value, in microseconds
 * @default_usec: the default, in microseconds
 *
 * A #gint64 property that is a time; scripts write it with a unit (200ms, 1.5s).
 *
 * Returns: (transfer floating): the specification
 * Since: 0.1
 */
REBOUND_API GParamSpec *rebound_param_spec_duration (const char *name,
                                                     const char *nick,
                                                     const char *blurb,
                                                     gint64 minimum_usec,
                                                     gint64 maximum_usec,
                                                     gint64 default_usec,
                                                     GParamFlags flags);
REBOUND_API GType rebound_param_duration_get_type (void) G_GNUC_CONST;
#define REBOUND_TYPE_PARAM_DURATION (rebound_param_duration_get_type ())
#define REBOUND_IS_PARAM_SPEC_DURATION(p)                                                          \
  (G_TYPE_CHECK_INSTANCE_TYPE ((p), REBOUND_TYPE_PARAM_DURATION))

/**
 * rebound_param_spec_size:
 * @minimum_bytes: the least value, in bytes
 * @maximum_bytes: the greatest value, in bytes
 * @default_bytes: the default, in bytes
 *
 * A #gint64 property that is a number of bytes; scripts write it with a unit (64KiB).
 *
 * Returns: (transfer floating): the specification
 * Since: 0.1
 */
REBOUND_API GParamSpec *rebound_param_spec_size (const char *name,
                                                 const char *nick,
                                                 const char *blurb,
                                                 gint64 minimum_bytes,
                                                 gint64 maximum_bytes,
                                                 gint64 default_bytes,
                                                 GParamFlags flags);
REBOUND_API GType rebound_param_size_get_type (void) G_GNUC_CONST;
#define REBOUND_TYPE_PARAM_SIZE       (rebound_param_size_get_type ())
#define REBOUND_IS_PARAM_SPEC_SIZE(p) (G_TYPE_CHECK_INSTANCE_TYPE ((p), REBOUND_TYPE_PARAM_SIZE))

/**
 * ReboundReferenceValidator:
 * @text: a value that is not the name of an actor
 * @expected: (out) (transfer full): what was expected, where it is wrong
 *
 * Says whether @text is good in itself, as an address is for a property that takes an actor or an
 * address.
 *
 * Returns: %TRUE if it is
 * Since: 0.1
 */
typedef gboolean (*ReboundReferenceValidator) (const char *text, char **expected);

/**
 * rebound_param_spec_reference:
 * @validator: (nullable) (scope forever): what else is good; %NULL for actors' names alone
 *
 * A string property that names another actor of the script, or something that @validator accepts.
 * The checker holds a script's value against the names that it declares.
 *
 * Returns: (transfer floating): the specification
 * Since: 0.1
 */
REBOUND_API GParamSpec *rebound_param_spec_reference (const char *name,
                                                      const char *nick,
                                                      const char *blurb,
                                                      ReboundReferenceValidator validator,
                                                      GParamFlags flags);
/**
 * rebound_param_spec_reference_set_target:
 * @pspec: a reference
 * @target: a class or an interface
 *
 * Says that only actors that are @target can be meant. Since: 0.1
 */
REBOUND_API void rebound_param_spec_reference_set_target (GParamSpec *pspec, GType target);

/**
 * rebound_param_spec_reference_get_target:
 * @pspec: a reference
 *
 * Returns: what an actor must be to be meant; %G_TYPE_OBJECT for any
 * Since: 0.1
 */
REBOUND_API GType rebound_param_spec_reference_get_target (GParamSpec *pspec);
REBOUND_API GType rebound_param_reference_get_type (void) G_GNUC_CONST;
/**
 * rebound_param_spec_reference_get_validator:
 * @pspec: a reference
 *
 * Returns: (nullable): what it was made with
 * Since: 0.1
 */
REBOUND_API ReboundReferenceValidator
rebound_param_spec_reference_get_validator (GParamSpec *pspec);

/**
 * rebound_param_spec_set_holding:
 * @pspec: of an enumeration
 * @value: one of its values
 *
 * Says that an actor whose property has this value may keep its application running in the
 * background: what becomes of it then can only be known by playing, and the check of a script does
 * not look further ahead. Since: 0.1
 */
REBOUND_API void rebound_param_spec_set_holding (GParamSpec *pspec, gint value);

/**
 * rebound_param_spec_is_holding:
 * @pspec: any
 * @value: a value of it
 *
 * Returns: %TRUE if it is the one of rebound_param_spec_set_holding()
 * Since: 0.1
 */
REBOUND_API gboolean rebound_param_spec_is_holding (GParamSpec *pspec, const GValue *value);

/**
 * rebound_param_spec_text:
 * @default_text: the default
 * @validator: (scope forever): what is good
 *
 * A string property whose values have a form, such as an address; the checker holds a script's
 * value against
 * @validator.
 *
 * Returns: (transfer floating): the specification
 * Since: 0.1
 */
REBOUND_API GParamSpec *rebound_param_spec_text (const char *name,
                                                 const char *nick,
                                                 const char *blurb,
                                                 const char *default_text,
                                                 ReboundReferenceValidator validator,
                                                 GParamFlags flags);
/**
 * rebound_param_spec_text_get_validator:
 * @pspec: a text
 *
 * Returns: (nullable): what it was made with
 * Since: 0.1
 */
REBOUND_API ReboundReferenceValidator rebound_param_spec_text_get_validator (GParamSpec *pspec);
#define REBOUND_TYPE_PARAM_REFERENCE (rebound_param_reference_get_type ())
#define REBOUND_IS_PARAM_SPEC_REFERENCE(p)                                                         \
  (G_TYPE_CHECK_INSTANCE_TYPE ((p), REBOUND_TYPE_PARAM_REFERENCE))

G_END_DECLS
