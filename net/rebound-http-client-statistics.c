/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client has come to. Its properties are those of the process that lives, as everything else
 * in it: they begin with nothing when the application is launched again. Whoever compares policies
 * over a day wants the day, so at the end of a run the sum of all lives is told. */

#include "rebound-http-client-private.h"
#include "rebound-field-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"

static guint statistics_signal;

gint64
rebound_http_statistics_get_first_byte_usec (const ReboundHttpStatistics *self)
{
  return self->n_answered > 0 ? self->first_byte_usec / self->n_answered : -1;
}

static void
add (ReboundHttpStatistics *self, const ReboundHttpStatistics *other)
{
  self->n_sent += other->n_sent;
  self->n_answered += other->n_answered;
  self->n_failed += other->n_failed;
  self->n_maybe_delivered += other->n_maybe_delivered;
  self->n_retried += other->n_retried;
  self->n_created += other->n_created;
  self->n_reused += other->n_reused;
  self->n_saved += other->n_saved;
  self->n_expired += other->n_expired;
  self->n_closed_by_server += other->n_closed_by_server;
  self->n_retired += other->n_retired;
  self->n_cleared += other->n_cleared;
  self->first_byte_usec += other->first_byte_usec;
}

void
rebound_http_client_begin_statistics (ReboundHttpClient *self)
{
  add (&self->earlier, &self->statistics);
  self->statistics = (ReboundHttpStatistics){ 0 };
}

void
rebound_http_client_take_over (ReboundActor *actor, ReboundActor *earlier)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);
  const ReboundHttpClient *before = REBOUND_HTTP_CLIENT (earlier);

  self->earlier = before->earlier;
  add (&self->earlier, &before->statistics);
}

/* A client that nothing was asked of has nothing to say. */
void
rebound_http_client_tell_summary (ReboundActor *actor)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);
  ReboundHttpStatistics sum = self->earlier;

  add (&sum, &self->statistics);
  if (sum.n_sent > 0)
    g_signal_emit (self, statistics_signal, 0, self->policy, sum.n_sent, sum.n_answered,
                   sum.n_failed, sum.n_maybe_delivered, sum.n_retried, sum.n_created, sum.n_reused,
                   sum.n_saved, sum.n_expired, sum.n_closed_by_server, sum.n_retired, sum.n_cleared,
                   rebound_http_statistics_get_first_byte_usec (&sum));
}

void
rebound_http_client_install_statistics (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  statistics_signal = rebound_class_install_signal (
      klass, "statistics", REBOUND_EVENT_GROUP_STATISTICS,
      "{requests} requests by policy {policy}: {answered} answered, {failed} failed; "
      "{connections-created} connections created, {connects-saved} connects saved",
      "at the end of a run: what became of the requests and connections of all its lives",
      g_param_spec_enum ("policy", NULL, "how the pool behaved", REBOUND_TYPE_HTTP_POLICY,
                         REBOUND_HTTP_POLICY_REBOUND, flags),
      rebound_field_count_spec ("requests", "as sent-count"),
      rebound_field_count_spec ("answered", "as answered-count"),
      rebound_field_count_spec ("failed", "as failed-count"),
      rebound_field_count_spec ("maybe-delivered", "as maybe-delivered-count"),
      rebound_field_count_spec ("retried", "as retried-count"),
      rebound_field_count_spec ("connections-created", "as created-count"),
      rebound_field_count_spec ("reused", "as reused-count"),
      rebound_field_count_spec ("connects-saved", "as saved-count"),
      rebound_field_count_spec ("expired", "as expired-count"),
      rebound_field_count_spec ("closed-by-server", "as server-closed-count"),
      rebound_field_count_spec ("retired", "as retired-count"),
      rebound_field_count_spec ("cleared", "as cleared-count"),
      rebound_param_spec_duration ("first-byte", NULL,
                                   "as first-byte; none where nothing was answered", -1, G_MAXINT64,
                                   0, flags),
      NULL);
}
