/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of an HTTP client: its properties and actions, each with the words that
 * describe shows; and an actor's life. */

#include "rebound-http-client-private.h"

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

/* What a browser has open to one host; ASIHTTPRequest's shared queue had four. */
#define MAX_PER_HOST_DEFAULT 6
#define MAX_PER_HOST_MAXIMUM 10000

/* persistentConnectionTimeoutSeconds of ASIHTTPRequest, and SoupSession's idle-timeout. */
#define IDLE_DEFAULT_USEC (60 * (gint64) G_USEC_PER_SEC)

/* An answer that is on its way when the server's time is up comes too late. */
#define MARGIN_DEFAULT_USEC G_USEC_PER_SEC

#define CONNECT_TIMEOUT_DEFAULT_USEC (30 * (gint64) G_USEC_PER_SEC)
#define DAY_USEC                     (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* CURL_MAX_HTTP_HEADER is 100 KiB; Apache's and nginx's own limits are 8 KiB. */
#define HEAD_LIMIT_DEFAULT_BYTES (64 * 1024)
#define HEAD_LIMIT_MAXIMUM_BYTES (16 * 1024 * 1024)

/* A body is held in memory as a whole. */
#define BODY_LIMIT_DEFAULT_BYTES ((gint64) 64 * 1024 * 1024)
#define BODY_LIMIT_MAXIMUM_BYTES ((gint64) 2 * 1024 * 1024 * 1024 - 1)

/* As many as a script may start at once. */
#define COUNT_MAXIMUM 100000

enum
{
  PROP_POLICY = 1,
  PROP_MAX_PER_HOST,
  PROP_IDLE_TIMEOUT,
  PROP_KEEP_ALIVE_MARGIN,
  PROP_CLEAR_ON,
  PROP_IN_BACKGROUND,
  PROP_REUSE_FOR_BODIES,
  PROP_CONNECT_TIMEOUT,
  PROP_REQUEST_TIMEOUT,
  PROP_CONTINUE_FROM,
  PROP_HEAD_LIMIT,
  PROP_BODY_LIMIT,
  PROP_QUIET,
  PROP_SENT_COUNT,
  PROP_ANSWERED_COUNT,
  PROP_FAILED_COUNT,
  PROP_MAYBE_DELIVERED_COUNT,
  PROP_RETRIED_COUNT,
  PROP_CREATED_COUNT,
  PROP_REUSED_COUNT,
  PROP_SAVED_COUNT,
  PROP_EXPIRED_COUNT,
  PROP_SERVER_CLOSED_COUNT,
  PROP_RETIRED_COUNT,
  PROP_CLEARED_COUNT,
  PROP_IDLE_COUNT,
  PROP_OPEN_COUNT,
  PROP_FIRST_BYTE,
  PROP_LAST_STATUS,
  PROP_LAST_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void rebound_http_client_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundHttpClient,
                               rebound_http_client,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_http_client_actor_init))

/* The properties that are members, and nothing more. */
#define FIELD(member)  G_STRUCT_OFFSET (ReboundHttpClient, member)
#define FIGURE(member) G_STRUCT_OFFSET (ReboundHttpClient, statistics.member)

static const gsize fields[N_PROPS] = {
  [PROP_POLICY] = FIELD (policy),
  [PROP_MAX_PER_HOST] = FIELD (max_per_host),
  [PROP_IDLE_TIMEOUT] = FIELD (idle_timeout_usec),
  [PROP_KEEP_ALIVE_MARGIN] = FIELD (margin_usec),
  [PROP_CLEAR_ON] = FIELD (clear_on),
  [PROP_IN_BACKGROUND] = FIELD (in_background),
  [PROP_REUSE_FOR_BODIES] = FIELD (reuse_for_bodies),
  [PROP_CONNECT_TIMEOUT] = FIELD (connect_timeout_usec),
  [PROP_REQUEST_TIMEOUT] = FIELD (request_timeout_usec),
  [PROP_CONTINUE_FROM] = FIELD (continue_from_bytes),
  [PROP_HEAD_LIMIT] = FIELD (head_limit_bytes),
  [PROP_BODY_LIMIT] = FIELD (body_limit_bytes),
  [PROP_QUIET] = FIELD (is_quiet),
  [PROP_SENT_COUNT] = FIGURE (n_sent),
  [PROP_ANSWERED_COUNT] = FIGURE (n_answered),
  [PROP_FAILED_COUNT] = FIGURE (n_failed),
  [PROP_MAYBE_DELIVERED_COUNT] = FIGURE (n_maybe_delivered),
  [PROP_RETRIED_COUNT] = FIGURE (n_retried),
  [PROP_CREATED_COUNT] = FIGURE (n_created),
  [PROP_REUSED_COUNT] = FIGURE (n_reused),
  [PROP_SAVED_COUNT] = FIGURE (n_saved),
  [PROP_EXPIRED_COUNT] = FIGURE (n_expired),
  [PROP_SERVER_CLOSED_COUNT] = FIGURE (n_closed_by_server),
  [PROP_RETIRED_COUNT] = FIGURE (n_retired),
  [PROP_CLEARED_COUNT] = FIGURE (n_cleared),
  [PROP_LAST_STATUS] = FIELD (last_status),
};

static void
rebound_http_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (object);

  switch (id)
    {
    case PROP_IDLE_COUNT:
      g_value_set_uint (value, self->pool != NULL ? rebound_http_pool_count_free (self->pool) : 0);
      break;
    case PROP_OPEN_COUNT:
      g_value_set_uint (value, self->pool != NULL ? rebound_http_pool_count (self->pool) : 0);
      break;
    case PROP_FIRST_BYTE:
      g_value_set_int64 (value,
                         MAX (rebound_http_statistics_get_first_byte_usec (&self->statistics), 0));
      break;
    case PROP_LAST_ERROR:
      g_value_set_string (value, rebound_errno_name (self->last_error));
      break;
    default:
      rebound_field_get (G_STRUCT_MEMBER_P (self, fields[id]), value);
    }
}

static void
rebound_http_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  rebound_field_set (G_STRUCT_MEMBER_P (object, fields[id]), value);
}

static void
rebound_http_client_dispose (GObject *object)
{
  rebound_http_client_abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_http_client_parent_class)->dispose (object);
}

#define SETTING_FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)

static void
install_pool_settings (void)
{
  properties[PROP_POLICY] = g_param_spec_enum (
      "policy", NULL,
      "how the pool behaves; asi: as ASIHTTPRequest 1.8, and its log lines with --show=pool; a "
      "change counts from the next life on",
      REBOUND_TYPE_HTTP_POLICY, REBOUND_HTTP_POLICY_REBOUND, SETTING_FLAGS);
  properties[PROP_MAX_PER_HOST]
      = g_param_spec_uint ("max-per-host", NULL,
                           "how many requests to one host may be on their way; others wait for "
                           "their turn",
                           1, MAX_PER_HOST_MAXIMUM, MAX_PER_HOST_DEFAULT, SETTING_FLAGS);
  properties[PROP_IDLE_TIMEOUT] = rebound_param_spec_duration (
      "idle-timeout", NULL,
      "how long a connection is kept that nobody uses, where the server does not say", 1, DAY_USEC,
      IDLE_DEFAULT_USEC, SETTING_FLAGS);
  properties[PROP_KEEP_ALIVE_MARGIN] = rebound_param_spec_duration (
      "keep-alive-margin", NULL,
      "policy rebound: how much earlier than the server has said a connection is given up", 0,
      DAY_USEC, MARGIN_DEFAULT_USEC, SETTING_FLAGS);
  properties[PROP_CLEAR_ON] = g_param_spec_enum (
      "clear-on", NULL,
      "when idle connections are closed that a policy would keep: the cure of the report, for "
      "policies that know of no lifecycle",
      REBOUND_TYPE_HTTP_CLEAR_ON, REBOUND_HTTP_CLEAR_ON_NOTHING, SETTING_FLAGS);
  properties[PROP_IN_BACKGROUND] = g_param_spec_enum (
      "in-background", NULL,
      "what becomes of requests that are on their way at did-enter-background; finish holds a "
      "background task for them",
      REBOUND_TYPE_HTTP_IN_BACKGROUND, REBOUND_HTTP_IN_BACKGROUND_FINISH, SETTING_FLAGS);
  rebound_param_spec_set_holding (properties[PROP_IN_BACKGROUND],
                                  REBOUND_HTTP_IN_BACKGROUND_FINISH);
  properties[PROP_REUSE_FOR_BODIES]
      = g_param_spec_boolean ("reuse-for-bodies", NULL,
                              "policy asi: whether requests with a body use the pool, too", FALSE,
                              SETTING_FLAGS);
}

static void
install_limits (void)
{
  properties[PROP_CONNECT_TIMEOUT]
      = rebound_param_spec_duration ("connect-timeout", NULL, "how long it may take to connect", 1,
                                     DAY_USEC, CONNECT_TIMEOUT_DEFAULT_USEC, SETTING_FLAGS);
  properties[PROP_REQUEST_TIMEOUT] = rebound_param_spec_duration (
      "request-timeout", NULL,
      "how long a script's request may take, the wait for its turn and a retry included", 1,
      DAY_USEC, REBOUND_HTTP_TIMEOUT_USEC, SETTING_FLAGS);
  properties[PROP_CONTINUE_FROM] = rebound_param_spec_size (
      "continue-from", NULL,
      "from which size on a body waits until the server says 100 Continue, for a second at most; "
      "0B: none does",
      0, BODY_LIMIT_MAXIMUM_BYTES, 0, SETTING_FLAGS);
  properties[PROP_HEAD_LIMIT]
      = rebound_param_spec_size ("head-limit", NULL, "how large the head of an answer may be", 256,
                                 HEAD_LIMIT_MAXIMUM_BYTES, HEAD_LIMIT_DEFAULT_BYTES, SETTING_FLAGS);
  properties[PROP_BODY_LIMIT]
      = rebound_param_spec_size ("body-limit", NULL, "how large the body of an answer may be", 0,
                                 BODY_LIMIT_MAXIMUM_BYTES, BODY_LIMIT_DEFAULT_BYTES, SETTING_FLAGS);
  properties[PROP_QUIET] = g_param_spec_boolean (
      "quiet", NULL,
      "whether answers are counted alone, and only failures told of: for thousands of requests",
      FALSE, SETTING_FLAGS);
}

static void
install_count (guint id, const char *name, const char *blurb)
{
  properties[id] = rebound_field_count_spec (name, blurb);
}

static void
install_readings (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  install_count (PROP_SENT_COUNT, "sent-count", "how many requests it was given");
  install_count (PROP_ANSWERED_COUNT, "answered-count", "how many of them have been answered");
  install_count (PROP_FAILED_COUNT, "failed-count",
                 "how many have failed, those that may have been delivered included");
  install_count (PROP_MAYBE_DELIVERED_COUNT, "maybe-delivered-count",
                 "how many have failed after they were sent, so that the server may have acted");
  install_count (PROP_RETRIED_COUNT, "retried-count", "how many times one was sent again");
  install_count (PROP_CREATED_COUNT, "created-count", "how many connections came about");
  install_count (PROP_REUSED_COUNT, "reused-count",
                 "how many times a connection was used again, if only to find out that it is dead");
  install_count (PROP_SAVED_COUNT, "saved-count",
                 "how many requests were answered over one: connects that were saved");
  install_count (PROP_EXPIRED_COUNT, "expired-count", "how many idle connections have expired");
  install_count (PROP_SERVER_CLOSED_COUNT, "server-closed-count",
                 "how many idle connections were gone before anybody wanted them");
  install_count (PROP_RETIRED_COUNT, "retired-count",
                 "how many idle connections were closed for being from before");
  install_count (PROP_CLEARED_COUNT, "cleared-count", "how many were closed by clear");
  install_count (PROP_IDLE_COUNT, "idle-count", "how many connections are idle");
  install_count (PROP_OPEN_COUNT, "open-count", "how many places the pool has, in use or idle");
  properties[PROP_FIRST_BYTE] = rebound_param_spec_duration (
      "first-byte", NULL,
      "from a request to the first byte of its answer, on average over those that were answered", 0,
      G_MAXINT64, 0, flags);
  properties[PROP_LAST_STATUS]
      = g_param_spec_uint ("last-status", NULL, "the status of the last answer; 0: there was none",
                           0, 599, 0, flags);
  properties[PROP_LAST_ERROR]
      = g_param_spec_string ("last-error", NULL,
                             "the errno of what last went wrong, by name, or none", "none", flags);
}

/* -- actions -- */

static GError *
new_dead_error (void)
{
  return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE,
                              "the client does not live; expected a launch before");
}

static void
on_done (ReboundHttpClient *self,
         ReboundHttpRequest *request,
         const GError *error,
         gpointer user_data)
{
}

/* By its id a server can tell whether a request comes twice. Numbers begin anew with each life, and
 * an id does not. */
static void
mark (ReboundHttpClient *self, ReboundHttpRequest *request)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", rebound_actor_get_name (REBOUND_ACTOR (self)),
                                         self->earlier.n_sent + self->last_request + 1);

  rebound_http_request_set_header (request, "X-Request-Id", id, NULL);
}

static GError *
action_request (ReboundHttpClient *self,
                const char *method,
                const char *uri,
                const char *body,
                guint count,
                gpointer data)
{
  for (guint i = 0; i < count; i++)
    {
      g_autoptr (ReboundHttpRequest) request = NULL;
      GError *error = NULL;

      if (self->site == NULL)
        return new_dead_error ();
      request = rebound_http_request_new (method, uri, &error);
      if (request == NULL)
        return error;
      if (*body != '\0')
        {
          g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

          rebound_http_request_set_body (request, bytes, NULL);
        }
      mark (self, request);
      rebound_http_request_set_timeout_usec (request, self->request_timeout_usec);
      rebound_http_client_submit (self, request, NULL, on_done, NULL);
    }
  return NULL;
}

static GError *
action_get (ReboundHttpClient *self, const char *uri, guint count, gpointer data)
{
  return action_request (self, "GET", uri, "", count, data);
}

static GError *
action_clear (ReboundHttpClient *self, gpointer data)
{
  if (self->site == NULL)
    return new_dead_error ();
  rebound_http_client_clear (self);
  return NULL;
}

static GError *
action_network_changed (ReboundHttpClient *self, gpointer data)
{
  if (self->site == NULL)
    return new_dead_error ();
  rebound_http_client_note_network_change (self);
  return NULL;
}

static GParamSpec *
uri_spec (void)
{
  return g_param_spec_string ("uri", NULL,
                              "http://HOST[:PORT]/PATH; HOST is an actor's name, or an address",
                              NULL,
                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | REBOUND_PARAM_REQUIRED);
}

static GParamSpec *
count_spec (void)
{
  return g_param_spec_uint ("count", NULL, "how many times, at once", 1, COUNT_MAXIMUM, 1,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
install_actions (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (klass, "get", G_CALLBACK (action_get), NULL, "send a GET",
                                uri_spec (), count_spec (), NULL);
  rebound_class_install_action (
      klass, "request", G_CALLBACK (action_request), NULL, "send a request",
      g_param_spec_string ("method", NULL, "GET, HEAD, POST, PUT or DELETE", "GET", flags),
      uri_spec (), g_param_spec_string ("body", NULL, "its body; none if empty", "", flags),
      count_spec (), NULL);
  rebound_class_install_action (klass, "clear", G_CALLBACK (action_clear), NULL,
                                "close every idle connection, and leave those in use", NULL);
  rebound_class_install_action (klass, "network-changed", G_CALLBACK (action_network_changed), NULL,
                                "the machine has another network than before", NULL);
}

static void
rebound_http_client_class_init (ReboundHttpClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_http_client_get_property;
  object_class->set_property = rebound_http_client_set_property;
  object_class->dispose = rebound_http_client_dispose;
  install_pool_settings ();
  install_limits ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  rebound_http_client_install_signals (klass);
  rebound_http_client_install_statistics (klass);
  install_actions (klass);
}

static void
rebound_http_client_init (ReboundHttpClient *self)
{
  rebound_soup_load (NULL); /* early, where a program has no run; its requests tell if it failed */
  g_queue_init (&self->jobs);
  self->finishing.actor = REBOUND_ACTOR (self);
  self->finishing.funcs = &rebound_http_client_finishing_funcs;
}

/* -- an actor's life -- */

/* A run's network changes when its link goes or comes. */
static void
watch_link (ReboundHttpClient *self)
{
  ReboundKernel *kernel = rebound_site_get_kernel (self->site);

  if (!REBOUND_IS_LINUX_KERNEL (kernel))
    return;
  g_signal_connect_object (kernel, "link-down", G_CALLBACK (rebound_http_client_on_link), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (kernel, "link-up", G_CALLBACK (rebound_http_client_on_link), self,
                           G_CONNECT_SWAPPED);
}

static void
unwatch_link (ReboundHttpClient *self, ReboundSite *site)
{
  ReboundKernel *kernel = rebound_site_get_kernel (site);

  if (kernel != NULL)
    g_signal_handlers_disconnect_by_func (kernel, rebound_http_client_on_link, self);
}

void
rebound_http_client_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);

  g_set_object (&self->site, site);
  self->pool = rebound_http_pool_new (self->policy, self);
  self->waiting
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);
  self->expiry_timer = rebound_site_new_timer (site, "http-client: idle-timeout",
                                               rebound_http_client_on_expiry, self);
  self->expiry_usec = G_MAXINT64;
  self->is_away = FALSE;
  watch_link (self);
  self->last_request = 0;
  self->last_status = 0;
  self->last_error = 0;
  rebound_http_client_begin_statistics (self);
}

/* A process that is gone closes its sockets, and tells nobody. */
void
rebound_http_client_abandon (ReboundActor *actor)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the client's life has ended");
  g_autoptr (ReboundSite) site = g_steal_pointer (&self->site);

  if (site == NULL)
    return;
  unwatch_link (self, site);
  rebound_finishing_abandon (&self->finishing);
  rebound_http_client_end_jobs (self, error);
  rebound_http_client_abandon_idle (self);
  g_clear_pointer (&self->expiry_timer, rebound_timer_free);
  g_clear_pointer (&self->pool, rebound_http_pool_free);
  g_clear_pointer (&self->waiting, g_hash_table_unref);
}

char *
rebound_http_client_dup_waiting_for (ReboundActor *actor)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);

  if (self->site == NULL || self->jobs.length == 0)
    return NULL;
  return g_strdup_printf ("waits for %u answer%s", self->jobs.length,
                          self->jobs.length == 1 ? "" : "s");
}

static void
rebound_http_client_actor_init (ReboundActorInterface *iface)
{
  iface->prepare = rebound_soup_load;
  iface->come_to_life = rebound_http_client_come_to_life;
  iface->told = rebound_http_client_told;
  iface->abandon = rebound_http_client_abandon;
  iface->dup_waiting_for = rebound_http_client_dup_waiting_for;
  iface->take_over = rebound_http_client_take_over;
  iface->tell_summary = rebound_http_client_tell_summary;
}
