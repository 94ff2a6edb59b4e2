// SPDX-License-Identifier: MIT
/*
 * look_json.c - a socket, with its buffers and whoever waits, as a line of JSON
 *
 * Times are nanoseconds of the lab, queues are octets; docs/sockets.md says
 * what each member means.
 */
#include "base/check.h"

#include "io/epoll_info.h"
#include "io/io.h"
#include "lab/look_int.h"
#include "lab/run_int.h"
#include "sock/file.h"
#include "sock/sock.h"
#include "sock/sock_look.h"
#include "tcp/tcp.h"

/* "As large as can be": nothing was ever lost (RFC 5681, 3.1). */
#define SSTHRESH_NONE (UINT32_C(1) << 30)

struct json look_line(struct look *l, const char *what)
{
	struct json j = json_begin(l->out);

	json_open(&j, '{');
	json_key_text(&j, "what", what);
	if (l->host)
		json_key_text(&j, "host", l->host->node.name);
	return j;
}

void look_line_end(struct look *l, struct json *j)
{
	json_close(j, '}');
	strbuf_putc(l->out, '\n');
}

void look_put_events(struct json *j, const char *key, uint32_t events)
{
	/* clang-format off */
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{WAIT_IN, "IN"},	{WAIT_PRI, "PRI"},
		{WAIT_OUT, "OUT"},	{WAIT_ERR, "ERR"},
		{WAIT_HUP, "HUP"},	{WAIT_RDHUP, "RDHUP"},
		{SK_EPOLLET, "ET"},	{SK_EPOLLONESHOT, "ONESHOT"},
		{SK_EPOLLEXCLUSIVE, "EXCLUSIVE"},
	};
	/* clang-format on */
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (events & names[i].bit)
			strbuf_printf(&sb, "%s%s", sb.len ? " " : "",
				      names[i].name);
	json_key_text(j, key, text);
}

static void put_end(struct json *j, const char *key, const struct endpoint *ep)
{
	char text[ENDPOINT_TEXT];
	bool is_any = ep->addr.family == IP_NONE;

	if (is_any && !ep->port)
		json_key_text(j, key, NULL);
	else
		json_key_text(j, key, endpoint_print(*ep, text));
}

static void put_queue(struct json *j, const char *key, size_t queue, size_t max)
{
	json_key(j, key);
	json_open(j, '{');
	json_key_num(j, "queue", (int64_t)queue);
	json_key_num(j, "max", (int64_t)max);
	json_close(j, '}');
}

static void put_timer(struct look *l, struct json *j,
		      const struct tcp_info *info)
{
	if (!info->timer_ns || !info->timer_name)
		return;
	json_key(j, "timer");
	json_open(j, '{');
	json_key_text(j, "name", info->timer_name);
	json_key_num(j, "at", (int64_t)info->timer_ns);
	json_key_num(j, "in", (int64_t)info->timer_ns - (int64_t)l->now_ns);
	json_close(j, '}');
}

static void put_congestion(struct json *j, const struct tcp_info *info)
{
	static const char *const states[] = {"open", "disorder", "cwr",
					     "recovery", "loss"};

	json_key_num(j, "mss", info->snd_mss);
	json_key_num(j, "cwnd", info->cwnd);
	if (info->ssthresh < SSTHRESH_NONE)
		json_key_num(j, "ssthresh", info->ssthresh);
	json_key_text(j, "congestion",
		      states[min_u32(info->ca_state, ARRAY_SIZE(states) - 1)]);
	json_key_num(j, "srtt_us", info->srtt_us);
	json_key_num(j, "rttvar_us", info->rttvar_us);
	json_key_num(j, "rto_us", info->rto_us);
	json_key_num(j, "backoff", info->backoff);
	json_key_num(j, "retransmits", info->retransmits);
	json_key_num(j, "probes", info->probes);
}

static void put_tcp(struct json *j, const struct tcp_info *info)
{
	json_key(j, "tcp");
	json_open(j, '{');
	put_congestion(j, info);
	json_key_num(j, "in_flight", info->in_flight);
	json_key_num(j, "lost", info->lost);
	json_key_num(j, "unsent", info->notsent);
	json_key_num(j, "peer_window", info->snd_wnd);
	json_key_num(j, "window", info->rcv_wnd);
	json_key_num(j, "sent", (int64_t)info->bytes_sent);
	json_key_num(j, "acked", (int64_t)info->bytes_acked);
	json_key_num(j, "received", (int64_t)info->bytes_received);
	json_key_bool(j, "sack", info->has_sack);
	json_key_bool(j, "timestamps", info->has_timestamps);
	json_key_bool(j, "ecn", info->has_ecn);
	json_close(j, '}');
}

static void put_own_sets(struct look *l, struct json *j,
			 const struct file *file)
{
	struct own_watched *w;

	list_for_each_entry(w, &l->own, struct own_watched, node) {
		if (w->target != file)
			continue;
		json_open(j, '{');
		json_key_text(j, "who", w->reader ? w->reader : "epoll");
		json_key_num(j, "epoll", w->set);
		look_put_events(j, "for", w->events & ~LOOK_ALWAYS);
		json_close(j, '}');
	}
}

/* Who stands in the wait queue; epoll sets say their numbers. */
static void put_waits(struct look *l, struct json *j, const struct file *file)
{
	const struct list *pos;

	json_key(j, "waits");
	json_open(j, '[');
	for (pos = file->wq.waiters.next; pos != &file->wq.waiters;
	     pos = pos->next) {
		const struct waiter *w =
			container_of_const(pos, struct waiter, node);

		if (w->name && !strcmp(w->name, "epoll"))
			continue;
		json_open(j, '{');
		json_key_text(j, "who", w->name ? w->name : "callback");
		look_put_events(j, "for", w->mask & ~LOOK_ALWAYS);
		json_close(j, '}');
	}
	put_own_sets(l, j, file);
	json_close(j, ']');
}

static void on_option(const char *name, int value, void *arg)
{
	json_key_num(arg, name, value);
}

static void put_options(struct json *j, struct file *file)
{
	json_key(j, "options");
	json_open(j, '{');
	sock_look_options(file, on_option, j);
	json_close(j, '}');
}

static void put_holder(struct json *j, const struct look_holder *h)
{
	json_open(j, '{');
	json_key_num(j, "pid", h->pid);
	json_key_text(j, "program", h->name);
	json_key_num(j, "fd", h->fd);
	if (h->call)
		json_key_text(j, "call", h->call);
	if (h->via >= 0)
		json_key_num(j, "epoll", h->via);
	json_close(j, '}');
}

/* The processes that have it and what each waits in, and the octets that are
 * on their way between them and the stack. */
static void put_program(struct json *j, const struct told_socket *s)
{
	const struct told_holder *t;

	json_key(j, "held");
	json_open(j, '[');
	list_for_each_entry(t, &s->holders, struct told_holder, node)
		put_holder(j, &t->h);
	json_close(j, ']');
	if (!s->has_pipe)
		return;
	json_key(j, "pipe");
	json_open(j, '{');
	json_key_num(j, "up", (int64_t)s->pipe.up);
	json_key_num(j, "down", (int64_t)s->pipe.down);
	json_close(j, '}');
}

static void count_for(struct look *l, int pid, const struct tcp_info *in)
{
	struct told_process *p;

	list_for_each_entry(p, &l->processes, struct told_process, node) {
		if (p->p.pid != pid)
			continue;
		p->sockets++;
		p->sent += in ? in->bytes_sent - in->bytes_retrans : 0;
		p->received += in ? in->bytes_received : 0;
	}
}

/* What a process has sent and received by the sockets that it has. */
static void count_for_holders(struct look *l, const struct told_socket *s,
			      const struct tcp_info *in)
{
	const struct told_holder *h;

	list_for_each_entry(h, &s->holders, struct told_holder, node)
		count_for(l, h->h.pid, in);
}

static void put_stream(struct look *l, struct json *j,
		       const struct tcp_info *tcp)
{
	if (tcp->state == TCPS_LISTEN) {
		json_key_num(j, "backlog", tcp->sndq);
		return;
	}
	put_timer(l, j, tcp);
	put_tcp(j, tcp);
}

/* A connection that is being opened knows its ends before the socket tells
 * them; one that nobody has bound to an address has all of them. */
static void find_ends(struct look *l, int fd, const struct sock_look *more,
		      struct sock_info *info)
{
	if (info->peer.addr.family == IP_NONE && more->has_tcp &&
	    more->tcp.remote.port)
		info->peer = more->tcp.remote;
	if (info->local.addr.family == IP_NONE && info->local.port)
		(void)sk_getsockname(&l->host->stack, fd, &info->local);
}

void look_put_socket(struct look *l, int fd, struct file *file)
{
	const struct told_socket *told;
	struct sock_look more;
	struct sock_info info;
	struct json j;

	if (!sock_look(file, &more) ||
	    !sock_info_get(&l->host->stack, fd, &info))
		return;
	told = look_find(l, l->host, fd);
	if (told)
		count_for_holders(l, told, more.has_tcp ? &more.tcp : NULL);
	j = look_line(l, "socket");
	json_key_num(&j, "fd", fd);
	json_key_text(&j, "kind", info.kind);
	json_key_text(&j, "state", info.state);
	find_ends(l, fd, &more, &info);
	put_end(&j, "local", &info.local);
	put_end(&j, "peer", &info.peer);
	put_queue(&j, "recv", info.recv_queue, more.recv_max);
	put_queue(&j, "send",
		  more.has_tcp && more.tcp.state == TCPS_LISTEN
			  ? 0
			  : info.send_queue,
		  more.send_max);
	if (more.has_tcp)
		put_stream(l, &j, &more.tcp);
	put_waits(l, &j, file);
	if (told)
		put_program(&j, told);
	put_options(&j, file);
	look_line_end(l, &j);
}

/* No program has it any more, or yet: TIME-WAIT, a half-open connection, one
 * that waits to be accepted. */
void look_put_orphan(struct look *l, const struct tcp_info *info)
{
	struct json j = look_line(l, "socket");

	json_key_text(&j, "kind", "tcp");
	json_key_text(&j, "state", tcp_state_name(info->state));
	put_end(&j, "local", &info->local);
	put_end(&j, "peer", &info->remote);
	put_queue(&j, "recv", info->rcvq, 0);
	put_queue(&j, "send", info->sndq, 0);
	put_timer(l, &j, info);
	if (info->cwnd)
		put_tcp(&j, info);
	look_line_end(l, &j);
}

void look_put_process(struct look *l, const struct told_process *t)
{
	struct json j;

	l->host = NULL;
	j = look_line(l, "process");
	json_key_text(&j, "host", t->p.host ? t->p.host->node.name : NULL);
	json_key_num(&j, "pid", t->p.pid);
	json_key_num(&j, "parent", t->p.parent);
	json_key_text(&j, "program", t->p.name);
	json_key_text(&j, "state", (char[]){t->p.state, '\0'});
	json_key_num(&j, "sockets", (int64_t)t->sockets);
	json_key_num(&j, "sent", (int64_t)t->sent);
	json_key_num(&j, "received", (int64_t)t->received);
	json_key_num(&j, "calls", (int64_t)t->p.calls);
	json_key_text(&j, "call", t->p.call);
	if (t->p.call_fd >= 0)
		json_key_num(&j, "call_fd", t->p.call_fd);
	json_key_bool(&j, "parked", t->p.is_parked);
	look_line_end(l, &j);
}
