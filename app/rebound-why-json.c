/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound why --json: every fact, under keys that stay. What is not known is null. */

#include "net/rebound-errno.h"
#include "rebound-json-text.h"
#include "rebound-why.h"

static const char *const option_keys[REBOUND_PORT_N_OPTIONS] = {
  [REBOUND_PORT_PLAIN] = "none",
  [REBOUND_PORT_REUSE_ADDRESS] = "reuse_address",
  [REBOUND_PORT_REUSE_PORT] = "reuse_port",
};

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* Where it does not apply: null. */
static void
add_number (JsonBuilder *builder, const char *key, gint64 value, gboolean applies)
{
  json_builder_set_member_name (builder, key);
  if (applies)
    json_builder_add_int_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_answer (JsonBuilder *builder, const char *key, ReboundPortAnswer answer)
{
  json_builder_set_member_name (builder, key);
  if (answer == REBOUND_PORT_UNSEEN)
    json_builder_add_null_value (builder);
  else
    json_builder_add_boolean_value (builder, answer == REBOUND_PORT_YES);
}

static void
add_try (JsonBuilder *builder, const ReboundPortTry *attempt)
{
  g_autofree char *address = g_inet_address_to_string (attempt->address);

  json_builder_begin_object (builder);
  add_string (builder, "address", address);
  for (guint i = 0; i < REBOUND_PORT_N_TRIED; i++)
    add_string (builder, option_keys[i],
                attempt->errors[i] != 0 ? rebound_errno_name (attempt->errors[i]) : NULL);
  json_builder_end_object (builder);
}

static void
add_processes (JsonBuilder *builder, GPtrArray *processes)
{
  json_builder_set_member_name (builder, "processes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < processes->len; i++)
    {
      const ReboundPortProcess *process = processes->pdata[i];

      json_builder_begin_object (builder);
      add_number (builder, "pid", process->pid, TRUE);
      add_string (builder, "name", process->name);
      add_string (builder, "command", process->command);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_holder (JsonBuilder *builder, const ReboundPortHolder *holder)
{
  gboolean is_listener = holder->hold == REBOUND_PORT_HOLD_LISTENING;
  gboolean is_ipv6 = g_inet_address_get_family (holder->address) == G_SOCKET_FAMILY_IPV6;

  json_builder_begin_object (builder);
  add_string (builder, "hold", rebound_port_hold_nick (holder->hold));
  add_string (builder, "state", rebound_port_state_name (holder->state));
  add_string (builder, "local", holder->local);
  add_string (builder, "remote", holder->remote);
  add_answer (builder, "v6only", is_ipv6 ? holder->v6only : REBOUND_PORT_UNSEEN);
  add_answer (builder, "reuse_address", holder->reuse_address);
  add_answer (builder, "reuse_port", holder->reuse_port);
  add_number (builder, "time_left_usec", holder->time_left_usec, holder->time_left_usec >= 0);
  add_number (builder, "backlog", holder->backlog, is_listener);
  add_number (builder, "backlog_limit", holder->backlog_limit, is_listener);
  add_number (builder, "uid", holder->uid, holder->inode != 0);
  add_string (builder, "user", holder->user);
  add_number (builder, "inode", (gint64) holder->inode, holder->inode != 0);
  add_processes (builder, holder->processes);
  json_builder_set_member_name (builder, "in_the_way");
  json_builder_begin_object (builder);
  for (guint i = 0; i < REBOUND_PORT_N_OPTIONS; i++)
    add_answer (builder, option_keys[i], holder->in_the_way[i]);
  json_builder_end_object (builder);
  add_string (builder, "rule", holder->rule);
  json_builder_end_object (builder);
}

static void
add_report (JsonBuilder *builder, const ReboundPortReport *report)
{
  json_builder_begin_object (builder);
  add_number (builder, "port", report->port, TRUE);
  add_string (builder, "option", option_keys[report->option]);
  add_answer (builder, "free", report->is_free ? REBOUND_PORT_YES : REBOUND_PORT_NO);
  add_string (builder, "verdict", report->verdict);
  add_string (builder, "fix", report->fix);
  json_builder_set_member_name (builder, "binds");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->tries->len; i++)
    add_try (builder, report->tries->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "holders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->holders->len; i++)
    add_holder (builder, report->holders->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "unseen");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->unseen->len; i++)
    json_builder_add_string_value (builder, report->unseen->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
rebound_why_print_json (const ReboundPortReport *report, FILE *stream)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  add_report (builder, report);
  text = rebound_json_to_text (builder);
  fprintf (stream, "%s\n", text);
}
