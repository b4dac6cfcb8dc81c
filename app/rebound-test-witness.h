/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "lifecycle/rebound-event-sink.h"
#include "rebound-about.h"
#include "rebound-test-play.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TEST_WITNESS (rebound_test_witness_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTestWitness, rebound_test_witness, REBOUND, TEST_WITNESS, GObject)

/* A sink in the playing process that writes down for another what a report needs of the play: a
 * line an expectation, an explanation, and the end. */
ReboundEventSink *rebound_test_witness_new (const ReboundAbout *about, FILE *stream);

/* In the other process: puts what was written down into @play, as far as it goes. */
void rebound_test_witness_read (GBytes *written, ReboundTestPlay *play);

G_END_DECLS
