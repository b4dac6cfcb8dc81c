/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-kernel.h"

G_BEGIN_DECLS

/* A kernel without sockets: it says what a test wants said, and keeps count of what it was asked.
 */
#define FAKE_TYPE_KERNEL (fake_kernel_get_type ())
G_DECLARE_FINAL_TYPE (FakeKernel, fake_kernel, FAKE, KERNEL, GObject)

struct _FakeKernel
{
  GObject parent_instance;

  GString *log; /* nullable: a line for each call is appended */
  gboolean fails_start;
  gboolean fails_fence;
  gboolean fails_link;
  GString *acts;    /* nullable: what the device has done to it, "reclaim app defunct dead, " … */
  guint n_sockets;  /* that an application has whose sockets are taken */
  guint n_restless; /* so many observations say that something is on its way; G_MAXUINT: all */
  const char *waits_for;
  void (*on_observe) (gpointer data);
  void (*on_jump) (gpointer data); /* time is about to jump */
  const char *unsettled;           /* what is told then of a socket */
  gpointer data;

  guint n_started;
  guint n_stopped;
  guint n_fences;
  guint n_observed;
  ReboundRebindRule rule;
  gint64 time_wait_usec;
};

FakeKernel *fake_kernel_new (void);

G_END_DECLS
