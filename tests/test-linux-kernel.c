/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel as an actor of a run: what a script can wait for and expect of it, and what it refuses
 * where there is no isolation. */

#include "net/rebound-linux-kernel-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-kernel-probe-private.h"
#include "net/rebound-listener.h"

typedef struct
{
  const char *name;
  const char *script;
  const char *story; /* of the kernel */
} Story;

#define WEB_LISTENS "0s kernel: web, web's end: CLOSED -> LISTEN\n"
#define EXPIRES(time, what)                                                                        \
  time " kernel: phone#1, " what "'s end: TIME_WAIT is over; nothing is left of it\n"

static const Story stories[] = {
  { "server-closes-first",
    "peer listener web port=30000 on-accept=close\nclient phone connect=web count=1\n"
    "expect kernel.time-wait-count == 1\nafter 59s\nexpect kernel.time-wait-count == 1\n"
    "wait kernel.remainder-expired within 1s\nexpect kernel.time-wait-count == 0\n",
    WEB_LISTENS "0s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" EXPIRES ("1min", "web") },
  { "client-closes-first",
    "peer listener web port=30000 close-order=client-first\n"
    "client phone connect=web close-first=yes count=1\nafter 61s\n",
    WEB_LISTENS
    "0s kernel: phone#1, phone's end: CLOSED -> TIME_WAIT\n" EXPIRES ("1min", "phone") },
  { "kept-open",
    "peer listener web port=30000 on-accept=keep\nclient phone connect=web count=1\nafter 1h\n"
    "web.close\nafter 61s\n",
    WEB_LISTENS
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n"
    "1h kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1h kernel: phone#1, web's end: ESTABLISHED -> TIME_WAIT\n" EXPIRES ("61min", "web") },
  { "kept-in-a-suspended-application",
    "peer listener other port=30001\n"
    "listener web port=30000 on-accept=keep background-policy=keep connection-policy=keep\n"
    "launch\nclient phone connect=web count=1 message=hi\nhome\nafter 1h kill\nafter 61s\n",
    "0s kernel: other, other's end: CLOSED -> LISTEN\n" WEB_LISTENS
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n"
    "1h kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1h kernel: phone#1, web's end: ESTABLISHED -> CLOSED\n" },
  { "time-wait-of-30s",
    "set device time-wait=30s\npeer listener web port=30000 on-accept=close\n"
    "client phone connect=web count=1\nafter 61s\n",
    WEB_LISTENS "0s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" EXPIRES ("30s", "web") },
  { "rebind-rule-new",
    "set device rebind-rule=new\n"
    "peer listener web port=30000 on-accept=close reuse-address=no\n"
    "client phone connect=web count=1\nset web reuse-address=yes\nweb.close\nweb.open\n"
    "expect web.state == listening\n",
    WEB_LISTENS "0s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" WEB_LISTENS },
  { "rebind-rule-both",
    "peer listener web port=30000 on-accept=close reuse-address=no\n"
    "client phone connect=web count=1\nset web reuse-address=yes\nweb.close\nweb.open\n"
    "expect web.state == failed\n",
    WEB_LISTENS "0s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;

  net_test_play_story (story->script, "kernel", story->story);
}

/* The findings are kept for the process; the test says that they were worse. */
static void
test_goes_without (void)
{
  ReboundKernelProbe *probe = (ReboundKernelProbe *) rebound_kernel_probe (NULL);
  const ReboundKernelProbe found = *probe;
  g_autoptr (NetTest) test = net_test_new ("peer listener web port=30000 on-accept=close\n"
                                           "client phone connect=web count=1\n"
                                           "expect kernel.time-wait-count == 1\n"
                                           "expect no kernel.remainder-expired for 10min\n"
                                           "expect kernel.time-wait-count == 1\n");

  g_test_summary (
      "a kernel that cannot destroy a TIME_WAIT: it is said, and what the kernel has is "
      "left to it");
  probe->destroys_time_wait = FALSE;
  probe->has_small_tables = FALSE;
  net_test_play (test);
  *probe = found;
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "goes-without"), ==, 2);
}

static void
test_goes_without_nothing (void)
{
  g_autoptr (NetTest) test = net_test_new ("after 1s\n");
  g_autoptr (GPtrArray) lacks = rebound_kernel_probe_list_lacks (rebound_kernel_probe (NULL));

  net_test_play (test);
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "goes-without"), ==, lacks->len);
}

static void
test_port_range (void)
{
  g_autoptr (NetTest) test = net_test_new ("after 1s\n");
  ReboundSite *world = rebound_run_get_world (test->run);

  g_test_summary ("the clients' ports are 40000 to 60999, and then 40000 again");
  net_test_play (test);
  for (guint port = 40000; port <= 60999; port++)
    g_assert_cmpuint (rebound_linux_kernel_next_port (world), ==, port);
  g_assert_cmpuint (rebound_linux_kernel_next_port (world), ==, 40000);
}

typedef struct
{
  NetTest *test;
  RawPair pair;
} Adoption;

static void
adopt (gpointer user_data)
{
  Adoption *self = user_data;

  self->pair = raw_new_pair ();
  rebound_linux_kernel_adopt (self->test->kernel, rebound_run_get_world (self->test->run), "mine",
                              "mine#1", self->pair.ours);
}

static void
close_adopted (gpointer user_data)
{
  Adoption *self = user_data;

  raw_close (self->pair.ours);
  raw_close (self->pair.peer);
}

static void
test_adopt (void)
{
  g_autoptr (NetTest) test = net_test_new ("after 5s\nwait kernel.remainder-expired\n");
  ReboundSite *world = rebound_run_get_world (test->run);
  Adoption adoption = { test };
  g_autoptr (ReboundTimer) first = rebound_site_new_timer (world, "adopt", adopt, &adoption);
  g_autoptr (ReboundTimer) second
      = rebound_site_new_timer (world, "close", close_adopted, &adoption);
  g_autofree char *story = NULL;

  g_test_summary ("a program's own socket is followed to the end of its TIME_WAIT");
  rebound_timer_arm (first, G_USEC_PER_SEC);
  rebound_timer_arm (second, 2 * G_USEC_PER_SEC);
  net_test_play (test);
  story = net_test_dup_story (test, "kernel");
  g_assert_cmpstr (story, ==,
                   "1s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n"
                   "2s kernel: mine#1, mine's end: ESTABLISHED -> TIME_WAIT\n"
                   "62s kernel: mine#1, mine's end: TIME_WAIT is over; nothing is left of it\n");
}

/* A program's own socket that is open when the run ends is none of the run's business. */
static void
test_adopted_outlives_run (void)
{
  g_autoptr (NetTest) test = net_test_new ("after 5s\n");
  Adoption adoption = { test };
  g_autoptr (ReboundTimer) timer
      = rebound_site_new_timer (rebound_run_get_world (test->run), "adopt", adopt, &adoption);

  rebound_timer_arm (timer, G_USEC_PER_SEC);
  net_test_play (test);
  assert_state (rebound_socket_state (adoption.pair.ours), TCP_ESTABLISHED);
  close_adopted (&adoption);
}

/* -- without isolation: in a child that has not entered it -- */

static void
test_no_virtual_time (void)
{
  g_autoptr (NetTest) test = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("virtual time needs isolation, and the refusal says what to do instead");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  test = net_test_new ("after 1s\n");
  g_assert_cmpint (rebound_run_play (test->run, &error), ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (strstr (error->message, "--clock=real"));
}

static void
note_address (ReboundListener *listener, guint generation, guint port, gpointer user_data)
{
  guint bound_port;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) sockets = NULL;
  const guint32 *address;

  g_object_get (listener, "bound-port", &bound_port, NULL);
  sockets = rebound_socket_diag_dump (kernel_test_diag (), AF_INET, (guint16) bound_port,
                                      1 << TCP_LISTEN, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sockets->len, ==, 1);
  address = g_array_index (sockets, ReboundSocketInfo, 0).tuple.local_address;
  *(guint32 *) user_data = g_ntohl (address[0]);
}

static guint32
listen_on_host (gboolean exposed)
{
  static const char script[] = "launch\nexpect web.state == listening\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (script, strlen (script));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "test.life", NULL, REBOUND_CLOCK_REAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (ReboundListener) web
      = g_object_new (REBOUND_TYPE_LISTENER, "address", "0.0.0.0", NULL);
  guint32 address = 0;

  g_assert_no_error (error);
  rebound_linux_kernel_set_exposed (REBOUND_LINUX_KERNEL (kernel), exposed);
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_object (run, "web", G_OBJECT (web));
  g_signal_connect (web, "listening", G_CALLBACK (note_address), &address);
  g_assert_cmpint (rebound_run_play (run, &error), ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_no_error (error);
  return address;
}

static void
test_keeps_to_loopback (void)
{
  g_test_summary ("on the host's network a listener keeps to the loopback unless it is exposed");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  g_assert_cmphex (listen_on_host (FALSE), ==, INADDR_LOOPBACK);
  g_assert_cmphex (listen_on_host (TRUE), ==, INADDR_ANY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess () && !kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/linux-kernel/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/linux-kernel/goes-without", test_goes_without);
  g_test_add_func ("/linux-kernel/goes-without-nothing", test_goes_without_nothing);
  g_test_add_func ("/linux-kernel/port-range", test_port_range);
  g_test_add_func ("/linux-kernel/adopt", test_adopt);
  g_test_add_func ("/linux-kernel/adopted-outlives-run", test_adopted_outlives_run);
  g_test_add_func ("/linux-kernel/host/no-virtual-time", test_no_virtual_time);
  g_test_add_func ("/linux-kernel/host/keeps-to-loopback", test_keeps_to_loopback);
  return g_test_run ();
}
