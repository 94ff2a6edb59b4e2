// SPDX-License-Identifier: MIT
/*
 * flow.c - the connections of a script: what its numbers are on the wire
 */

#include "drill/flow.h"

#include <string.h>

#include "base/check.h"

#define FIRST_PORT 40001

void flows_init(struct flows *fs)
{
	memset(fs, 0, sizeof(*fs));
	fs->next_port = FIRST_PORT;
}

struct flow *flow_find(struct flows *fs, bool is_udp, uint16_t lport,
		       uint16_t rport)
{
	size_t i;

	/* The newest first: ports may be used again. */
	for (i = fs->count; i-- > 0;)
		if (fs->all[i].is_udp == is_udp && fs->all[i].lport == lport &&
		    fs->all[i].rport == rport)
			return &fs->all[i];
	return NULL;
}

struct flow *flow_add(struct flows *fs, bool is_udp, uint16_t lport,
		      uint16_t rport)
{
	struct flow *f;

	if (fs->count == FLOWS_MAX)
		return NULL;
	f = &fs->all[fs->count++];
	f->is_udp = is_udp;
	f->lport = lport;
	f->rport = rport;
	fs->current = f;
	return f;
}

void flow_note_ts(struct flow *f, uint32_t script, uint32_t live)
{
	struct flow_ts ts = {.script = script, .live = live};

	if (!f->ts_count)
		f->first_ts = ts;
	f->ts[f->ts_count++ % FLOW_TS_MAX] = ts;
}

static uint32_t kept(const struct flow *f)
{
	return f->ts_count < FLOW_TS_MAX ? f->ts_count : FLOW_TS_MAX;
}

/* A script may write the same value for two that differ: the last counts. */
uint32_t flow_ts_to_live(const struct flow *f, uint32_t script)
{
	uint32_t i;

	for (i = 1; i <= kept(f); i++) {
		const struct flow_ts *ts =
			&f->ts[(f->ts_count - i) % FLOW_TS_MAX];

		if (ts->script == script)
			return ts->live;
	}
	return f->ts_count ? script + f->first_ts.live - f->first_ts.script
			   : script;
}

uint32_t flow_ts_to_script(const struct flow *f, uint32_t live)
{
	return f->ts_count ? live - f->first_ts.live + f->first_ts.script
			   : live;
}
