// SPDX-License-Identifier: MIT
/*
 * match.c - what differs between a script and the wire
 *
 * What the script does not mention (a window, a type of service) is not
 * compared, with two exceptions that packetdrill has too: options that are
 * not there must not be there, and flags are compared all.
 */

#include "drill/packet.h"

/* A list of differences under way. */
struct differ {
	struct strbuf *sb;
	int count;
};

static void begin_one(struct differ *d)
{
	if (d->count++)
		strbuf_puts(d->sb, ", ");
}

static void compare(struct differ *d, const char *what, int64_t want,
		    int64_t have)
{
	if (want == have)
		return;
	begin_one(d);
	strbuf_printf(d->sb, "%s %lld instead of %lld", what, (long long)have,
		      (long long)want);
}

/* The same, where the script has something to say. */
static void compare_said(struct differ *d, const char *what, int64_t want,
			 int64_t have)
{
	if (want != DRILL_ANY)
		compare(d, what, want, have);
}

static void compare_ip(struct differ *d, const struct drill_packet *p,
		       const struct seen *seen, const struct drill_config *cfg)
{
	int ecn = seen->ip.tos & IP_ECN_MASK;

	if (p->ecn == -2 && ecn != IP_ECN_ECT0 && ecn != IP_ECN_ECT1)
		compare(d, "ECN", IP_ECN_ECT0, ecn);
	else if (p->ecn >= 0)
		compare(d, "ECN", p->ecn, ecn);
	compare_said(d, "tos", p->tos, seen->ip.tos);
	compare_said(d, "ttl", p->ttl, seen->ip.ttl);
	compare(d, "source address", cfg->local_ip, seen->ip.src.v);
	if (p->sport)
		compare(d, "source port", p->sport,
			p->kind == DP_UDP ? seen->udp.sport : seen->tcp.sport);
	if (p->dport)
		compare(d, "destination port", p->dport,
			p->kind == DP_UDP ? seen->udp.dport : seen->tcp.dport);
}

/* Timestamps of the stack may differ by a tick and the tolerance. */
static bool ts_is_near(const struct drill_config *cfg, const struct flow *f,
		       const struct drill_opt *want,
		       const struct drill_opt *have)
{
	int64_t off, slack;

	if (!cfg->ts_tick_us || !f->ts_count)
		return true;
	off = (int32_t)(flow_ts_to_script(f, have->num[0]) - want->num[0]);
	slack = 1 + cfg->tolerance_us / cfg->ts_tick_us;
	return off <= slack && off >= -slack;
}

static bool opt_matches(const struct drill_config *cfg, const struct flow *f,
			const struct drill_opt *want,
			const struct drill_opt *have)
{
	if (want->kind != have->kind)
		return false;
	if (want->kind == TCP_OPT_TIMESTAMP)
		return want->num[1] == have->num[1] &&
		       ts_is_near(cfg, f, want, have);
	return drill_opt_eq(want, have);
}

static bool opts_match(const struct drill_packet *p, const struct seen *seen,
		       const struct flow *f, const struct drill_config *cfg)
{
	struct drill_opt want[DRILL_OPTS_MAX];
	uint8_t octets[DRILL_OPT_OCTETS];
	int n = drill_opts_emit(octets, p->opts, p->opt_count);
	size_t i, count = drill_opts_parse(want, octets, (size_t)n);

	if (count != seen->opt_count)
		return false;
	for (i = 0; i < count; i++) {
		if (i < p->opt_count && p->opts[i].has_any)
			want[i].has_any = true;
		if (!opt_matches(cfg, f, &want[i], &seen->opts[i]))
			return false;
	}
	return true;
}

static void compare_opts(struct differ *d, const struct drill_packet *p,
			 const struct seen *seen, const struct flow *f,
			 const struct drill_config *cfg)
{
	if (p->has_any_opts || opts_match(p, seen, f, cfg))
		return;
	begin_one(d);
	strbuf_puts(d->sb, "options <");
	drill_opts_print(d->sb, seen->opts, seen->opt_count);
	strbuf_puts(d->sb, "> instead of <");
	drill_opts_print(d->sb, p->opts, p->opt_count);
	strbuf_puts(d->sb, ">");
}

static void compare_tcp(struct differ *d, const struct drill_packet *p,
			const struct seen *seen, const struct flow *f)
{
	if (p->flags != seen->tcp.flags) {
		begin_one(d);
		strbuf_puts(d->sb, "flags ");
		flags_print(d->sb, seen->tcp.flags);
		strbuf_puts(d->sb, " instead of ");
		flags_print(d->sb, p->flags);
	}
	compare(d, "seq", p->seq, (uint32_t)(seen->tcp.seq.v - f->local_off));
	compare(d, "length", p->len, (int64_t)seen->len);
	if (p->ack != DRILL_ANY)
		compare(d, "ack", p->ack, seen->tcp.ack.v);
	compare_said(d, "win", p->win, seen->tcp.win);
	compare_said(d, "urg", p->urg, seen->tcp.urp);
	if (seen->len && !seen_data_is_good(seen, f)) {
		begin_one(d);
		strbuf_puts(d->sb, "octets that the program did not write");
	}
}

static void compare_icmp(struct differ *d, const struct drill_packet *p,
			 const struct seen *seen)
{
	compare(d, "type", p->icmp_type, seen->icmp.type);
	compare(d, "code", p->icmp_code, seen->icmp.code);
	if (p->icmp_mtu)
		compare(d, "mtu", p->icmp_mtu, seen->icmp.mtu);
}

/* Timestamps that the script gives a value are known by it from now on. */
static void learn_ts(const struct drill_packet *p, const struct seen *seen,
		     struct flow *f)
{
	uint32_t script = 0, live = 0;
	bool has_script = false, has_live = false;
	size_t i;

	for (i = 0; i < p->opt_count; i++) {
		if (p->opts[i].kind != TCP_OPT_TIMESTAMP)
			continue;
		script = p->opts[i].num[0];
		has_script = true;
	}
	for (i = 0; i < seen->opt_count; i++) {
		if (seen->opts[i].kind != TCP_OPT_TIMESTAMP)
			continue;
		live = seen->opts[i].num[0];
		has_live = true;
	}
	if (has_script && has_live)
		flow_note_ts(f, script, live);
}

bool packet_mismatch(struct strbuf *sb, const struct drill_packet *p,
		     const struct seen *seen, struct flow *f,
		     const struct drill_config *cfg)
{
	struct differ d = {.sb = sb};

	compare_ip(&d, p, seen, cfg);
	if (p->kind != seen->kind) {
		begin_one(&d);
		strbuf_puts(sb, "another protocol");
	} else if (p->kind == DP_TCP) {
		compare_tcp(&d, p, seen, f);
		compare_opts(&d, p, seen, f, cfg);
		learn_ts(p, seen, f);
	} else if (p->kind == DP_UDP) {
		compare(&d, "length", p->len, (int64_t)seen->len);
	} else {
		compare_icmp(&d, p, seen);
	}
	return d.count > 0;
}
