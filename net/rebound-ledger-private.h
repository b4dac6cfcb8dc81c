/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection.h"

G_BEGIN_DECLS

/* The connections of an actor by their names, those that have ended too: what went over each, and
 * how it ended. A listener and a client have one, and with it the same readings. */
typedef struct _ReboundLedger ReboundLedger;

ReboundLedger *rebound_ledger_new (void);
void rebound_ledger_free (ReboundLedger *self);

/* Another life begins, and nothing is known of the one before. */
void rebound_ledger_begin (ReboundLedger *self);

/* @connection is not held: its end is to be noted before it is gone. @name is a GRefString. */
void rebound_ledger_add (ReboundLedger *self, char *name, ReboundConnection *connection);
void rebound_ledger_note_end (ReboundLedger *self, ReboundConnection *connection, const char *how);

/* The process is gone: what is known of the open ones is kept. */
void rebound_ledger_abandon (ReboundLedger *self);

/* NULL if a connection of that name is open, or @name is ""; else an error that names those that
 * are. (transfer full) */
GError *rebound_ledger_check (ReboundLedger *self, const char *name);

/* -- what a script reads of it -- */

#define REBOUND_LEDGER_N_READINGS 7

/* last-end, given-bytes … left-bytes: as many properties from *@first on. */
void rebound_ledger_install_readings (GParamSpec **first);

/* @of is a connection, or "": all of them together, and the last end. */
void rebound_ledger_get_reading (ReboundLedger *self, const char *of, guint reading, GValue *value);

/* The setting that says of which. */
GParamSpec *rebound_ledger_spec_of (GParamFlags flags);

G_END_DECLS
