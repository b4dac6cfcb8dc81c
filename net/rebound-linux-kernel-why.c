/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `why web` in a script: would the bind succeed now, and who is in its way? It looks, tries, and
 * changes nothing; what it found stays to be expected on. As with every report nobody's log becomes
 * longer by it who has not asked. */

#include "rebound-linux-kernel-class-private.h"

#include <errno.h>
#include <string.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-listener.h"
#include "rebound-net-enums.h"
#include "rebound-run-port-private.h"
#include "rebound-field-private.h"

enum
{
  PORT,
  HOLDERS,
  HOLDER,
  RULE,
  FIX,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* -- what is asked -- */

static gboolean
is_port (const char *text, char **expected)
{
  guint16 port;

  if (rebound_port_parse (text, &port))
    return TRUE;
  *expected = g_strdup ("a port from 1 to 65535");
  return FALSE;
}

static gboolean
is_address (const char *text, char **expected)
{
  return *text == '\0' || rebound_address_is_numeric (text, expected);
}

static GError *
ask_for_actor (ReboundLinuxKernel *self,
               const char *name,
               ReboundPortQuestion *question,
               char **address)
{
  GObject *actor = rebound_site_find (self->world, name);
  struct sockaddr_storage native;
  socklen_t length;

  if (!REBOUND_IS_ENDPOINT (actor))
    return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                        "“%s” has not come to life yet; expected a launch before, or the port's "
                        "number",
                        name);
  if (!rebound_endpoint_fill_address (REBOUND_ENDPOINT (actor), &native, &length))
    return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                        "“%s” has no port now; expected one that has, or the port's number", name);
  question->asker = name;
  question->port = rebound_address_get_port (&native);
  question->is_drawn
      = rebound_port_names_is_drawn (rebound_socket_table_get_names (self->table), question->port);
  if (REBOUND_IS_LISTENER (actor))
    g_object_get (actor, "address", address, "reuse-address", &question->reuse_address,
                  "reuse-port", &question->reuse_port, NULL);
  else
    *address = g_strdup (native.ss_family == AF_INET6 ? "::" : "0.0.0.0");
  return NULL;
}

/* -- what is told -- */

static const char *
answer_word (ReboundPortAnswer answer)
{
  return answer == REBOUND_PORT_UNSEEN ? "?" : answer == REBOUND_PORT_YES ? "yes" : "no";
}

/* Those that differ only in who is at the other end share a row: there may be thousands. */
static gboolean
share_row (const ReboundRunPort *port, const ReboundPortClaim *one, const ReboundPortClaim *other)
{
  const ReboundPortHolder *holder = one->holder;
  const ReboundPortHolder *its = other->holder;
  g_autofree char *ending = rebound_run_port_dup_ending (one);
  g_autofree char *its_ending = rebound_run_port_dup_ending (other);

  return holder->inode == 0 && its->inode == 0 && holder->state == its->state
         && g_strcmp0 (holder->local, its->local) == 0 && g_strcmp0 (holder->owner, its->owner) == 0
         && holder->reuse_address == its->reuse_address
         && memcmp (holder->in_the_way, its->in_the_way, sizeof its->in_the_way) == 0
         && rebound_run_port_get_generation (port, one)
                == rebound_run_port_get_generation (port, other)
         && (one->socket == NULL) == (other->socket == NULL)
         && (one->socket == NULL
             || (one->socket->made_at == other->socket->made_at
                 && one->socket->ending.place == other->socket->ending.place))
         && g_strcmp0 (ending, its_ending) == 0;
}

static void
tell_holder (ReboundLinuxKernel *self,
             const ReboundRunPort *port,
             const ReboundPortClaim *claim,
             guint count,
             gint64 left_usec)
{
  const ReboundPortHolder *holder = claim->holder;
  const ReboundSocket *maker = claim->socket != NULL ? claim->socket : claim->client;
  g_autofree char *ending = rebound_run_port_dup_ending (claim);

  g_signal_emit (self, signals[HOLDER], 0, rebound_port_state_name (holder->state),
                 claim->holder->local, claim->holder->remote, answer_word (holder->reuse_address),
                 answer_word (rebound_run_port_is_in_the_way (port, claim)), holder->owner,
                 rebound_run_port_get_generation (port, claim),
                 maker != NULL ? maker->made_at : NULL, ending,
                 claim->socket != NULL ? claim->socket->ending.place : NULL, holder->backlog,
                 holder->backlog_limit, left_usec, count - 1);
}

static void
tell_holders (ReboundLinuxKernel *self, const ReboundRunPort *port)
{
  g_autofree gboolean *is_told = g_new0 (gboolean, port->claims->len + 1);

  if (port->claims->len > 0)
    g_signal_emit (self, signals[HOLDERS], 0, port->claims->len);
  for (guint i = 0; i < port->claims->len; i++)
    {
      const ReboundPortClaim *claim = port->claims->pdata[i];
      gint64 left_usec = claim->holder->time_left_usec;
      guint count = 1;

      for (guint j = i + 1; j < port->claims->len && !is_told[i]; j++)
        {
          const ReboundPortClaim *other = port->claims->pdata[j];

          if (is_told[j] || !share_row (port, claim, other))
            continue;
          is_told[j] = TRUE;
          count++;
          left_usec = MAX (left_usec, other->holder->time_left_usec);
        }
      if (!is_told[i])
        tell_holder (self, port, claim, count, left_usec);
    }
}

/* Each rule once. Who waits in a backlog goes with the listener. */
static void
tell_rules (ReboundLinuxKernel *self, const ReboundRunPort *port)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < port->claims->len; i++)
    {
      const ReboundPortClaim *claim = port->claims->pdata[i];

      if (claim->holder->hold != REBOUND_PORT_HOLD_BACKLOG && claim->holder->rule != NULL
          && g_hash_table_add (told, claim->holder->rule))
        g_signal_emit (self, signals[RULE], 0, rebound_port_state_name (claim->holder->state),
                       claim->holder->local, claim->holder->rule);
    }
}

static void
tell (ReboundLinuxKernel *self, const ReboundRunPort *port)
{
  const ReboundPortReport *report = port->report;

  g_signal_emit (self, signals[PORT], 0, port->question.is_drawn ? 0 : report->port,
                 port->question.address, report->option == REBOUND_PORT_REUSE_ADDRESS,
                 report->is_free, report->verdict);
  tell_holders (self, port);
  if (report->is_free)
    return;
  tell_rules (self, port);
  if (report->fix != NULL)
    g_signal_emit (self, signals[FIX], 0, report->fix);
}

static void
keep_answer (ReboundLinuxKernel *self, const ReboundPortReport *report)
{
  self->port_free = report->is_free;
  g_free (self->port_verdict);
  self->port_verdict = g_strdup (report->verdict);
  g_free (self->port_fix);
  self->port_fix = g_strdup (report->fix != NULL ? report->fix : "");
}

static GError *
action_why (ReboundLinuxKernel *self,
            const char *of,
            const char *address,
            ReboundReuseWanted reuse,
            gpointer data)
{
  ReboundPortQuestion question = { 0 };
  g_autofree char *own_address = NULL;
  g_autoptr (ReboundRunPort) port = NULL;
  GError *error = NULL;

  if (self->table == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE, "the run has not begun");
  if (!rebound_port_parse (of, &question.port)
      && (error = ask_for_actor (self, of, &question, &own_address)) != NULL)
    return error;
  question.address = *address != '\0' ? address : own_address != NULL ? own_address : "0.0.0.0";
  if (rebound_linux_kernel_keeps_to_loopback (self->world))
    question.address = rebound_address_loopback_of (question.address);
  if (reuse != REBOUND_REUSE_WANTED_AS_IT_IS)
    question.reuse_address = reuse == REBOUND_REUSE_WANTED_YES;
  port = rebound_run_port_new (self->table, self->diag, self->world, &question, TRUE);
  keep_answer (self, port->report);
  tell (self, port);
  return NULL;
}

/* -- what describe shows -- */

static GParamSpec *
boolean_spec (const char *name, const char *blurb)
{
  return g_param_spec_boolean (name, NULL, blurb, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

#define REPORT_GROUP (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_SOCKETS)

static void
install_holder (ReboundLinuxKernelClass *klass)
{
  signals[HOLDER] = rebound_class_install_signal (
      klass, "why-holder", REPORT_GROUP,
      "{state:11} {local:22} {foreign:18} {reuse-address:9} {in-the-way:10} {owner}"
      "[, generation {generation}][, line {line}][; {ended}][, line {ended-line}][; {backlog} of "
      "{backlog-limit} wait]"
      "[; {left} left][; and {more} more like it]",
      "why: a socket on the port, the one hardest to get rid of first",
      rebound_field_string_spec (
          "state", "the TCP state; BOUND of one that neither listens nor is connected"),
      rebound_field_string_spec ("local", "its own end: ADDRESS:PORT"),
      rebound_field_string_spec ("foreign",
                                 "the other end; the connection's name in place of a drawn port"),
      rebound_field_string_spec ("reuse-address", "whether it has SO_REUSEADDR: yes, no or ?"),
      rebound_field_string_spec ("in-the-way",
                                 "whether it is in the way of the bind: yes, no or ?"),
      rebound_field_string_spec (
          "owner", "whose it is: an actor, or “backlog of” one for who was not accepted, or "
                   "“somebody else”"),
      rebound_field_count_spec ("generation", "the listener's generation that it is of"),
      rebound_field_optional_spec (
          "line", "the script's line that made it, or caused it; of who waits in a "
                  "backlog its client's"),
      rebound_field_optional_spec ("ended", "who ended the connection first"),
      rebound_field_optional_spec ("ended-line", "and on which line of the script"),
      rebound_field_count_spec ("backlog", "of a listener: how many wait to be accepted"),
      rebound_field_count_spec ("backlog-limit", "of a listener: how many may"),
      rebound_param_spec_duration ("left", NULL, "for how long it remains by the run's clock", -1,
                                   G_MAXINT64, -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      rebound_field_count_spec (
          "more", "how many others there are that differ in the other end alone; left is "
                  "the longest of all"),
      NULL);
}

static void
install_signals (ReboundLinuxKernelClass *klass)
{
  signals[PORT] = rebound_class_install_signal (
      klass, "why-port", REPORT_GROUP, "{verdict}", "why: whether a bind would succeed now",
      rebound_field_count_spec ("port", "the port, 0 for one that was drawn"),
      rebound_field_string_spec ("address", "the address that would be bound"),
      boolean_spec ("reuse-address", "whether with SO_REUSEADDR"),
      boolean_spec ("free", "whether it would succeed"),
      rebound_field_string_spec ("verdict", "that in a sentence, and why not"), NULL);
  signals[HOLDERS] = rebound_class_install_signal (
      klass, "why-holders", REPORT_GROUP,
      "State       Local Address          Foreign Address    REUSEADDR In the way Whose",
      "why: the table's head; rows for the sockets on the port follow",
      rebound_field_count_spec ("count", "how many sockets there are"), NULL);
  install_holder (klass);
  signals[RULE]
      = rebound_class_install_signal (klass, "why-rule", REPORT_GROUP,
                                      "why: {state} {local}: {rule}",
                                      "why: the rule by which a socket is in the way",
                                      rebound_field_string_spec ("state", "its state"),
                                      rebound_field_string_spec ("local", "its own end"),
                                      rebound_field_string_spec ("rule", "the rule"), NULL);
  signals[FIX] = rebound_class_install_signal (klass, "why-fix", REPORT_GROUP, "fix: {fix}",
                                               "why: the cheapest cure, in a script's terms",
                                               rebound_field_string_spec ("fix", "the cure"), NULL);
}

void
rebound_linux_kernel_install_why (ReboundLinuxKernelClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamSpec *of = rebound_param_spec_reference (
      "of", NULL, "the listener or socket that wants its port, or the port's number", is_port,
      flags | REBOUND_PARAM_REQUIRED);

  rebound_param_spec_reference_set_target (of, REBOUND_TYPE_ENDPOINT);
  rebound_class_install_action (
      klass, "why", G_CALLBACK (action_why), NULL,
      "say whether a bind would succeed now, and if not who has the port, by which rule, and the "
      "cheapest cure; it changes nothing. “why web” is the same as a statement of its own",
      of,
      rebound_param_spec_text ("address", NULL,
                               "the address to bind; the actor's if empty, 0.0.0.0 with a number",
                               "", is_address, flags),
      g_param_spec_enum ("reuse-address", NULL, "whether with SO_REUSEADDR",
                         REBOUND_TYPE_REUSE_WANTED, REBOUND_REUSE_WANTED_AS_IT_IS, flags),
      NULL);
  install_signals (klass);
}
