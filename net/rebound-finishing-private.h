/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"
#include "lifecycle/rebound-application.h"

G_BEGIN_DECLS

typedef struct
{
  /* Whether a connection of the actor's is on its way out. */
  gboolean (*is_finishing) (ReboundActor *actor);

  /* Aborts those that are, because of @why. */
  void (*give_up) (ReboundActor *actor, const char *why);

  /* What else ends when the time in the background does; before the connections. May be NULL. */
  void (*expired) (ReboundActor *actor);
} ReboundFinishingFuncs;

/* The background task that an actor holds while its connections end in good order, or for what else
 * it has to do there. */
typedef struct
{
  ReboundActor *actor; /* not owned: this is a part of it */
  const ReboundFinishingFuncs *funcs;
  ReboundApplication *application; /* while there is a task */
  guint task;                      /* 0: none */
} ReboundFinishing;

/* "web: serving". FALSE where there is no task to be had. */
gboolean rebound_finishing_begin_task (ReboundFinishing *self, ReboundSite *site, const char *what);
void rebound_finishing_end_task (ReboundFinishing *self);

/* As long as a connection is on its way out the task is held. */
void rebound_finishing_end_task_if_done (ReboundFinishing *self);

/* What is finishing when the application goes to the background needs time there. Where there is
 * none it is given up. */
void rebound_finishing_enter_background (ReboundFinishing *self, ReboundSite *site);

/* The process is gone, and the task with it. */
void rebound_finishing_abandon (ReboundFinishing *self);

G_END_DECLS
