// SPDX-License-Identifier: MIT
/*
 * knob.c - settings of a stack, by the names that Linux has for them
 *
 * Theory of operation
 * ===================
 * Scripts are written for Linux's defaults.  Where ours differ, and for good
 * reason, the stack that a script is played against is given Linux's: that is
 * the table of this file, all there is of a "personality".
 *
 * Some of Linux's settings have no counterpart and need none: what they
 * switch off (the memory of earlier connections) is never on here.  These are
 * taken without a word; any other unknown name is an error.
 */

#include "drill/knob.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "tcp/tcp.h"
#include "tcp/tcp_knobs.h"

/* clang-format off */
static const struct {
	const char *name, *value, *why;
} personality[] = {
	{"tcp_syn_retries",	"6",			"ours are 7: RFC 9293, 3.8.3 asks for three minutes"},
	{"tcp_synack_retries",	"5",			"ours are 2: less noise for the victim of a forged SYN"},
	{"tcp_min_snd_mss",	"48",			"ours is 88: below it headers outweigh everything"},
	{"tcp_comp_sack_nr",	"44",			"ours is 0: each ACK tells the sender when something arrived"},
	{"tcp_rfc1337",		"0",			"Linux lets a RST end TIME-WAIT"},
	{"tcp_rmem",		"4096 131072 6291456",	"its window scale follows from the last"},
	{"tcp_wmem",		"4096 131072 4194304",	"Linux says 16384, and grows before the first write"},
};

/* Taken without a word. */
static const char *const without_effect[] = {
	"tcp_no_metrics_save",	/* nothing is remembered */
	"tcp_tso_win_divisor",
	"tcp_adv_win_scale",
	"tcp_early_demux",
	"tcp_tso_rtt_log",
	"netdev_max_backlog",	/* no queue of that kind */
	"optmem_max",
	"rmem_max",		/* SO_RCVBUF and SO_SNDBUF have bounds */
	"wmem_max",		/* of their own */
	"tcp_rto_min_us_default",
	"tcp_allowed_congestion_control",
	"tcp_available_congestion_control",
};
/* clang-format on */

int drill_personality(struct stack *stack)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(personality); i++) {
		int err = tcp_knob_set_text(stack, personality[i].name,
					    personality[i].value);

		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

static const char *base_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

int drill_knob_set(struct stack *stack, const char *name, const char *value)
{
	int err = tcp_knob_set_text(stack, name, value);
	size_t i;

	if (err != -ENOENT)
		return err;
	for (i = 0; i < ARRAY_SIZE(without_effect); i++)
		if (!strcmp(base_name(name), without_effect[i]))
			return 0;
	return -ENOENT;
}
