/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One application's table does not say what happens to the others: the lock is for all of them,
 * Home for whoever is in front, and an application that comes to the front sends away the one that
 * was there. */

#include "rebound-phone-private.h"

/* What befalls every application on the phone. */
static const char *const for_all[]
    = { "lock", "unlock", "reboot", "reclaim-sockets", "network-down", "network-up", NULL };

/* The same, unless it is one application that is meant. */
static const char *const for_all_or_one[] = { "memory-warning", NULL };

/* What a person does to the application that is seen. */
static const char *const for_front[]
    = { "home",      "open-other", "interrupt", "end-interrupt", "accept-call", "app-switcher",
        "pick-same", "pick-other", NULL };

/* What brings an application to the front, so that another has to leave it. */
static const char *const to_front[] = { "launch", "open", NULL };

static ReboundTenant *
tenant (GArray *tenants, guint who)
{
  return &g_array_index (tenants, ReboundTenant, who);
}

static gboolean
is_seen (const ReboundLife *life)
{
  return life->state == REBOUND_APPLICATION_STATE_ACTIVE
         || life->state == REBOUND_APPLICATION_STATE_INACTIVE;
}

gboolean
rebound_phone_is_for_all (const char *word)
{
  return g_strv_contains (for_all, word) || g_strv_contains (for_all_or_one, word);
}

gboolean
rebound_phone_is_for_front (const char *word)
{
  return g_strv_contains (for_front, word);
}

guint
rebound_phone_choose (GArray *tenants, guint meant, const char *word)
{
  if (meant == REBOUND_PHONE_NOBODY)
    meant = 0;
  if (rebound_phone_is_for_front (word) && !is_seen (&tenant (tenants, meant)->life))
    for (guint i = 0; i < tenants->len; i++)
      if (is_seen (&tenant (tenants, i)->life))
        return i;
  return meant;
}

static void
add_part (GArray *parts, guint who, const char *word)
{
  ReboundPart part = { who, word };

  g_array_append_val (parts, part);
}

static void
add_where_possible (GArray *parts, GArray *tenants, guint who, const char *word)
{
  if (rebound_life_plan (&tenant (tenants, who)->life, word) != NULL)
    add_part (parts, who, word);
}

/* Who the message speaks of; with one application there is no need for its name. */
static const char *
name_of (GArray *tenants, guint who)
{
  return tenants->len > 1 ? tenant (tenants, who)->name : REBOUND_LIFE_ANYBODY;
}

GArray *
rebound_phone_plan (GArray *tenants, guint target, const char *word, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (ReboundPart));
  guint who = rebound_phone_choose (tenants, target, word);
  gboolean is_for_all
      = g_strv_contains (for_all, word)
        || (target == REBOUND_PHONE_NOBODY && g_strv_contains (for_all_or_one, word));

  word = g_intern_string (word);
  if (is_for_all)
    for (guint i = 0; i < tenants->len; i++)
      add_where_possible (parts, tenants, i, word);
  if (parts->len == 0
      && !rebound_life_check (&tenant (tenants, who)->life, name_of (tenants, who), word, error))
    return NULL;
  if (is_for_all)
    return g_steal_pointer (&parts);
  for (guint i = 0; i < tenants->len; i++)
    if (i != who && g_strv_contains (to_front, word))
      add_where_possible (parts, tenants, i, "open-other");
  add_part (parts, who, word);
  return g_steal_pointer (&parts);
}

void
rebound_phone_follow (GArray *tenants, GArray *plan)
{
  for (guint i = 0; i < plan->len; i++)
    {
      const ReboundPart *part = &g_array_index (plan, ReboundPart, i);
      ReboundLife *life = &tenant (tenants, part->who)->life;

      *life = rebound_life_after (life, part->word);
      /* Whoever was in front when the phone was locked is so no more. */
      for (guint j = 0; j < tenants->len; j++)
        if (j != part->who && g_strv_contains (to_front, part->word))
          tenant (tenants, j)->life.flags &= ~REBOUND_LIFE_IN_FRONT;
    }
}
