/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Naive code is told of nothing, but it runs where its application does: a script that makes it
 * call the kernel while it is suspended or gone has a mistake. */

#include "rebound-naive-call-private.h"
#include "rebound-field-private.h"

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"

GError *
rebound_naive_refuse (const char *call, const char *why)
{
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE, "%s() is not possible: %s", call, why);
}

GError *
rebound_naive_would_block (const char *call, const char *why)
{
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION, "%s() would block (EAGAIN): %s", call,
                      why);
}

GError *
rebound_naive_check_site (ReboundSite *site, const char *call)
{
  ReboundApplication *application;

  if (site == NULL)
    return rebound_naive_refuse (call, "its application does not run; expected a launch before");
  application = rebound_application_of_site (site);
  if (application != NULL
      && rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_SUSPENDED)
    return rebound_naive_refuse (
        call, "its application is suspended and does not run; expected an open before");
  return NULL;
}

void
rebound_naive_set_text (char **field, char *text)
{
  g_free (*field);
  *field = text;
}

guint
rebound_naive_install_returned (gpointer klass)
{
  return rebound_class_install_signal (
      klass, "returned", REBOUND_EVENT_GROUP_ACTORS,
      "{call}({arguments}) = {result}[ {error}][ {detail}]", "a system call has returned",
      rebound_field_string_spec ("call", "the system call"),
      rebound_field_optional_spec ("arguments", "what it was given"),
      rebound_field_string_spec ("result",
                                 "what it returned; for a descriptor the name of who has it"),
      rebound_field_optional_spec ("error", "the errno, by name, where it failed"),
      rebound_field_optional_spec (
          "detail", "of a read the beginning of what was read, of drain how much it was, "
                    "of accept the connection"),
      NULL);
}
