// SPDX-License-Identifier: MIT
/*
 * explain_run.c - the sentences of real programs on lab hosts
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_run[R_COUNT] = {
	W(RUN_START, "program",
	  "{program} is started on {host} (process {pid})",
	  "a person wants it to run there", NULL)
	W(RUN_CALL, "call",
	  "{program} (process {pid}) calls {call}()[ of its descriptor {=fd}]",
	  "a real program does what it does on any machine", NULL)
	W(RUN_EXIT, "program",
	  "process {pid} has ended, status {status}",
	  NULL, NULL)
	W(RUN_PARK, "call",
	  "{program} (process {pid}) waits in {call}() of its descriptor {=fd}, {until}",
	  "it has not said that it does not want to wait (O_NONBLOCK)", NULL)
	W(RUN_STOP, "program",
	  "{count} process(es) of {host} are stopped (SIGSTOP)",
	  "their host is frozen: nothing in it moves until it thaws", NULL)
	W(RUN_GO_ON, "program",
	  "{count} process(es) of {host} go on (SIGCONT)",
	  "their host is frozen no more; what came meanwhile waits for them", NULL)
	W(RUN_KILL, "program",
	  "{count} process(es) of {host} are killed (SIGKILL)",
	  "their host loses power: they cannot even say good-bye", NULL)
};
/* clang-format on */
