/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that librebound-1 has, for programs that use it: #include <rebound.h>. */

#include "lifecycle/rebound-actor.h"
#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-clock.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-duration.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-event-sink.h"
#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-kernel.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "lifecycle/rebound-macros.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-run.h"
#include "lifecycle/rebound-scriptable.h"
#include "lifecycle/rebound-site.h"
#include "lifecycle/rebound-timer.h"
#include "lifecycle/rebound-value.h"
#include "net/rebound-client.h"
#include "net/rebound-errno.h"
#include "net/rebound-isolation.h"
#include "net/rebound-linux-kernel.h"
#include "net/rebound-listener.h"
#include "net/rebound-net-enums.h"
