/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_FLOW_H
#define TCP_TCP_FLOW_H

/*
 * tcp_flow.h - functions of the chapters about the user's side
 *
 * When to acknowledge, how large buffers are, urgent data, rare options, what
 * is counted.  A part of tcp_int.h, as tcp_call.h.
 */

/* tcp_delack.c */
void tcp_quick_again(struct tcp_conn *c, uint32_t most);
void tcp_quick_end(struct tcp_conn *c);
void tcp_delack_note_long_gap(struct tcp_conn *c, struct tcp_delack *d,
			      uint32_t gap);
void tcp_delack_first(struct tcp_conn *c, struct tcp_delack *d);
uint32_t tcp_delack_limit_ms(const struct tcp_conn *c,
			     const struct tcp_delack *d, uint32_t ato);
bool tcp_delack_is_enough(const struct tcp_conn *c);
void tcp_delack_beyond(struct tcp_conn *c);
uint32_t tcp_ato_ms(const struct tcp_conn *c);
void tcp_delack_timeout(struct tcp_conn *c);

/* tcp_autotune.c */
void tcp_buffers_init(struct tcp_conn *c);
uint8_t tcp_wscale_for(const struct tcp_conn *c);
uint32_t tcp_syn_window(const struct tcp_conn *c, uint32_t mss, bool has_ts);
void tcp_tune_by_window(const struct tcp_conn *c, struct tcp_tune *t);
void tcp_tune_by_echo(const struct tcp_conn *c, struct tcp_tune *t,
		      uint32_t ecr);
void tcp_tune_begin(struct tcp_conn *c);
void tcp_tune_round(struct tcp_conn *c, struct tcp_tune *t);
void tcp_tune_sndbuf(struct tcp_conn *c);

/* tcp_stall.c */
void tcp_stall_note(struct tcp_conn *c);
void tcp_stall_end(struct tcp_conn *c);
bool tcp_stall_reap(struct tcp_stack *tcp, const struct tcp_conn *busy);

/* tcp_mtup.c */
uint32_t tcp_mtup_limit(const struct tcp_conn *c);
void tcp_mtup_established(struct tcp_conn *c);
void tcp_mtup_timeout(struct tcp_conn *c);
bool tcp_mtup_wants(struct tcp_conn *c, struct tcp_out *o);
void tcp_mtup_sent(struct tcp_conn *c, const struct tcp_out *o, int err);
void tcp_mtup_acked(struct tcp_conn *c);
void tcp_mtup_again(struct tcp_conn *c, seq32 seq);
bool tcp_mtup_explains_loss(struct tcp_conn *c);

/* tcp_urg.c */
void tcp_in_urg(struct tcp_conn *c, struct tcp_seg *s);
seq32 tcp_urg_start(const struct tcp_conn *c);
uint32_t tcp_urg_limit(const struct tcp_conn *c, seq32 at, uint32_t n);
uint32_t tcp_urg_readable(const struct tcp_conn *c);
uint32_t tcp_urg_inq(const struct tcp_conn *c);
void tcp_urg_read(struct tcp_conn *c, size_t n);
uint32_t tcp_urg_poll(const struct tcp_conn *c);
void tcp_urg_send(struct tcp_conn *c);
void tcp_urg_put(const struct tcp_conn *c, seq32 seq, struct tcp_hdr *h);

/* tcp_extra.c */
struct tcp_extra *tcp_extra_get(struct tcp_conn *c); /* NULL: no memory */
const struct tcp_extra *tcp_extra(const struct tcp_conn *c);
void tcp_extra_inherit(struct tcp_conn *c, const struct tcp_conn *l);
uint64_t tcp_keep_idle_ns(const struct tcp_conn *c);
uint64_t tcp_keep_interval_ns(const struct tcp_conn *c);
uint32_t tcp_keep_probes(const struct tcp_conn *c);
uint32_t tcp_pacing_max(const struct tcp_conn *c);
void tcp_count_retransmits(struct tcp_conn *c, uint32_t n);
unsigned int tcp_fastopen_max(const struct tcp_conn *c);
unsigned int tcp_defer_tries(const struct tcp_conn *c);
unsigned int tcp_syn_tries(const struct tcp_conn *c, unsigned int otherwise);
uint64_t tcp_fin_wait_2_ns(const struct tcp_conn *c);

/* tcp_uto.c */
void tcp_uto_put(struct tcp_conn *c, struct tcp_opts *o, size_t datalen);
void tcp_uto_in(struct tcp_conn *c, const struct tcp_seg *s);
bool tcp_uto_rules(const struct tcp_conn *c);

/* tcp_tally.c; the rest of it is in tcp_tally.h */
void tcp_tally_fill(const struct tcp_conn *c, struct tcp_info *info);

#endif /* TCP_TCP_FLOW_H */
