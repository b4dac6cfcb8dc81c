/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/* An actor without a socket, to hold the script language against: it has a property of every kind,
 * actions that succeed and fail, signals with and without names, and a timer. Scripts call it bell
 * (the world's) and app-bell (the application's), once test_bell_register() was called.
 *
 * It says what happens to it: “lived”, “told” and “abandoned” are signals, and so are events. */
#define TEST_TYPE_BELL (test_bell_get_type ())
G_DECLARE_FINAL_TYPE (TestBell, test_bell, TEST, BELL, GObject)

void test_bell_register (void);

TestBell *test_bell_new (void);
guint test_bell_get_n_rung (TestBell *self);

/* How often it came to life and was abandoned. */
guint test_bell_get_n_lives (TestBell *self);
guint test_bell_get_n_abandoned (TestBell *self);

/* Rings now, without a script. */
void test_bell_ring (TestBell *self);

G_END_DECLS
