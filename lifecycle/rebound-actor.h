/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-site.h"

G_BEGIN_DECLS

/**
 * ReboundCallback:
 * @REBOUND_CALLBACK_WILL_FINISH_LAUNCHING: the process has just begun
 * @REBOUND_CALLBACK_DID_FINISH_LAUNCHING: it is ready
 * @REBOUND_CALLBACK_DID_BECOME_ACTIVE: it is in front and gets events
 * @REBOUND_CALLBACK_WILL_RESIGN_ACTIVE: it is about to stop getting events
 * @REBOUND_CALLBACK_DID_ENTER_BACKGROUND: it is not seen any more and may be suspended soon
 * @REBOUND_CALLBACK_WILL_ENTER_FOREGROUND: it is about to be seen again
 * @REBOUND_CALLBACK_WILL_TERMINATE: the process is about to end
 * @REBOUND_CALLBACK_DID_RECEIVE_MEMORY_WARNING: memory is short
 * @REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE: the phone was locked with a passcode,
 * and files that it protects are about to be closed to everybody
 * @REBOUND_CALLBACK_PROTECTED_DATA_DID_BECOME_AVAILABLE: they can be read again
 *
 * What an application is told, with UIKit's names. Since: 0.1
 */
typedef enum
{
  REBOUND_CALLBACK_WILL_FINISH_LAUNCHING,
  REBOUND_CALLBACK_DID_FINISH_LAUNCHING,
  REBOUND_CALLBACK_DID_BECOME_ACTIVE,
  REBOUND_CALLBACK_WILL_RESIGN_ACTIVE,
  REBOUND_CALLBACK_DID_ENTER_BACKGROUND,
  REBOUND_CALLBACK_WILL_ENTER_FOREGROUND,
  REBOUND_CALLBACK_WILL_TERMINATE,
  REBOUND_CALLBACK_DID_RECEIVE_MEMORY_WARNING,
  REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE,
  REBOUND_CALLBACK_PROTECTED_DATA_DID_BECOME_AVAILABLE,
} ReboundCallback;

#define REBOUND_N_CALLBACKS 10

/**
 * ReboundActor:
 *
 * Something that plays a part in a run, with its properties, actions and signals as the script
 * sees them. Since: 0.1
 */
#define REBOUND_TYPE_ACTOR (rebound_actor_get_type ())
REBOUND_API
G_DECLARE_INTERFACE (ReboundActor, rebound_actor, REBOUND, ACTOR, GObject)

/**
 * ReboundActorInterface:
 * @prepare: of the type, not of one actor: load what its actors need that is not there from the
 * start. Called before a run in which such an actor is declared is played, once or more; %FALSE,
 * with an error, if it cannot be had: nothing is played then
 * @come_to_life: begin to live at @site: at the launch of the application, or at once for the
 * world's actors
 * @told: the application was told of @callback
 * @abandon: the process is gone: close every descriptor as the kernel does at exit, emit nothing,
 * and do not come back. Properties go on reading as they last were
 * @dup_waiting_for: (nullable): what this actor is waiting for, as "waits for an answer", or %NULL
 * when nothing
 * @owns_descriptor: whether @fd is open now and this actor's own. Several applications can share a
 * process; it is asked to tell whose a lock on a file is
 * @take_over: the process of @earlier has ended, and this is the same actor in the next one: add
 * what it has counted to what is told at the end. Called before @come_to_life
 * @tell_summary: the script has been played: tell, by events of its own, what came together over
 * the whole run. Called once, also where the actor's process has ended
 *
 * What plays a part in a run. All methods may be left out. Since: 0.1
 */
struct _ReboundActorInterface
{
  GTypeInterface parent_iface;

  gboolean (*prepare) (GError **error);
  void (*come_to_life) (ReboundActor *self, ReboundSite *site);
  void (*told) (ReboundActor *self, ReboundCallback callback);
  void (*abandon) (ReboundActor *self);
  char *(*dup_waiting_for) (ReboundActor *self);
  gboolean (*owns_descriptor) (ReboundActor *self, int fd);
  void (*take_over) (ReboundActor *self, ReboundActor *earlier);
  void (*tell_summary) (ReboundActor *self);
};

/**
 * rebound_actor_get_name:
 *
 * Returns: (transfer none): what the script calls the actor, or its type's name
 * Since: 0.1
 */
REBOUND_API const char *rebound_actor_get_name (ReboundActor *self);

/**
 * rebound_actor_set_name:
 * @name: what the actor is called in logs; interned
 *
 * Since: 0.1
 */
REBOUND_API void rebound_actor_set_name (ReboundActor *self, const char *name);

/**
 * rebound_actor_prepare_type:
 * @type: a type that scripts know, of an actor or not
 * @error: return location for a #GError
 *
 * Has what the type's actors need loaded. Since: 0.1
 *
 * Returns: %TRUE if it is there, or nothing is needed
 */
REBOUND_API gboolean rebound_actor_prepare_type (GType type, GError **error);

/**
 * rebound_actor_come_to_life:
 * @site: where it lives
 *
 * Begins the actor's life. Since: 0.1
 */
REBOUND_API void rebound_actor_come_to_life (ReboundActor *self, ReboundSite *site);

/**
 * rebound_actor_tell:
 * @callback: what the application was told
 *
 * Tells the actor of a callback. Since: 0.1
 */
REBOUND_API void rebound_actor_tell (ReboundActor *self, ReboundCallback callback);

/**
 * rebound_actor_abandon:
 *
 * Ends the actor's life without a word. Since: 0.1
 */
REBOUND_API void rebound_actor_abandon (ReboundActor *self);

/**
 * rebound_actor_dup_waiting_for:
 *
 * Returns: (transfer full) (nullable): what the actor waits for
 * Since: 0.1
 */
REBOUND_API char *rebound_actor_dup_waiting_for (ReboundActor *self);

/**
 * rebound_actor_owns_descriptor:
 * @fd: a descriptor of this process
 *
 * Returns: %TRUE if it is the actor's own; %FALSE for an actor that does not say
 * Since: 0.1
 */
REBOUND_API gboolean rebound_actor_owns_descriptor (ReboundActor *self, int fd);

/**
 * rebound_actor_take_over:
 * @earlier: the same actor, of the same type, in a process that has ended
 *
 * Hands on what is counted over a whole run. Since: 0.1
 */
REBOUND_API void rebound_actor_take_over (ReboundActor *self, ReboundActor *earlier);

/**
 * rebound_actor_tell_summary:
 *
 * Lets the actor tell what came together over the whole run. Since: 0.1
 */
REBOUND_API void rebound_actor_tell_summary (ReboundActor *self);

G_END_DECLS
