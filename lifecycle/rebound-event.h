/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * ReboundEventGroup:
 * @REBOUND_EVENT_GROUP_LIFE: the application and the device: callbacks, states
 * @REBOUND_EVENT_GROUP_ACTORS: what the actors did and what happened to them
 * @REBOUND_EVENT_GROUP_SOCKETS: sockets as the kernel has them: descriptors, TCP states
 * @REBOUND_EVENT_GROUP_SCRIPT: the statements of the script as they are played
 * @REBOUND_EVENT_GROUP_CHECKS: expectations, and what ends a run
 * @REBOUND_EVENT_GROUP_PACKETS: segments on the wire, in a run that captures them
 * @REBOUND_EVENT_GROUP_EXPLANATIONS: at the end of a run: why something was lost, refused or reset
 * @REBOUND_EVENT_GROUP_POOL: what a pool decides about its connections, and why
 * @REBOUND_EVENT_GROUP_STATISTICS: at the end of a run: what came together over it, an actor an
 *   event; those of a kind are the rows of a table, and their fields its columns
 *
 * What an event is about; a sink can be told which groups to show. Since: 0.1
 */
typedef enum
{
  REBOUND_EVENT_GROUP_LIFE = 1 << 0,
  REBOUND_EVENT_GROUP_ACTORS = 1 << 1,
  REBOUND_EVENT_GROUP_SOCKETS = 1 << 2,
  REBOUND_EVENT_GROUP_SCRIPT = 1 << 3,
  REBOUND_EVENT_GROUP_CHECKS = 1 << 4,
  REBOUND_EVENT_GROUP_PACKETS = 1 << 5,
  REBOUND_EVENT_GROUP_EXPLANATIONS = 1 << 6,
  REBOUND_EVENT_GROUP_POOL = 1 << 7,
  REBOUND_EVENT_GROUP_STATISTICS = 1 << 8,
} ReboundEventGroup;

/**
 * ReboundEvent:
 *
 * Something that happened in a run: a value, complete in itself, that is the same in every run of
 * the same script. Since: 0.1
 */
typedef struct _ReboundEvent ReboundEvent;

#define REBOUND_TYPE_EVENT (rebound_event_get_type ())
REBOUND_API GType rebound_event_get_type (void) G_GNUC_CONST;

/**
 * rebound_event_ref:
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
REBOUND_API ReboundEvent *rebound_event_ref (ReboundEvent *self);

/**
 * rebound_event_unref:
 *
 * Gives a reference back. Since: 0.1
 */
REBOUND_API void rebound_event_unref (ReboundEvent *self);

/**
 * rebound_event_get_number:
 *
 * Returns: the event's number in its run, from 1
 * Since: 0.1
 */
REBOUND_API guint64 rebound_event_get_number (ReboundEvent *self);

/**
 * rebound_event_get_time_usec:
 *
 * Returns: when it happened, in microseconds of the run's clock
 * Since: 0.1
 */
REBOUND_API gint64 rebound_event_get_time_usec (ReboundEvent *self);

/**
 * rebound_event_get_actor:
 *
 * Returns: (transfer none): the name of what it happened to, such as "web" or "app"
 * Since: 0.1
 */
REBOUND_API const char *rebound_event_get_actor (ReboundEvent *self);

/**
 * rebound_event_get_kind:
 *
 * Returns: (transfer none): what happened, by its signal's name, such as "did-enter-background"
 * Since: 0.1
 */
REBOUND_API const char *rebound_event_get_kind (ReboundEvent *self);

/**
 * rebound_event_get_group:
 *
 * Returns: what it is about
 * Since: 0.1
 */
REBOUND_API ReboundEventGroup rebound_event_get_group (ReboundEvent *self);

/**
 * rebound_event_get_text:
 *
 * Returns: (transfer none): what happened, in a sentence for people, without time and actor
 * Since: 0.1
 */
REBOUND_API const char *rebound_event_get_text (ReboundEvent *self);

/**
 * rebound_event_get_source:
 *
 * Returns: (transfer none) (nullable): "file:line" of the statement that was being played
 * Since: 0.1
 */
REBOUND_API const char *rebound_event_get_source (ReboundEvent *self);

/**
 * rebound_event_get_n_fields:
 *
 * Returns: how many fields the event has of its own
 * Since: 0.1
 */
REBOUND_API guint rebound_event_get_n_fields (ReboundEvent *self);

/**
 * rebound_event_get_field_name:
 * @index: less than rebound_event_get_n_fields()
 *
 * Returns: (transfer none): the field's name
 * Since: 0.1
 */
REBOUND_API const char *rebound_event_get_field_name (ReboundEvent *self, guint index);

/**
 * rebound_event_get_field_value:
 * @index: less than rebound_event_get_n_fields()
 *
 * Returns: (transfer none): the field's value
 * Since: 0.1
 */
REBOUND_API const GValue *rebound_event_get_field_value (ReboundEvent *self, guint index);

/**
 * rebound_event_get_field_spec:
 * @index: less than rebound_event_get_n_fields()
 *
 * Returns: (transfer none): the specification of the field: a duration, an enumeration, …
 * Since: 0.1
 */
REBOUND_API GParamSpec *rebound_event_get_field_spec (ReboundEvent *self, guint index);

/**
 * rebound_event_may_lack:
 * @pspec: a parameter of a signal
 *
 * A string may be nothing where the default of its specification is %NULL, and a duration where its
 * minimum is below 0; an event is without such a field then.
 *
 * Returns: %TRUE if an event of the signal may be without the field
 * Since: 0.1
 */
REBOUND_API gboolean rebound_event_may_lack (GParamSpec *pspec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundEvent, rebound_event_unref)

G_END_DECLS
