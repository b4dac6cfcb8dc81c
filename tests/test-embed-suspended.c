/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The proof that a suspended application does not run: a source of this program's own, in the
 * application's context, with a real socket that has become readable, and a timer that has become
 * due, while a script has the application suspended. Nothing of it is called, not even prepare. */

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "embed-test.h"

#define GREETING "wake up"

typedef struct
{
  guint n_prepared;
  guint n_checked;
  guint n_dispatched;
} Calls;

/* -- the object under the script -- */

#define PROBE_TYPE (probe_get_type ())
G_DECLARE_FINAL_TYPE (Probe, probe, TEST, PROBE, GObject)

struct _Probe
{
  GObject parent_instance;

  ReboundApplication *application;
  ReboundTimer *peer_timer; /* the world's: writes while the application is suspended */
  ReboundTimer *own_timer;  /* the application's: becomes due while it is */
  GSource *source;
  gpointer tag;
  int fd;
  int peer;
  Calls calls;
  Calls at_suspend;
  Calls at_resume;
  guint n_resumed;
  guint n_fired;
  guint n_fired_at_resume;
  ReboundApplicationState state_when_written;
};

static guint dispatched_signal;
static guint fired_signal;

G_DEFINE_FINAL_TYPE (Probe, probe, G_TYPE_OBJECT)

typedef struct
{
  GSource parent;
  Probe *probe;
} ProbeSource;

static gboolean
source_prepare (GSource *source, int *timeout_msec)
{
  ((ProbeSource *) source)->probe->calls.n_prepared++;
  *timeout_msec = -1;
  return FALSE;
}

static gboolean
source_check (GSource *source)
{
  Probe *probe = ((ProbeSource *) source)->probe;

  probe->calls.n_checked++;
  return (g_source_query_unix_fd (source, probe->tag) & G_IO_IN) != 0;
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Probe *probe = ((ProbeSource *) source)->probe;
  char buffer[64];

  probe->calls.n_dispatched++;
  g_assert_cmpint (recv (probe->fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, strlen (GREETING));
  g_signal_emit (probe, dispatched_signal, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { source_prepare, source_check, source_dispatch, NULL };

/* Two ends of a TCP connection over the loopback. */
static void
connect_pair (int *one, int *other)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { g_htonl (INADDR_LOOPBACK) } };
  socklen_t size_bytes = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (listener, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (listener, 1));
  g_assert_no_errno (getsockname (listener, (struct sockaddr *) &address, &size_bytes));
  *other = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (connect (*other, (struct sockaddr *) &address, sizeof address));
  *one = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  g_assert_no_errno (*one);
  g_assert_no_errno (close (listener));
}

static void
on_peer_timer (gpointer user_data)
{
  Probe *self = user_data;

  self->state_when_written = rebound_application_get_state (self->application);
  g_assert_cmpint (send (self->peer, GREETING, strlen (GREETING), MSG_NOSIGNAL), ==,
                   strlen (GREETING));
}

static void
on_own_timer (gpointer user_data)
{
  Probe *self = user_data;

  self->n_fired++;
  g_signal_emit (self, fired_signal, 0);
}

static void
on_suspended (ReboundApplication *application, gpointer user_data)
{
  Probe *self = user_data;

  self->at_suspend = self->calls;
  rebound_timer_arm (self->peer_timer, 10 * G_USEC_PER_SEC);
  rebound_timer_arm (self->own_timer, 20 * G_USEC_PER_SEC);
}

static void
on_active (ReboundApplication *application, gpointer user_data)
{
  Probe *self = user_data;

  if (self->at_suspend.n_prepared == 0) /* the launch */
    return;
  self->n_resumed++;
  self->at_resume = self->calls;
  self->n_fired_at_resume = self->n_fired;
}

static void
probe_finalize (GObject *object)
{
  Probe *self = TEST_PROBE (object);

  g_source_destroy (self->source);
  g_source_unref (self->source);
  rebound_timer_free (self->peer_timer);
  rebound_timer_free (self->own_timer);
  g_assert_no_errno (close (self->fd));
  g_assert_no_errno (close (self->peer));
  g_object_unref (self->application);
  G_OBJECT_CLASS (probe_parent_class)->finalize (object);
}

static void
probe_class_init (ProbeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = probe_finalize;
  dispatched_signal = g_signal_new ("dispatched", PROBE_TYPE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
  fired_signal
      = g_signal_new ("fired", PROBE_TYPE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
probe_init (Probe *self)
{
}

static Probe *
probe_new (ReboundRun *run)
{
  Probe *self = g_object_new (PROBE_TYPE, NULL);
  ReboundSite *home;

  self->application = g_object_ref (rebound_run_get_application (run));
  home = rebound_application_get_site (self->application);
  connect_pair (&self->fd, &self->peer);
  self->source = g_source_new (&source_funcs, sizeof (ProbeSource));
  ((ProbeSource *) self->source)->probe = self;
  g_source_set_static_name (self->source, "probe");
  self->tag = g_source_add_unix_fd (self->source, self->fd, G_IO_IN);
  g_source_attach (self->source, rebound_site_get_context (home));
  self->peer_timer
      = rebound_site_new_timer (rebound_run_get_world (run), "probe: peer", on_peer_timer, self);
  self->own_timer = rebound_site_new_timer (home, "probe: own", on_own_timer, self);
  g_signal_connect (self->application, "suspended", G_CALLBACK (on_suspended), self);
  g_signal_connect (self->application, "did-become-active", G_CALLBACK (on_active), self);
  return self;
}

/* -- the test -- */

static void
test_suspended (gconstpointer data)
{
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundRun) run = embed_test_new_run (data, kernel);
  g_autoptr (Probe) probe = probe_new (run);

  g_test_summary ("while suspended nothing of the application's context is called; what has become "
                  "ready meanwhile is dispatched after the way up");
  g_assert_true (rebound_run_add_object (run, "probe", G_OBJECT (probe)));
  embed_test_play (run);

  g_assert_cmpint (probe->state_when_written, ==, REBOUND_APPLICATION_STATE_SUSPENDED);
  g_assert_cmpuint (probe->n_resumed, ==, 1);
  g_assert_cmpuint (probe->at_suspend.n_prepared, >, 0);
  g_assert_cmpuint (probe->at_resume.n_prepared, ==, probe->at_suspend.n_prepared);
  g_assert_cmpuint (probe->at_resume.n_checked, ==, probe->at_suspend.n_checked);
  g_assert_cmpuint (probe->at_resume.n_dispatched, ==, 0);
  g_assert_cmpuint (probe->n_fired_at_resume, ==, 0);
  g_assert_cmpuint (probe->calls.n_prepared, >, probe->at_resume.n_prepared);
  g_assert_cmpuint (probe->calls.n_dispatched, ==, 1);
  g_assert_cmpuint (probe->n_fired, ==, 1);
  g_signal_handlers_disconnect_by_data (probe->application, probe);
}

/* The control: the same probe in an application that is not suspended is called at its time. */
static void
test_background (void)
{
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundRun) run = embed_test_new_run ("launch\n"
                                                   "resign-active\n"
                                                   "enter-background\n"
                                                   "expect probe.dispatched for 10s\n"
                                                   "expect probe.fired for 10s\n",
                                                   kernel);
  g_autoptr (Probe) probe = probe_new (run);

  g_test_summary ("in the background, as long as it is not suspended, it runs");
  g_assert_true (rebound_run_add_object (run, "probe", G_OBJECT (probe)));
  rebound_timer_arm (probe->peer_timer, 10 * G_USEC_PER_SEC);
  rebound_timer_arm (probe->own_timer, 20 * G_USEC_PER_SEC);
  embed_test_play (run);

  g_assert_cmpint (probe->state_when_written, ==, REBOUND_APPLICATION_STATE_BACKGROUND);
  g_assert_cmpuint (probe->calls.n_dispatched, ==, 1);
  g_assert_cmpuint (probe->n_fired, ==, 1);
  g_signal_handlers_disconnect_by_data (probe->application, probe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!embed_test_enter ())
    return g_test_run ();

  g_test_add_data_func ("/embed-suspended/home",
                        "launch\n"
                        "home\n"
                        "expect app.state == suspended\n"
                        "expect no probe.dispatched for 30s\n"
                        "expect no probe.fired for 1h\n"
                        "open\n"
                        "expect probe.dispatched\n"
                        "expect probe.fired\n",
                        test_suspended);
  g_test_add_data_func ("/embed-suspended/lock",
                        "launch\n"
                        "lock\n"
                        "expect no probe.dispatched for 30s\n"
                        "expect no probe.fired\n"
                        "unlock\n"
                        "expect probe.dispatched\n"
                        "expect probe.fired\n",
                        test_suspended);
  g_test_add_func ("/embed-suspended/background", test_background);
  return g_test_run ();
}
