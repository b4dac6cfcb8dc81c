/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a person is told where the machine says no: a pure function of the step, the errno and what
 * is known of the machine, so that all the machines we do not have can be tested. */

#include "net/rebound-refusal-private.h"

#include <errno.h>

#include "net/rebound-errno.h"

#define NOTHING_KNOWN                                                                              \
  {                                                                                                \
    -1, -1, -1, -1, FALSE, FALSE, FALSE                                                            \
  }

typedef struct
{
  const char *name;
  ReboundIsolationStep step;
  int error_number;
  ReboundIsolationFacts facts;
  ReboundIsolationError code;
  const char *text; /* what stands in the message */
} Refusal;

#define REFUSED    REBOUND_ISOLATION_ERROR_REFUSED
#define FAILED     REBOUND_ISOLATION_ERROR_FAILED
#define STEP(name) REBOUND_ISOLATION_STEP_##name

static const Refusal refusals[] = {
  { "ubuntu-23.10",
    STEP (UNSHARE),
    EPERM,
    { 1, -1, 9, 9 },
    REFUSED,
    "apparmor_restrict_unprivileged_userns=0" },
  { "ubuntu-24.04-setgroups",
    STEP (SETGROUPS),
    EACCES,
    { 1, -1, 9, 9 },
    REFUSED,
    "`userns,` in /etc/apparmor.d" },
  { "ubuntu-24.04-uid-map", STEP (UID_MAP), EPERM, { 1, -1, 9, 9 }, REFUSED, "Ubuntu since 23.10" },
  { "ubuntu-24.04-sysctl",
    STEP (SMALL_TABLES),
    EACCES,
    { 1, -1, 9, 9 },
    REFUSED,
    "Ubuntu since 23.10" },
  { "ubuntu-24.04-lo-up",
    STEP (LOOPBACK_UP),
    EPERM,
    { 1, -1, 9, 9 },
    REFUSED,
    "lo up was refused: EPERM; kernel.app" },
  { "ubuntu-allowed", STEP (UID_MAP), EPERM, { 0, -1, 9, 9 }, REFUSED, "security module" },
  { "no-user-namespaces",
    STEP (UNSHARE),
    ENOSPC,
    { -1, -1, 0, 9 },
    REFUSED,
    "user.max_user_namespaces is 0" },
  { "no-net-namespaces",
    STEP (UNSHARE),
    ENOSPC,
    { -1, -1, 9, 0 },
    REFUSED,
    "user.max_net_namespaces is 0" },
  { "limit-reached",
    STEP (UNSHARE),
    ENOSPC,
    { -1, -1, 9, 9 },
    REFUSED,
    "the limit of namespaces is reached" },
  { "nested-too-deep", STEP (UNSHARE), EUSERS, { -1, -1, 9, 9 }, REFUSED, "32 deep" },
  { "second-limit",
    STEP (UNSHARE_AGAIN),
    ENOSPC,
    { -1, -1, 9, 1 },
    REFUSED,
    "a second network namespace" },
  { "debian",
    STEP (UNSHARE),
    EPERM,
    { -1, 0, 9, 9 },
    REFUSED,
    "sysctl kernel.unprivileged_userns_clone=1" },
  { "debian-allowed",
    STEP (UNSHARE),
    EPERM,
    { -1, 1, 9, 9 },
    REFUSED,
    "most often that is a container" },
  { "chroot", STEP (UNSHARE), EPERM, { -1, 1, 9, 9, TRUE }, REFUSED, "this is a chroot" },
  { "chroot-on-ubuntu", STEP (UNSHARE), EPERM, { 1, 1, 9, 9, TRUE }, REFUSED, "this is a chroot" },
  { "docker",
    STEP (UNSHARE),
    EPERM,
    { -1, -1, 9, 9, FALSE, TRUE, TRUE },
    REFUSED,
    "Docker's default" },
  { "docker-on-ubuntu",
    STEP (UNSHARE),
    EPERM,
    { 1, -1, 9, 9, FALSE, TRUE, TRUE },
    REFUSED,
    "Docker's default" },
  { "seccomp",
    STEP (UNSHARE),
    EPERM,
    { -1, -1, 9, 9, FALSE, FALSE, TRUE },
    REFUSED,
    "a seccomp filter" },
  { "read-only-proc",
    STEP (SYSCTL),
    EROFS,
    { -1, -1, 9, 9, FALSE, TRUE },
    REFUSED,
    "/proc/sys is read-only" },
  { "kernel-without", STEP (UNSHARE), EINVAL, NOTHING_KNOWN, REFUSED, "CONFIG_USER_NS" },
  { "no-proc", STEP (COUNT_THREADS), ENOENT, NOTHING_KNOWN, REFUSED, "/proc is not mounted" },
  { "unknown", STEP (UNSHARE), EPERM, NOTHING_KNOWN, REFUSED,
    "unshare (user and network namespace) was refused: EPERM" },
  { "memory", STEP (UNSHARE), ENOMEM, NOTHING_KNOWN, FAILED, "failed: ENOMEM" },
  { "bad-value", STEP (SYSCTL), EINVAL, NOTHING_KNOWN, FAILED, "(net/x) failed: EINVAL" },
  { "missing-value", STEP (SYSCTL), ENOENT, NOTHING_KNOWN, FAILED, "(net/x) failed: ENOENT" },
  { "no-such-cpu", STEP (PIN), EINVAL, NOTHING_KNOWN, FAILED, "one CPU failed: EINVAL" },
};

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  const char *detail = refusal->step == STEP (SYSCTL) ? "net/x" : NULL;
  g_autofree char *message
      = rebound_refusal_explain (refusal->step, refusal->error_number, &refusal->facts, detail);

  g_test_summary ("a refusal says which step, which errno, why, and what can be done");
  g_test_message ("%s", message);
  g_assert_cmpint (rebound_refusal_classify (refusal->step, refusal->error_number), ==,
                   refusal->code);
  g_assert_nonnull (strstr (message, refusal->text));
  g_assert_nonnull (strstr (message, rebound_errno_name (refusal->error_number)));
  if (refusal->code == FAILED) /* no reason is made up */
    g_assert_true (g_str_has_suffix (message, rebound_errno_name (refusal->error_number)));
  g_assert_null (strstr (message, "--no-isolation")); /* that is the program's to say */
  g_assert_null (strchr (message, '\n'));
}

static void
test_every_step_has_a_name (void)
{
  const ReboundIsolationFacts facts = NOTHING_KNOWN;

  g_test_summary ("every step can be told");
  for (int step = 0; step < REBOUND_ISOLATION_N_STEPS; step++)
    {
      g_autofree char *message = rebound_refusal_explain (step, EPERM, &facts, NULL);

      g_assert_null (strstr (message, "(null)"));
      g_assert_nonnull (strstr (message, " was refused: EPERM; the machine allows no"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusal/every-step-has-a-name", test_every_step_has_a_name);
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/refusal/%s", refusals[i].name);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  return g_test_run ();
}
