/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* Whose an actor is: a report has a section for each. */
typedef enum
{
  REBOUND_PARTY_APPLICATION, /* one of them, or an actor of its */
  REBOUND_PARTY_DEVICE,
  REBOUND_PARTY_PEERS,
  REBOUND_PARTY_KERNEL,
  REBOUND_PARTY_SCRIPT, /* and what the run says of itself */
} ReboundParty;

/* What a report says of a run besides its events. */
typedef struct
{
  ReboundRun *run;
  char *name;      /* as the script was called: a shipped one's name, a path, or "-" */
  char *title;     /* "" where the script says nothing of itself */
  char *source;    /* where its story comes from, or "" */
  char *problem;   /* which of the field's reports it belongs to, as "1, what it is about", or "" */
  char **settings; /* "NAME=VALUE" that the script was given, never NULL */
} ReboundAbout;

/* @settings may be NULL. */
ReboundAbout *rebound_about_new (ReboundRun *run, const char *name, char *const *settings);
void rebound_about_free (ReboundAbout *self);

ReboundParty rebound_about_get_party (const ReboundAbout *self, const char *actor);

/* "application", "device", "peers", "kernel", "script" */
const char *rebound_party_to_string (ReboundParty party);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundAbout, rebound_about_free)

G_END_DECLS
