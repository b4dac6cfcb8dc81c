/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bench.h"

G_BEGIN_DECLS

/* Runs the program that the words say to its end, with standard output and input at /dev/null, and
 * adds what it took to @time: the CPU's time is the child's own and that of its children. It has to
 * end with status 0. */
void bench_spawn (BenchTime *time, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
