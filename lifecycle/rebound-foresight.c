/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A word that is not possible where it stands is found before anything is run, as far as that can
 * be: the applications' lives are followed through the script by the same tables that play them,
 * with a device of the foresight's own, which is set as the script sets the real one. */

#include "rebound-foresight-private.h"

#include <string.h>

struct _ReboundForesight
{
  GArray *tenants;      /* ReboundTenant; their names are interned */
  ReboundDevice *model; /* what the device's settings come to */
  ReboundDiagnostics *diagnostics;
  gboolean fill;
  gboolean is_lost;
};

static void
copy_settings (ReboundDevice *from, ReboundDevice *to)
{
  guint n_specs;
  g_autofree GParamSpec **specs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (from), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if ((specs[i]->flags & G_PARAM_WRITABLE) == 0)
        continue;
      g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (specs[i]));
      g_object_get_property (G_OBJECT (from), specs[i]->name, &value);
      g_object_set_property (G_OBJECT (to), specs[i]->name, &value);
    }
}

ReboundForesight *
rebound_foresight_new (ReboundDevice *device, gboolean fill, ReboundDiagnostics *diagnostics)
{
  ReboundForesight *self = g_new0 (ReboundForesight, 1);

  self->model = g_object_new (REBOUND_TYPE_DEVICE, NULL);
  self->diagnostics = diagnostics;
  self->fill = fill;
  self->is_lost = device == NULL;
  if (device != NULL)
    {
      copy_settings (device, self->model);
      self->tenants = rebound_device_list_tenants (device);
    }
  else
    {
      self->tenants = g_array_new (FALSE, FALSE, sizeof (ReboundTenant));
      rebound_foresight_add_application (self, "app");
    }
  return self;
}

void
rebound_foresight_free (ReboundForesight *self)
{
  g_array_unref (self->tenants);
  g_object_unref (self->model);
  g_free (self);
}

static ReboundTenant *
tenant (ReboundForesight *self, guint who)
{
  return &g_array_index (self->tenants, ReboundTenant, who);
}

/* It comes to a phone that is locked or not, and so on. */
void
rebound_foresight_add_application (ReboundForesight *self, const char *name)
{
  ReboundTenant newcomer = { g_intern_string (name), { REBOUND_APPLICATION_STATE_NOT_RUNNING, 0 } };

  if (self->tenants->len > 0)
    newcomer.life.flags = tenant (self, 0)->life.flags & ~(guint) REBOUND_LIFE_IN_FRONT;
  g_array_append_val (self->tenants, newcomer);
}

char *
rebound_foresight_list_applications (ReboundForesight *self)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < self->tenants->len; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", tenant (self, i)->name);
  return g_string_free (list, FALSE);
}

void
rebound_foresight_set_device (ReboundForesight *self, GParamSpec *pspec, const GValue *value)
{
  const guint rules = REBOUND_LIFE_LOCK_RESIGNS | REBOUND_LIFE_AWAKE;

  g_object_set_property (G_OBJECT (self->model), pspec->name, value);
  for (guint i = 0; i < self->tenants->len; i++)
    {
      ReboundLife *life = &tenant (self, i)->life;

      life->flags = (life->flags & ~rules) | rebound_device_get_rules (self->model);
    }
}

static guint
find_tenant (ReboundForesight *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->tenants->len; i++)
    if (strcmp (tenant (self, i)->name, name) == 0)
      return i;
  return REBOUND_PHONE_NOBODY;
}

static gboolean
follow (ReboundForesight *self, guint who, const char *word)
{
  g_autoptr (GArray) plan = rebound_phone_plan (self->tenants, who, word, NULL);

  if (plan != NULL)
    rebound_phone_follow (self->tenants, plan);
  return plan != NULL;
}

/* Reported once; then the missing steps are taken as played, so that what comes after is judged by
 * itself. */
static void
report_impossible (ReboundForesight *self,
                   guint who,
                   const char *word,
                   const ReboundPosition *position)
{
  const ReboundLife *life = &tenant (self, who)->life;
  g_autofree char *state = rebound_life_to_string (life);
  g_autofree char *possible = rebound_life_list_words (life);
  g_autoptr (GPtrArray) missing = rebound_life_fill (life, word);

  if (!self->fill || missing == NULL)
    rebound_diagnostics_add (self->diagnostics, position,
                             "“%s” is not possible while %s is %s; expected one of %s%s", word,
                             self->tenants->len > 1 ? tenant (self, who)->name
                                                    : REBOUND_LIFE_ANYBODY,
                             state, possible,
                             missing != NULL ? " (--fill plays the missing steps)" : "");
  for (guint i = 0; missing != NULL && i < missing->len; i++)
    follow (self, who, missing->pdata[i]);
}

void
rebound_foresight_follow (ReboundForesight *self,
                          const char *application,
                          const char *word,
                          const ReboundPosition *position)
{
  guint meant = find_tenant (self, application);

  if (self->is_lost || !rebound_life_is_word (word) || follow (self, meant, word))
    return;
  report_impossible (self, rebound_phone_choose (self->tenants, meant, word), word, position);
  follow (self, meant, word);
}

void
rebound_foresight_lose (ReboundForesight *self)
{
  self->is_lost = TRUE;
}
