/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script declares actors of the types that are registered, and has three names besides that it
 * need not declare. Whoever describes what there is describes both. */

#include "rebound-known-type.h"

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-scriptable.h"
#include "net/rebound-linux-kernel.h"

static const struct
{
  const char *name;
  GType (*get_type) (void);
  const char *blurb;
} given[] = {
  { "app", rebound_application_get_type, "The application; it exists from the start." },
  { "device", rebound_device_get_type,
    "The phone and what a person does with it; it exists from the start." },
  { "kernel", rebound_linux_kernel_get_type,
    "The kernel, which tells what becomes of the sockets; it exists from the start." },
};

GArray *
rebound_known_type_list (void)
{
  g_autofree const char **names = rebound_scriptable_list ();
  GArray *types = g_array_new (FALSE, FALSE, sizeof (ReboundKnownType));

  for (guint i = 0; names[i] != NULL; i++)
    {
      ReboundKnownType known = { names[i], rebound_scriptable_get_blurb (names[i]), FALSE,
                                 rebound_scriptable_look_up (names[i], NULL) };

      g_array_append_val (types, known);
    }
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      ReboundKnownType known = { given[i].name, given[i].blurb, TRUE, given[i].get_type () };

      g_array_append_val (types, known);
    }
  return types;
}
