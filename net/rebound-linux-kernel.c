/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ReboundKernel of a run: it knows every socket that the actors have opened, passes the fence,
 * and tells of what became of the sockets. Its signals are events of the actor "kernel", so a
 * script can wait for the end of a TIME_WAIT. */

#include "rebound-linux-kernel-class-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "rebound-errno.h"
#include "rebound-isolation.h"
#include "rebound-kernel-probe-private.h"
#include "rebound-link-private.h"
#include "rebound-reclaim-private.h"
#include "rebound-net-enums.h"
#include "rebound-field-private.h"

enum
{
  PROP_TIME_WAIT_COUNT = 1,
  PROP_CONNECTION_COUNT,
  PROP_LINK,
  PROP_DESCRIPTORS_LIMITED,
  PROP_PORT_FREE,
  PROP_PORT_VERDICT,
  PROP_PORT_FIX,
  N_PROPS
};

enum
{
  STATE_CHANGED,
  REMAINDER_EXPIRED,
  REMAINDER_FORGOTTEN,
  SOCKET_RECLAIMED,
  RECLAIM_FAILED,
  GOES_WITHOUT,
  LINK_DOWN,
  LINK_UP,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void rebound_linux_kernel_kernel_init (ReboundKernelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundLinuxKernel,
                               rebound_linux_kernel,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_KERNEL,
                                                      rebound_linux_kernel_kernel_init))

static guint
rebound_linux_kernel_count_connections (ReboundKernel *kernel)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  return self->table != NULL ? rebound_socket_table_count_connections (self->table) : 0;
}

static void
rebound_linux_kernel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (object);

  if (id == PROP_TIME_WAIT_COUNT)
    g_value_set_uint (value,
                      self->table != NULL ? rebound_socket_table_count_time_wait (self->table) : 0);
  else if (id == PROP_CONNECTION_COUNT)
    g_value_set_uint (value, rebound_linux_kernel_count_connections (REBOUND_KERNEL (self)));
  else if (id == PROP_LINK)
    g_value_set_enum (value, self->link);
  else if (id == PROP_DESCRIPTORS_LIMITED)
    g_value_set_boolean (value, self->descriptor_limit != NULL);
  else if (id == PROP_PORT_FREE)
    g_value_set_boolean (value, self->port_free);
  else if (id == PROP_PORT_VERDICT)
    g_value_set_string (value, self->port_verdict);
  else if (id == PROP_PORT_FIX)
    g_value_set_string (value, self->port_fix);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
close_tools (ReboundLinuxKernel *self)
{
  g_clear_pointer (&self->descriptor_limit, rebound_descriptor_limit_free);
  g_clear_pointer (&self->settings, rebound_kernel_settings_free);
  g_clear_pointer (&self->told_rows, g_free);
  rebound_linux_kernel_close_capture (self);
  g_clear_pointer (&self->table, rebound_socket_table_free);
  g_clear_pointer (&self->explanation, rebound_explanation_unref);
  g_clear_pointer (&self->fence, rebound_fence_free);
  g_clear_pointer (&self->diag, rebound_socket_diag_free);
}

static void
rebound_linux_kernel_finalize (GObject *object)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (object);

  close_tools (self);
  g_free (self->port_verdict);
  g_free (self->port_fix);
  G_OBJECT_CLASS (rebound_linux_kernel_parent_class)->finalize (object);
}

static void
install_socket_signals (ReboundLinuxKernelClass *klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_SOCKETS;

  signals[STATE_CHANGED] = rebound_class_install_signal (
      klass, "state-changed", group, "{connection}, {end}'s end: {from} -> {to}",
      "a settled instant found a socket in another state than the one before",
      rebound_field_string_spec ("connection", "the connection"),
      rebound_field_string_spec ("end", "whose end of it"),
      rebound_field_string_spec ("from", "the state before"),
      rebound_field_string_spec ("to", "the state now"), NULL);
  signals[REMAINDER_EXPIRED] = rebound_class_install_signal (
      klass, "remainder-expired", group,
      "{connection}, {end}'s end: {state} is over; nothing is left of it",
      "a closed socket has been in TIME_WAIT or FIN_WAIT2 for its time",
      rebound_field_string_spec ("connection", "the connection"),
      rebound_field_string_spec ("end", "whose end of it"),
      rebound_field_string_spec ("state", "the state that is over"), NULL);
  signals[REMAINDER_FORGOTTEN] = rebound_class_install_signal (
      klass, "remainder-forgotten", group,
      "{connection}, {end}'s end: {state} is forgotten: the machine was started anew",
      "what was left of a closed socket is gone, for the machine was started anew",
      rebound_field_string_spec ("connection", "the connection"),
      rebound_field_string_spec ("end", "whose end of it"),
      rebound_field_string_spec ("state", "the state that it was in"), NULL);
  signals[SOCKET_RECLAIMED] = rebound_class_install_signal (
      klass, "socket-reclaimed", group, "{connection}, {end}'s end: taken away ({style})",
      "the system has taken a socket away from its application, which is not told",
      rebound_field_string_spec ("connection", "the connection; of a listener its name"),
      rebound_field_string_spec ("end", "whose end of it"),
      rebound_field_string_spec (
          "style", "how: fin, defunct or destroy; silent, of a listener that looks alive"),
      NULL);
  signals[RECLAIM_FAILED] = rebound_class_install_signal (
      klass, "reclaim-failed", REBOUND_EVENT_GROUP_ACTORS,
      "{connection}, {end}'s end: cannot be taken away: {error}",
      "this machine does not let a run take a socket away in that style",
      rebound_field_string_spec ("connection", "the connection; of a listener its name"),
      rebound_field_string_spec ("end", "whose end of it"),
      rebound_field_string_spec ("error", "the errno's name"), NULL);
}

static void
install_signals (ReboundLinuxKernelClass *klass)
{
  install_socket_signals (klass);
  rebound_linux_kernel_install_reports (klass);
  signals[GOES_WITHOUT]
      = rebound_class_install_signal (klass, "goes-without", REBOUND_EVENT_GROUP_ACTORS,
                                      "this kernel lacks something: {what}",
                                      "what this kernel does not let a run do",
                                      rebound_field_string_spec ("what", "what it goes without"),
                                      NULL);
  signals[LINK_DOWN] = rebound_class_install_signal (
      klass, "link-down", REBOUND_EVENT_GROUP_ACTORS, "the network's link is down",
      "the network's link was taken down: nothing is sent until it is up again, and time does not "
      "wait for what is not",
      NULL);
  signals[LINK_UP] = rebound_class_install_signal (
      klass, "link-up", REBOUND_EVENT_GROUP_ACTORS, "the network's link is up again",
      "the network's link was brought up: what could not be sent meanwhile is sent now", NULL);
}

static void
install_why_properties (void)
{
  properties[PROP_PORT_FREE]
      = g_param_spec_boolean ("port-free", NULL,
                              "whether the bind that the last “why” asked about would succeed",
                              FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PORT_VERDICT]
      = rebound_field_string_spec ("port-verdict", "what the last “why” found");
  properties[PROP_PORT_FIX] = rebound_field_string_spec (
      "port-fix", "the cure that the last “why” named; empty where there was none");
}

static void
rebound_linux_kernel_class_init (ReboundLinuxKernelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_linux_kernel_get_property;
  object_class->finalize = rebound_linux_kernel_finalize;

  properties[PROP_TIME_WAIT_COUNT]
      = g_param_spec_uint ("time-wait-count", NULL,
                           "how many of the run's sockets are in TIME_WAIT", 0, G_MAXUINT, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONNECTION_COUNT] = g_param_spec_uint (
      "connection-count", NULL,
      "how many connections have come about in the run, whoever was told of them", 0, G_MAXUINT, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LINK] = g_param_spec_enum (
      "link", NULL,
      "whether the network's link is up; while it is down connecting fails with ENETUNREACH (over "
      "IPv6 with EADDRNOTAVAIL), connections stay as they are, and what is sent to them waits",
      REBOUND_TYPE_LINK, REBOUND_LINK_UP, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DESCRIPTORS_LIMITED]
      = g_param_spec_boolean ("descriptors-limited", NULL,
                              "whether limit-descriptors has made descriptors scarce", FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  install_why_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);

  rebound_linux_kernel_install_actions (klass);
  rebound_linux_kernel_install_why (klass);
  install_signals (klass);
}

static void
rebound_linux_kernel_init (ReboundLinuxKernel *self)
{
  self->next_port = REBOUND_FIRST_PORT;
  self->next_ephemeral_port = REBOUND_FIRST_EPHEMERAL_PORT;
}

static void
on_state_changed (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data)
{
  g_signal_emit (user_data, signals[STATE_CHANGED], 0, socket->connection, socket->end,
                 rebound_tcp_state_name (from), rebound_tcp_state_name (to));
}

static void
on_expired (ReboundSocket *socket, gpointer user_data)
{
  g_signal_emit (user_data, signals[REMAINDER_EXPIRED], 0, socket->connection, socket->end,
                 rebound_tcp_state_name (socket->state));
}

ReboundKernel *
rebound_linux_kernel_new (void)
{
  return g_object_new (REBOUND_TYPE_LINUX_KERNEL, NULL);
}

/* Opens what a run needs of Linux. */
static gboolean
open_tools (ReboundLinuxKernel *self, gboolean is_virtual, GError **error)
{
  ReboundSocketTableListener listener = { on_state_changed, on_expired, self };
  const ReboundKernelProbe *probe = self->is_isolated ? rebound_kernel_probe (error) : NULL;

  if (self->is_isolated && probe == NULL)
    return FALSE;
  self->diag = rebound_socket_diag_new (error);
  if (self->diag == NULL)
    return FALSE;
  if (is_virtual && (self->fence = rebound_fence_new (error)) == NULL)
    return FALSE;
  self->table = rebound_socket_table_new (self->diag, probe != NULL && probe->destroys_time_wait,
                                          &listener);
  self->explanation = rebound_explanation_new ();
  rebound_socket_table_set_explanation (self->table, self->explanation);
  return rebound_linux_kernel_open_capture (self, error);
}

static void
tell_lacks (ReboundLinuxKernel *self)
{
  g_autoptr (GPtrArray) lacks = rebound_kernel_probe_list_lacks (rebound_kernel_probe (NULL));

  for (guint i = 0; i < lacks->len; i++)
    g_signal_emit (self, signals[GOES_WITHOUT], 0, lacks->pdata[i]);
}

static gboolean
rebound_linux_kernel_start (ReboundKernel *kernel, ReboundSite *world, GError **error)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);
  gboolean is_virtual
      = rebound_clock_get_mode (rebound_site_get_clock (world)) == REBOUND_CLOCK_VIRTUAL;

  self->is_isolated = rebound_isolation_is_entered ();
  if (!self->is_isolated && is_virtual)
    {
      g_set_error_literal (
          error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
          "virtual time needs a network namespace of the run's own, whose timers can be "
          "brought along; without isolation expected --clock=real");
      return FALSE;
    }
  if (!open_tools (self, is_virtual, error))
    {
      close_tools (self);
      return FALSE;
    }
  self->world = world;
  rebound_socket_table_start (self->table, world);
  rebound_explanation_start (self->explanation, rebound_site_get_clock (world));
  if (self->time_wait_usec > 0)
    rebound_socket_table_set_time_wait (self->table, self->time_wait_usec);
  if (self->is_isolated)
    tell_lacks (self);
  return TRUE;
}

static void
rebound_linux_kernel_stop (ReboundKernel *kernel)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  if (self->table != NULL)
    rebound_socket_table_stop (self->table);
  self->world = NULL;
  if (self->link == REBOUND_LINK_DOWN && rebound_link_set_up (TRUE) == 0)
    self->link = REBOUND_LINK_UP; /* for the next run of this process */
  close_tools (self);
}

static gboolean
rebound_linux_kernel_fence (ReboundKernel *kernel, GError **error)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  /* Without a link nothing is sent that could be waited for, and the fence could not be passed. */
  return (self->fence == NULL || self->link == REBOUND_LINK_DOWN
          || rebound_fence_pass (self->fence, error))
         && rebound_linux_kernel_drain_capture (self, error);
}

static gboolean
rebound_linux_kernel_observe (ReboundKernel *kernel, char **waits_for)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  /* In real time there is no fence to do it, and what was lost is told of and no more. */
  rebound_linux_kernel_drain_capture (self, NULL);
  if (!rebound_socket_table_observe (self->table, waits_for))
    return FALSE;
  rebound_linux_kernel_tell_new_sockets (self);
  return TRUE;
}

static char *
rebound_linux_kernel_find_unsettled (ReboundKernel *kernel)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  return self->table != NULL ? rebound_socket_table_find_unsettled (self->table) : NULL;
}

static void
rebound_linux_kernel_configure (ReboundKernel *kernel,
                                ReboundRebindRule rule,
                                gint64 time_wait_usec)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  self->rebind_rule = rule;
  self->time_wait_usec = time_wait_usec;
  if (self->table != NULL)
    rebound_socket_table_set_time_wait (self->table, time_wait_usec);
}

static gboolean
change_link (ReboundLinuxKernel *self, gboolean up, GError **error)
{
  int result = rebound_link_set_up (up);

  if (result == 0)
    return TRUE;
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
               "cannot %s the network's link: %s (%s)", up ? "bring up" : "take down",
               rebound_errno_text (-result), rebound_errno_name (-result));
  return FALSE;
}

static gboolean
rebound_linux_kernel_set_link_up (ReboundKernel *kernel, gboolean up, GError **error)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);
  ReboundLink link = up ? REBOUND_LINK_UP : REBOUND_LINK_DOWN;

  if (!self->is_isolated)
    {
      g_set_error_literal (
          error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
          "without isolation the network's link is the machine's, and a run leaves "
          "it alone; expected to be played with isolation");
      return FALSE;
    }
  if (self->link == link || self->table == NULL)
    return TRUE;
  /* What was sent before the link goes down has arrived. */
  if (!rebound_linux_kernel_fence (kernel, error) || !change_link (self, up, error))
    return FALSE;
  self->link = link;
  rebound_socket_table_set_link_up (self->table, up);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINK]);
  g_signal_emit (self, signals[up ? LINK_UP : LINK_DOWN], 0);
  return TRUE;
}

static void
on_reclaimed (ReboundSocket *socket, const char *style, int error_number, gpointer user_data)
{
  ReboundLinuxKernel *self = user_data;

  if (self->wants_silence && socket->is_listener && strcmp (style, "silent") != 0)
    {
      g_autofree char *lack
          = g_strdup_printf ("listeners cannot be silenced here (%s): this one is dead instead",
                             rebound_errno_name (socket->silence_errno));

      g_signal_emit (self, signals[GOES_WITHOUT], 0, lack);
    }
  if (error_number == 0)
    g_signal_emit (self, signals[SOCKET_RECLAIMED], 0, socket->connection, socket->end, style);
  else
    g_signal_emit (user_data, signals[RECLAIM_FAILED], 0, socket->connection, socket->end,
                   rebound_errno_name (error_number));
}

static guint
rebound_linux_kernel_reclaim (ReboundKernel *kernel,
                              ReboundSite *site,
                              ReboundReclaimStyle style,
                              ReboundReclaimedListener listener)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  if (self->table == NULL)
    return 0;
  self->wants_silence = listener == REBOUND_RECLAIMED_LISTENER_SILENT;
  return rebound_reclaim_site (self->table, self->diag, site, style, listener, on_reclaimed, self);
}

/* The application has just been killed: with the fence passed, what its descriptors' closing has
 * sent is where it was going, and nothing is left that would be sent again. */
static void
rebound_linux_kernel_forget (ReboundKernel *kernel, ReboundSite *site)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);
  g_autoptr (GPtrArray) sockets = NULL;

  if (self->table == NULL)
    return;
  rebound_linux_kernel_fence (kernel, NULL);
  sockets = rebound_socket_table_list_site (self->table, site);
  for (guint i = 0; i < sockets->len; i++)
    {
      ReboundSocket *socket = sockets->pdata[i];

      if (!socket->is_forgotten && rebound_socket_destroy_remainder (socket))
        g_signal_emit (self, signals[REMAINDER_FORGOTTEN], 0, socket->connection, socket->end,
                       rebound_tcp_state_name (socket->state_now));
    }
}

static void
rebound_linux_kernel_begin_statement (ReboundKernel *kernel, const char *place)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);

  if (self->table != NULL)
    rebound_socket_table_set_statement (self->table, place);
}

static void
rebound_linux_kernel_kernel_init (ReboundKernelInterface *iface)
{
  iface->start = rebound_linux_kernel_start;
  iface->stop = rebound_linux_kernel_stop;
  iface->fence = rebound_linux_kernel_fence;
  iface->observe = rebound_linux_kernel_observe;
  iface->configure = rebound_linux_kernel_configure;
  iface->reclaim = rebound_linux_kernel_reclaim;
  iface->forget = rebound_linux_kernel_forget;
  iface->tell_sockets = rebound_linux_kernel_tell_sockets;
  iface->explain = rebound_linux_kernel_explain;
  iface->begin_statement = rebound_linux_kernel_begin_statement;
  iface->find_unsettled = rebound_linux_kernel_find_unsettled;
  iface->count_connections = rebound_linux_kernel_count_connections;
  iface->set_link_up = rebound_linux_kernel_set_link_up;
}

void
rebound_linux_kernel_adopt (ReboundLinuxKernel *self,
                            ReboundSite *site,
                            const char *end,
                            const char *connection,
                            int fd)
{
  g_return_if_fail (self->table != NULL && REBOUND_IS_SITE (site));

  rebound_socket_table_adopt (self->table, site, end, connection, fd);
}

void
rebound_linux_kernel_set_exposed (ReboundLinuxKernel *self, gboolean exposed)
{
  self->is_exposed = exposed;
}
