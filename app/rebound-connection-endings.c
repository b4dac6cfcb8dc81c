/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A state says that a connection is over, and seldom how: ESTABLISHED becomes CLOSED by a RST, and
 * by two FINs within an instant. The packets tell. */

#include "rebound-connection-endings.h"

#include <string.h>

#include "rebound-event-fields.h"

struct _ReboundConnectionEndings
{
  GHashTable *endings; /* name → ReboundConnectionEnding */
};

static void
ending_free (gpointer data)
{
  ReboundConnectionEnding *ending = data;

  g_free (ending->by);
  g_free (ending);
}

ReboundConnectionEndings *
rebound_connection_endings_new (void)
{
  ReboundConnectionEndings *self = g_new0 (ReboundConnectionEndings, 1);

  self->endings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, ending_free);
  return self;
}

void
rebound_connection_endings_free (ReboundConnectionEndings *self)
{
  g_hash_table_unref (self->endings);
  g_free (self);
}

static gboolean
has_flag (ReboundEvent *packet, char flag)
{
  return strchr (rebound_event_fields_get_string (packet, "flags"), flag) != NULL;
}

const char *
rebound_connection_endings_name (ReboundEvent *packet)
{
  const char *from = rebound_event_fields_get_string (packet, "from");
  const char *to = rebound_event_fields_get_string (packet, "to");

  if (strchr (from, '#') != NULL)
    return from;
  return strchr (to, '#') != NULL ? to : NULL;
}

gboolean
rebound_connection_endings_is_first (ReboundEvent *packet)
{
  return has_flag (packet, 'S') && !has_flag (packet, '.');
}

/* One that refuses a SYN has no number of its own, and ends nothing. */
static gboolean
is_reset (ReboundEvent *packet)
{
  return has_flag (packet, 'R') && rebound_event_fields_get_number (packet, "seq") > 0;
}

void
rebound_connection_endings_take (ReboundConnectionEndings *self, ReboundEvent *packet)
{
  const char *connection = rebound_connection_endings_name (packet);
  gboolean is_over = is_reset (packet);
  ReboundConnectionEnding *ending;

  if (connection == NULL)
    return;
  if (rebound_connection_endings_is_first (packet))
    g_hash_table_remove (self->endings, connection);
  ending = g_hash_table_lookup (self->endings, connection);
  if ((!is_over && !has_flag (packet, 'F'))
      || (ending != NULL && (!is_over || strcmp (ending->flag, "RST") == 0)))
    return;
  ending = g_new0 (ReboundConnectionEnding, 1);
  ending->flag = is_over ? "RST" : "FIN";
  ending->by = g_strdup (rebound_event_fields_get_string (packet, "from"));
  g_hash_table_insert (self->endings, g_strdup (connection), ending);
}

const ReboundConnectionEnding *
rebound_connection_endings_look_up (ReboundConnectionEndings *self, const char *connection)
{
  return g_hash_table_lookup (self->endings, connection);
}
