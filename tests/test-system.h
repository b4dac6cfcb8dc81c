/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net-test.h"

G_BEGIN_DECLS

/* The system of a phone, which takes the application's sockets away when a script says so:
 * system.take, system.plan (at the next did-become-active), system.forget. It also has a plain
 * socket that is no actor's: system.dial, system.say, system.hang-up, system.clog. */
#define TEST_TYPE_SYSTEM (test_system_get_type ())
G_DECLARE_FINAL_TYPE (TestSystem, test_system, TEST, SYSTEM, GObject)

/* Puts one under the script, called "system". */
void test_system_add (NetTest *test);

G_END_DECLS
