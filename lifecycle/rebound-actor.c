/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application, or the world, is made of. Classes in net/ implement it; lifecycle/ drives
 * it. */

#include "rebound-actor.h"

G_DEFINE_INTERFACE (ReboundActor, rebound_actor, G_TYPE_OBJECT)

static void
rebound_actor_default_init (ReboundActorInterface *iface)
{
}

static GQuark
name_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-actor-name");
  return quark;
}

const char *
rebound_actor_get_name (ReboundActor *self)
{
  const char *name = g_object_get_qdata (G_OBJECT (self), name_quark ());

  return name != NULL ? name : G_OBJECT_TYPE_NAME (self);
}

void
rebound_actor_set_name (ReboundActor *self, const char *name)
{
  g_object_set_qdata (G_OBJECT (self), name_quark (), (gpointer) g_intern_string (name));
}

gboolean
rebound_actor_prepare_type (GType type, GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  ReboundActorInterface *iface = g_type_interface_peek (klass, REBOUND_TYPE_ACTOR);

  return iface == NULL || iface->prepare == NULL || iface->prepare (error);
}

void
rebound_actor_come_to_life (ReboundActor *self, ReboundSite *site)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  if (iface->come_to_life != NULL)
    iface->come_to_life (self, site);
}

void
rebound_actor_tell (ReboundActor *self, ReboundCallback callback)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  if (iface->told != NULL)
    iface->told (self, callback);
}

void
rebound_actor_abandon (ReboundActor *self)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  if (iface->abandon != NULL)
    iface->abandon (self);
}

char *
rebound_actor_dup_waiting_for (ReboundActor *self)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  return iface->dup_waiting_for != NULL ? iface->dup_waiting_for (self) : NULL;
}

gboolean
rebound_actor_owns_descriptor (ReboundActor *self, int fd)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  return iface->owns_descriptor != NULL && iface->owns_descriptor (self, fd);
}

void
rebound_actor_take_over (ReboundActor *self, ReboundActor *earlier)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  if (iface->take_over != NULL)
    iface->take_over (self, earlier);
}

void
rebound_actor_tell_summary (ReboundActor *self)
{
  ReboundActorInterface *iface = REBOUND_ACTOR_GET_IFACE (self);

  if (iface->tell_summary != NULL)
    iface->tell_summary (self);
}
