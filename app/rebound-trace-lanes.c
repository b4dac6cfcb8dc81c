/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The picture's order is that of the story: what the script says, what the device does, each
 * application with its actors, the peers, and at the bottom the kernel. An actor's sockets are
 * below the actor. Numbers are given out in the order in which they are asked for, which is that of
 * the events, and so the same in every run. */

#include "rebound-trace-lanes.h"

#include <string.h>

/* Processes that there is one of; applications come after them. */
enum
{
  SCRIPT_PID = 1,
  DEVICE_PID,
  KERNEL_PID,
  PEERS_PID,
  FIRST_APPLICATION_PID
};

/* Where they stand: applications in between, in the order in which they come. */
#define SCRIPT_ORDER            0
#define DEVICE_ORDER            1
#define FIRST_APPLICATION_ORDER 2
#define PEERS_ORDER             10000
#define KERNEL_ORDER            10001

/* A thread whose number is its process's is taken for the main thread, and drawn first. */
#define FIRST_TID 100001

/* How many lanes there is room for, in the order of lanes, below each actor. */
#define LANES_PER_ACTOR 10000

typedef struct
{
  ReboundTraceLane lane;
  guint order;
  guint n_below;
  gboolean is_application;
} Actor;

struct _ReboundTraceLanes
{
  const ReboundAbout *about;
  ReboundTraceWriter *writer;
  GHashTable *processes; /* name → pid */
  GHashTable *actors;    /* name → Actor */
  GHashTable *below;     /* "actor\nname" → ReboundTraceLane */
  guint n_applications;
  guint n_lanes;
};

ReboundTraceLanes *
rebound_trace_lanes_new (const ReboundAbout *about, ReboundTraceWriter *writer)
{
  ReboundTraceLanes *self = g_new0 (ReboundTraceLanes, 1);

  self->about = about;
  self->writer = writer;
  self->processes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->actors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->below = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
rebound_trace_lanes_free (ReboundTraceLanes *self)
{
  g_hash_table_unref (self->processes);
  g_hash_table_unref (self->actors);
  g_hash_table_unref (self->below);
  g_free (self);
}

/* The pid of the process that is called @name, which is @pid where it is new. */
static guint
get_process (ReboundTraceLanes *self, const char *name, guint pid, guint order)
{
  gpointer known = g_hash_table_lookup (self->processes, name);

  if (known != NULL)
    return GPOINTER_TO_UINT (known);
  g_hash_table_insert (self->processes, g_strdup (name), GUINT_TO_POINTER (pid));
  rebound_trace_writer_name_process (self->writer, pid, name, order);
  return pid;
}

static guint
get_application (ReboundTraceLanes *self, const char *application)
{
  g_autofree char *name = g_strconcat ("application ", application, NULL);
  guint pid = get_process (self, name, FIRST_APPLICATION_PID + self->n_applications,
                           FIRST_APPLICATION_ORDER + self->n_applications);

  if (pid == FIRST_APPLICATION_PID + self->n_applications)
    self->n_applications++;
  return pid;
}

guint
rebound_trace_lanes_get_kernel (ReboundTraceLanes *self)
{
  return get_process (self, "kernel", KERNEL_PID, KERNEL_ORDER);
}

static guint
find_pid (ReboundTraceLanes *self, const char *actor)
{
  switch (rebound_about_get_party (self->about, actor))
    {
    case REBOUND_PARTY_APPLICATION:
      return get_application (self, rebound_run_get_owner (self->about->run, actor));
    case REBOUND_PARTY_DEVICE:
      return get_process (self, "device", DEVICE_PID, DEVICE_ORDER);
    case REBOUND_PARTY_KERNEL:
      return rebound_trace_lanes_get_kernel (self);
    case REBOUND_PARTY_SCRIPT:
      return get_process (self, "script", SCRIPT_PID, SCRIPT_ORDER);
    case REBOUND_PARTY_PEERS:
      break;
    }
  return get_process (self, "peers", PEERS_PID, PEERS_ORDER);
}

static ReboundTraceLane
new_lane (ReboundTraceLanes *self, guint pid, const char *name, guint order)
{
  ReboundTraceLane lane = { pid, FIRST_TID + self->n_lanes++ };

  rebound_trace_writer_name_lane (self->writer, lane, name, order);
  return lane;
}

static Actor *
get_actor (ReboundTraceLanes *self, const char *name)
{
  Actor *actor = g_hash_table_lookup (self->actors, name);

  if (actor != NULL)
    return actor;
  actor = g_new0 (Actor, 1);
  actor->order = g_hash_table_size (self->actors) * LANES_PER_ACTOR;
  actor->lane = new_lane (self, find_pid (self, name), name, actor->order);
  actor->is_application = g_strcmp0 (rebound_run_get_owner (self->about->run, name), name) == 0;
  g_hash_table_insert (self->actors, g_strdup (name), actor);
  return actor;
}

ReboundTraceLane
rebound_trace_lanes_get_actor (ReboundTraceLanes *self, const char *actor)
{
  return get_actor (self, actor)->lane;
}

gboolean
rebound_trace_lanes_has_actor (ReboundTraceLanes *self, const char *actor)
{
  return g_hash_table_contains (self->actors, actor);
}

gboolean
rebound_trace_lanes_is_application (ReboundTraceLanes *self, const char *actor)
{
  return get_actor (self, actor)->is_application;
}

ReboundTraceLane
rebound_trace_lanes_get_below (ReboundTraceLanes *self, const char *actor, const char *name)
{
  g_autofree char *key = g_strconcat (actor, "\n", name, NULL);
  ReboundTraceLane *lane = g_hash_table_lookup (self->below, key);
  Actor *above;

  if (lane != NULL)
    return *lane;
  above = get_actor (self, actor);
  above->n_below = MIN (above->n_below + 1, LANES_PER_ACTOR - 1);
  lane = g_new0 (ReboundTraceLane, 1);
  *lane = new_lane (self, above->lane.pid, name, above->order + above->n_below);
  g_hash_table_insert (self->below, g_steal_pointer (&key), lane);
  return *lane;
}

ReboundTraceLane
rebound_trace_lanes_get_socket (ReboundTraceLanes *self,
                                const char *connection,
                                const char *actor,
                                guint index)
{
  const char *own = strcmp (connection, actor) == 0 ? "listening" : connection;
  g_autofree char *name = index == 0 ? g_strdup_printf ("%s: %s", actor, own)
                                     : g_strdup_printf ("%s: %s (%u)", actor, own, index + 1);

  return rebound_trace_lanes_get_below (self, actor, name);
}
