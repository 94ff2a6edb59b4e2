/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CALL_H
#define TCP_TCP_CALL_H

/*
 * tcp_call.h - functions that the files of this directory call of each other
 *
 * A part of tcp_int.h.
 */

/* tcp_fsm.c: the only writers of a state */
bool tcp_move_is_legal(enum tcp_state from, enum tcp_state to);
void tcp_end_set_state(struct tcp_stack *tcp, struct tcp_end *e,
		       enum tcp_state to);
void tcp_set_state(struct tcp_conn *c, enum tcp_state to);

/* tcp_demux.c */
uint32_t tcp_tuple_hash(const struct hash_key *key, const struct tcp_tuple *t);
bool tcp_tuple_eq(const struct tcp_tuple *a, const struct tcp_tuple *b);
struct tcp_end *tcp_end_find_far(struct tcp_stack *tcp,
				 const struct tcp_tuple *t);
uint32_t tcp_end_hash_ahead(struct tcp_stack *tcp, const struct tcp_tuple *t);
void tcp_end_hash_forget(struct tcp_stack *tcp);
int tcp_end_add(struct tcp_stack *tcp, struct tcp_end *e);
void tcp_end_del(struct tcp_stack *tcp, struct tcp_end *e);
void tcp_end_replace(struct tcp_stack *tcp, struct tcp_end *old,
		     struct tcp_end *e);

void tcp_end_to_tw(struct tcp_stack *tcp, struct tcp_end *old,
		   struct tcp_tw *tw);
void tcp_end_del_tw(struct tcp_stack *tcp, struct tcp_tw *tw,
		    const struct tcp_tuple *t);

/* tcp_port.c: @how is a set of enum tcp_bind_how */
struct tcp_bind *tcp_bind_get(struct tcp_stack *tcp, uint16_t port,
			      struct ip_addr addr, unsigned int how);
void tcp_bind_put(struct tcp_stack *tcp, struct tcp_bind *b, unsigned int how);
unsigned int tcp_bind_how(const struct tcp_conn *c);
int tcp_bind_drawn(struct tcp_conn *c, const struct tcp_tuple *t); /* -ENOMEM */
void tcp_bind_drop(struct tcp_stack *tcp, const struct tcp_tuple *t,
		   unsigned int how); /* of who kept no pointer */
bool tcp_addr_overlaps(struct ip_addr a, struct ip_addr b);
void tcp_conn_unbind(struct tcp_conn *c);
bool tcp_port_is_free(const struct tcp_stack *tcp, uint16_t port,
		      struct ip_addr addr, unsigned int how);
uint16_t tcp_port_pick(struct tcp_stack *tcp, struct ip_addr addr,
		       unsigned int how);
uint16_t tcp_port_pick_for(struct tcp_stack *tcp, struct tcp_tuple *t,
			   struct tcp_tw **reused);
struct tcp_conn *tcp_listener_find(const struct tcp_stack *tcp,
				   const struct tcp_tuple *t);
int tcp_listener_add(struct tcp_conn *c);
void tcp_listener_del(struct tcp_conn *c);

/* tcp_drawn.c; false: no memory, or too many */
bool tcp_drawn_add(struct tcp_stack *tcp, const struct ip_addr *addr,
		   uint16_t port);
void tcp_drawn_del(struct tcp_stack *tcp, const struct ip_addr *addr,
		   uint16_t port);
bool tcp_drawn_has(const struct tcp_stack *tcp, struct ip_addr addr,
		   uint16_t port);

/* tcp_iss.c */
#define TCP_FLAT_MAX 36	   /* two addresses of 16 octets, two ports */
enum { TCP_TS_PLAIN = 2 }; /* of knobs.timestamps: no secret offset */
/* The tuple as octets without holes; returns how many. */
size_t tcp_flatten(const struct tcp_tuple *t, bool with_ports, uint8_t *to);
seq32 tcp_iss(struct tcp_stack *tcp, const struct tcp_tuple *t);
uint32_t tcp_ts_offset(struct tcp_stack *tcp, const struct tcp_tuple *t);
uint32_t tcp_random(struct tcp_stack *tcp);
uint32_t tcp_random_below(struct tcp_stack *tcp, uint32_t n);

/* tcp_conn.c */
struct tcp_conn *tcp_conn_new(struct tcp_stack *tcp);
void tcp_conn_free(struct tcp_conn *c);
bool tcp_activate(struct tcp_conn *c); /* false: no memory */
void tcp_deactivate(struct tcp_conn *c);
void tcp_settle(struct tcp_conn *c);		   /* may free @c */
void tcp_conn_closed(struct tcp_conn *c, int err); /* positive, or 0 */
void tcp_conn_time_wait(struct tcp_conn *c);

/* tcp_check.c */
void tcp_check(const struct tcp_conn *c);

/* tcp_input.c */
void tcp_input(struct stack *stack, struct pkt *pkt,
	       const struct ip_meta *meta);

/* tcp_fin.c: a FIN for a connection at rest.  Returns whether it was, and took its
 * packet. */
bool tcp_fin_input(struct tcp_conn *c, const struct tcp_seg *s);

/* tcp_last.c: one of the last segments of an orphan.  Returns whether it was,
 * and took its packet; then @c may be gone. */
bool tcp_last_input(struct tcp_conn *c, struct tcp_seg *s);

/* tcp_in.c */
bool tcp_seq_is_acceptable(seq32 seq, uint32_t len, seq32 nxt, uint32_t wnd);
bool tcp_fin_is_acked(const struct tcp_conn *c);
enum tcp_verdict tcp_in_synchronized(struct tcp_conn *c, struct tcp_seg *s);
enum tcp_verdict tcp_in_rest(struct tcp_conn *c, struct tcp_seg *s);

/* tcp_open.c */
uint16_t tcp_peer_mss(const struct tcp_stack *tcp, const struct tcp_opts *o,
		      uint8_t family);
struct tcp_first;
void tcp_open_active(struct tcp_conn *c, struct tcp_first *first);
void tcp_open_timeout(struct tcp_conn *c);
void tcp_established(struct tcp_conn *c, const struct tcp_seg *s);
enum tcp_verdict tcp_in_syn_sent(struct tcp_conn *c, struct tcp_seg *s);
enum tcp_verdict tcp_in_closed(struct tcp_stack *tcp, struct tcp_seg *s);

/* tcp_req.c: @iss_min: our numbers must not begin before this, or NULL;
 * TCP_NEXT: @child is the connection that goes on with the segment */
enum tcp_verdict tcp_in_listen(struct tcp_conn *l, struct tcp_seg *s,
			       const seq32 *iss_min, struct tcp_conn **child);
enum tcp_verdict tcp_in_req(struct tcp_stack *tcp, struct tcp_req *r,
			    struct tcp_seg *s, struct tcp_conn **child);
void tcp_req_free(struct tcp_stack *tcp, struct tcp_req *r);
void tcp_req_fill(struct tcp_req *r, struct tcp_conn *l,
		  const struct tcp_seg *s);
void tcp_req_forget(struct tcp_stack *tcp, struct tcp_req *r);
bool tcp_accept_is_full(struct tcp_stack *tcp, const struct tcp_conn *l);

/* tcp_child.c: the connection that @r becomes, or NULL: no memory */
struct tcp_conn *tcp_child_new(struct tcp_stack *tcp, struct tcp_req *r);
struct tcp_conn *tcp_child_of_req(struct tcp_stack *tcp, struct tcp_req *r);

/* tcp_cookie.c: SYN cookies; @r need not be in any table */
void tcp_cookie_make(struct tcp_stack *tcp, struct tcp_req *r); /* r->iss */
uint32_t tcp_cookie_ts(const struct tcp_req *r, uint32_t now);
bool tcp_cookie_check(const struct tcp_stack *tcp, const struct tcp_seg *s,
		      struct tcp_req *r);

/* tcp_listen.c */
int tcp_listen_begin(struct tcp_conn *c, uint32_t backlog);
void tcp_listen_ready(struct tcp_conn *c);
void tcp_listen_end(struct tcp_conn *c);

/* tcp_tw.c */
struct tcp_end tcp_tw_end(const struct tcp_tw *tw); /* as of a connection */
bool tcp_tw_eq(const struct tcp_tw *tw, const struct tcp_tuple *t);
void tcp_tw_begin(struct tcp_conn *c);
enum tcp_verdict tcp_in_tw(struct tcp_stack *tcp, struct tcp_tw *tw,
			   struct tcp_seg *s, seq32 *iss_min);
bool tcp_tw_is_reusable(const struct tcp_stack *tcp, const struct tcp_end *e);
seq32 tcp_tw_reuse(struct tcp_stack *tcp, struct tcp_tw *tw);
void tcp_tw_on_timer(struct timer *t, void *arg);
void tcp_tw_free_all(struct tcp_stack *tcp);

/* tcp_rst.c */
enum reason tcp_rst_reason(const struct tcp_seg *s);
void tcp_rst_reply(struct tcp_stack *tcp, const struct tcp_seg *s,
		   enum reason why);
bool tcp_may_challenge(struct tcp_stack *tcp, uint32_t *next_ms);
void tcp_challenge(struct tcp_conn *c, enum reason why);

/* tcp_err.c */
bool tcp_on_error(struct stack *stack, const struct ip_error *err);

/* tcp_rcv.c, tcp_ooo.c */
uint16_t tcp_rcv_window(struct tcp_conn *c); /* as it stands in a header */
uint32_t tcp_select_window(const struct tcp_conn *c);
void tcp_rcv_window_update(struct tcp_conn *c);
enum tcp_verdict tcp_rcv_text(struct tcp_conn *c, struct tcp_seg *s);
size_t tcp_ooo_size(void);
void tcp_ooo_free(struct tcp_conn *c);
size_t tcp_ooo_truesize(const struct tcp_conn *c);
bool tcp_ooo_first(const struct tcp_conn *c, seq32 *seq);
bool tcp_ooo_island(const struct tcp_conn *c, uint32_t i,
		    struct tcp_sack_block *b);
bool tcp_ooo_island_of(const struct tcp_conn *c, seq32 seq,
		       struct tcp_sack_block *b);
bool tcp_ooo_add(struct tcp_conn *c, struct tcp_seg *s, size_t budget);
void tcp_ooo_deliver(struct tcp_conn *c);
void tcp_ooo_check(const struct tcp_conn *c);

/* tcp_snd.c */
void tcp_output(struct tcp_conn *c);
void tcp_output_far(struct tcp_conn *c); /* it does not leave as it is */
void tcp_on_send_timer(struct tcp_conn *c);
void tcp_window_opened(struct tcp_conn *c);
void tcp_count_try(struct tcp_conn *c);

/* tcp_srcroute.c: @way may be NULL */
struct tcp_srcroute *tcp_srcroute_of(struct tcp_stack *tcp,
				     const struct tcp_seg *s);
void tcp_srcroute_free(struct tcp_stack *tcp, struct tcp_srcroute *way);
void tcp_srcroute_adopt(struct tcp_conn *c, const struct tcp_srcroute *way);
void tcp_srcroute_update(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_srcroute_put(const struct tcp_srcroute *way, struct tcp_path *to);
uint32_t tcp_srcroute_len(const struct tcp_conn *c);

/* tcp_out.c: each returns 0 or -errno */
int tcp_xmit(struct tcp_stack *tcp, struct pkt *pkt, const struct tcp_path *to,
	     struct tcp_hdr *h, const struct tcp_opts *o);
int tcp_xmit_bare(struct tcp_stack *tcp, const struct tcp_path *to,
		  struct tcp_hdr *h, const struct tcp_opts *o, enum reason why);
int tcp_out_data(struct tcp_conn *c, const struct tcp_out *o, uint32_t *taken);
int tcp_out_syn(struct tcp_conn *c, enum reason why);
void tcp_out_ack(struct tcp_conn *c);
void tcp_out_probe(struct tcp_conn *c, enum reason why);
void tcp_out_rst(struct tcp_conn *c, enum reason why);
uint16_t tcp_mss_limit(struct tcp_stack *tcp, struct ip_addr dst);
uint16_t tcp_mss_to_say(const struct tcp_conn *c, struct ip_addr peer);
uint32_t tcp_mss_most(const struct tcp_conn *c);
void tcp_mss_update(struct tcp_conn *c);

/* Noticing losses and repairing them: tcp_loss.h */

/* tcp_rtt.c */
void tcp_rtt_forget(struct tcp_conn *c);
void tcp_rtt_first(struct tcp_conn *c, uint64_t sent_ns);
void tcp_rtt_of_syn(struct tcp_conn *c, const struct tcp_seg *s);
void tcp_rtt_sample(struct tcp_conn *c, uint64_t rtt_ns);
void tcp_rtt_take(struct tcp_conn *c, struct tcp_news *n);

/* tcp_timer.c */
uint64_t tcp_timer_for_user(const struct tcp_conn *c, uint64_t at_ns);
const char *tcp_timer_next(const struct tcp_conn *c, uint64_t *at_ns);
void tcp_on_timer(struct timer *t, void *arg);
void tcp_keep_restart(struct tcp_conn *c);
void tcp_give_up(struct tcp_conn *c);
bool tcp_user_timed_out(const struct tcp_conn *c);

/* tcp_user.c */
void tcp_writable(struct tcp_conn *c);
void tcp_fin_wait_2(struct tcp_conn *c);
void tcp_conn_reset(struct tcp_conn *c, enum reason why);

#endif /* TCP_TCP_CALL_H */
