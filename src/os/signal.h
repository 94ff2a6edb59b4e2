/* SPDX-License-Identifier: MIT */
#ifndef OS_SIGNAL_H
#define OS_SIGNAL_H

/*
 * signal.h - a sink that sends real signals
 */

#include "core/signal.h"

/* Signals go to processes and threads of this system. */
struct signal_sink os_signal_sink(void);

#endif /* OS_SIGNAL_H */
