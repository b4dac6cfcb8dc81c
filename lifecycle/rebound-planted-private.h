/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Bugs on purpose, for the tests alone: each is one that programs in the field have, or that this
 * one had. A build with REBOUND_PLANTED_BUGS has them all, and the environment variable
 * REBOUND_PLANT says which of them is there; tests/planted/plants.c lists them. In any other build
 * none is there, nor its name. */
#ifdef REBOUND_PLANTED_BUGS
gboolean rebound_is_planted (const char *name);

#define REBOUND_PLANTED(name) G_UNLIKELY (rebound_is_planted (#name))
#else
#define REBOUND_PLANTED(name) FALSE
#endif
