/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application-private.h"
#include "rebound-device-private.h"
#include "rebound-profile-private.h"

G_BEGIN_DECLS

/* The device is one class in two files: rebound-device.c is what it does, rebound-device-class.c
 * what a script sees of it. */
struct _ReboundDevice
{
  GObject parent_instance;

  GPtrArray *places; /* ReboundPlace */
  ReboundSite *world;
  ReboundKernel *kernel;
  ReboundTurnFunc turn;
  gpointer turn_data;
  ReboundLockFilter lock_filter;
  gpointer lock_filter_data;
  ReboundTimer *protection_timer;

  /* As set. */
  ReboundProfile profile;
  ReboundProfileData data; /* the profile's, and what was set besides */
  ReboundReclaimedListener reclaimed_listener;
  ReboundLimits limits;
  gboolean has_passcode;
  gboolean has_debugger;

  /* As it stands. */
  gboolean is_locked;
  gboolean is_link_down;
  gboolean is_protected; /* nobody can read protected data */
};

/* What was to take an application's sockets, and was put off. */
typedef enum
{
  REBOUND_PUT_OFF_NOTHING,
  REBOUND_PUT_OFF_LOCK, /* void when the phone is unlocked before */
  REBOUND_PUT_OFF_WORD, /* reclaim-sockets */
} ReboundPutOff;

/* One application on the device. */
typedef struct
{
  ReboundDevice *device;
  ReboundApplication *application;
  gboolean was_in_front;    /* when the phone was locked */
  ReboundPutOff put_off;    /* its sockets are taken when no background task holds it any more */
  gboolean has_been_taken;  /* its sockets, by the word that is being played */
  ReboundTimer *suspension; /* after its last background task; NULL without a world */
} ReboundPlace;

/* Hands the applications what was set. */
void rebound_device_apply (ReboundDevice *self);
void rebound_device_set_up (ReboundDevice *self);

/* The word of a script; @name is the application's where the word is about one, or NULL. */
GError *rebound_device_obey (ReboundDevice *self, const char *name, const char *word);

void rebound_device_notify_locked (ReboundDevice *self);
void rebound_device_emit_reclaimed (ReboundDevice *self, const char *application, guint count);
void rebound_device_emit_put_off (ReboundDevice *self, const char *application, const char *tasks);
void rebound_device_emit_kept_running (ReboundDevice *self,
                                       const char *application,
                                       const char *tasks,
                                       gint64 left_usec);

G_END_DECLS
