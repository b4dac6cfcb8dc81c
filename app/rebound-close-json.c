/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound table close --json: every cell by itself, unmerged, with bytes instead of words. */

#include "rebound-close-json.h"

#include "net/rebound-errno.h"
#include "net/rebound-net-enums.h"
#include "net/rebound-port-report.h"
#include "rebound-json-text.h"

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_enum (JsonBuilder *builder, const char *key, GType type, int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  add_string (builder, key, g_enum_get_value (klass, value)->value_nick);
}

static void
add_bytes (JsonBuilder *builder, const char *key, guint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_boolean (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

/* Bytes, or the errno's name. */
static void
add_result (JsonBuilder *builder, int result)
{
  if (result < 0)
    json_builder_add_string_value (builder, rebound_errno_name (-result));
  else
    json_builder_add_int_value (builder, result);
}

static void
add_results (JsonBuilder *builder, const char *key, const int results[2])
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  add_result (builder, results[0]);
  add_result (builder, results[1]);
  json_builder_end_array (builder);
}

static void
add_answers (JsonBuilder *builder, const ReboundCloseAnswers *answers)
{
  json_builder_begin_object (builder);
  add_enum (builder, "peer", REBOUND_TYPE_CLOSE_PEER, (int) answers->peer);
  add_boolean (builder, "shut_down", answers->is_shut_down);
  add_boolean (builder, "input_unread", answers->has_unread);
  add_string (builder, "state", rebound_port_state_name (answers->state));
  add_bytes (builder, "input_bytes", answers->input_bytes);
  add_results (builder, "recvs", answers->recvs);
  add_results (builder, "sends_after", answers->sends_after);
  add_results (builder, "sends", answers->sends);
  add_bytes (builder, "input_bytes_after", answers->input_bytes_after);
  json_builder_set_member_name (builder, "recv_after");
  add_result (builder, answers->recv_after);
  json_builder_end_object (builder);
}

/* What the peer's last read said: null where it had gone. */
static void
add_end (JsonBuilder *builder, int peer_end)
{
  json_builder_set_member_name (builder, "peer_end");
  if (peer_end < 0)
    json_builder_add_null_value (builder);
  else
    add_result (builder, -peer_end);
}

static void
add_outcome (JsonBuilder *builder, const ReboundCloseOutcome *outcome)
{
  json_builder_begin_object (builder);
  add_enum (builder, "peer", REBOUND_TYPE_CLOSE_PEER, (int) outcome->peer);
  add_enum (builder, "way", REBOUND_TYPE_CLOSE_WAY, (int) outcome->way);
  add_boolean (builder, "input_unread", outcome->has_unread);
  add_enum (builder, "flight", REBOUND_TYPE_CLOSE_FLIGHT, (int) outcome->flight);
  add_bytes (builder, "given_bytes", outcome->given_bytes);
  add_bytes (builder, "delivered_bytes", outcome->delivered_bytes);
  add_end (builder, outcome->peer_end);
  add_enum (builder, "time_wait", REBOUND_TYPE_TIME_WAIT_OWNER, (int) outcome->time_wait);
  add_bytes (builder, "lost_bytes", outcome->lost_bytes);
  add_bytes (builder, "left_bytes", outcome->left_bytes);
  json_builder_end_object (builder);
}

void
rebound_close_print_json (const ReboundCloseTable *table, FILE *stream)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "outcomes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < table->outcomes->len; i++)
    add_outcome (builder, &g_array_index (table->outcomes, ReboundCloseOutcome, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "answers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < table->answers->len; i++)
    add_answers (builder, &g_array_index (table->answers, ReboundCloseAnswers, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = rebound_json_to_text (builder);
  fprintf (stream, "%s\n", text);
}
