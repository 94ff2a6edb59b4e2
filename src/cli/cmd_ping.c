// SPDX-License-Identifier: MIT
/*
 * cmd_ping.c - weft ping HOST, weft trace HOST: is it there, and which way?
 *
 * Both are a lab whose script has one line, as a visit is: the host that asks
 * is part of the lab, and so are the routers that answer.  What is printed is
 * what the log of the run says.
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "cli/asker.h"
#include "cli/cli.h"
#include "lab/run.h"
#include "trace/json.h"
#include "trace/names.h"

#define OPTIONS                                                              \
	"      --lab FILE   the network of a lab file (else: that of weft "  \
	"visit)\n"                                                           \
	"      --on HOST    who asks (else: the first host that has DNS)\n"  \
	"  -4, --ipv4       over IPv4; that is the default\n"                \
	"  -6, --ipv6       over IPv6\n"                                     \
	"      --fault F    break something first, as weft visit does\n"     \
	"  -o, --out DIR    folder for log and captures (else: named after " \
	"the "                                                               \
	"lab)\n"                                                             \
	"  -s, --seed N     another run of the same\n"                       \
	"      --json       for programs\n"

#define AFTER                                                                \
	"\nHOST is a node of the lab, or an address. weft why, show, hops: " \
	"more "                                                              \
	"about a frame.\n\nexit status: 0 "

static const char ping_help[] =
	"usage: weft ping HOST [options]\n\n"
	"Sends echo requests from one host of a lab to another.\n\n" OPTIONS
	"  -c, --count N    so many requests; 4 if not said\n"
	"      --size N     octets in each; 56 if not said\n" AFTER
	"somebody answered, 1 nobody did, 2 wrong arguments or\na wrong "
	"file\n\n"
	"examples:\n"
	"  weft ping web\n"
	"  weft ping web -6 -c 2 --size 2000\n"
	"  weft ping 10.9.0.80 --on phone\n";

static const char trace_help[] =
	"usage: weft trace HOST [options]\n\n"
	"Finds the routers on the way from one host of a lab to another: "
	"requests that\nlive for one hop, two hops, and so on, until the host "
	"answers.\n\n" OPTIONS AFTER "the host answered, 1 it did not, 2 wrong "
	"arguments or a\nwrong file\n\n"
	"examples:\n"
	"  weft trace web\n"
	"  weft trace web --ipv6\n";

struct args {
	struct asker asker;
	struct lab_asking how;
};

/* One option.  False: it is none, or not of this command. */
static bool take_option(struct args *a, int c)
{
	switch (c) {
	case 'c':
		return !a->how.is_trace &&
		       cli_number(optarg, 65535, &a->how.count) && a->how.count;
	case 'z':
		return !a->how.is_trace &&
		       cli_number(optarg, 65507, &a->how.size);
	default:
		return asker_option(&a->asker, c);
	}
}

/* -1: go on. */
static int parse_args(int argc, char **argv, struct args *a)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{"lab", required_argument, NULL, 'l'},
		{"on", required_argument, NULL, 'n'},
		{"ipv4", no_argument, NULL, '4'},
		{"ipv6", no_argument, NULL, '6'},
		{"fault", required_argument, NULL, 'f'},
		{"out", required_argument, NULL, 'o'},
		{"seed", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"count", required_argument, NULL, 'c'},
		{"size", required_argument, NULL, 'z'},
		{0},
	};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":ho:s:c:46", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(a->how.is_trace ? trace_help : ping_help, stdout);
			return CLI_OK;
		}
		if (!take_option(a, c))
			return cli_usage(a->asker.command, "what is '%s'?",
					 argv[optind - 1]);
	}
	if (optind + 1 != argc)
		return cli_usage(a->asker.command, "one host is wanted");
	a->how.to = argv[optind];
	return -1;
}

/* An address says which version it is of. */
static int choose_version(struct args *a)
{
	enum lab_over over = a->asker.over;
	struct ip_addr ip;

	a->how.over = over;
	if (ip_addr_parse(&ip, a->how.to))
		return CLI_OK;
	a->how.over = ip.family == IP_V6 ? LAB_OVER_IPV6 : LAB_OVER_IPV4;
	if (over != LAB_OVER_ANY && over != a->how.over)
		return cli_usage(a->asker.command,
				 "'%s' is no address of IPv%c", a->how.to,
				 over == LAB_OVER_IPV6 ? '6' : '4');
	return CLI_OK;
}

/* The lab with our script in it.  CLI_OK, else complained. */
static int prepare(struct lab *lab, struct mem *mem, struct args *a)
{
	uint64_t at;
	int err, status = asker_load(&a->asker, lab, mem, &at);

	if (status != CLI_OK)
		return status;
	err = lab_add_asking(lab, at, a->asker.host, &a->how);
	return err ? asker_complain(&a->asker, lab, mem, err) : CLI_OK;
}

/* "web (10.9.0.80)", or the address alone. */
static void put_who(const struct trace_log *log, const char *ip,
		    struct strbuf *out)
{
	const char *name = name_of_ip(log, ip);

	if (name)
		strbuf_printf(out, "%s (%s)", name, ip);
	else
		strbuf_puts(out, ip);
}

static const char *text_of(const struct log_event *ev, const char *key)
{
	const char *text = log_text(ev, key);

	return text ? text : "?";
}

static double ms_of(const struct log_event *ev)
{
	return (double)log_num(ev, "rtt_us", 0) / 1000;
}

/* What is told of a run: the same for a person and for a program. */
struct report {
	const struct trace_log *log;
	const struct args *a;
	struct strbuf *out;
	struct json j;
	unsigned int sent, answers;
	int64_t sum_us, least_us, most_us;
};

static void count_answer(struct report *r, const struct log_event *ev)
{
	int64_t us = log_num(ev, "rtt_us", 0);

	r->least_us = !r->answers || us < r->least_us ? us : r->least_us;
	r->most_us = us > r->most_us ? us : r->most_us;
	r->sum_us += us;
	r->answers++;
}

static void put_json(struct report *r, const struct log_event *ev,
		     const char *what)
{
	const char *from = log_text(ev, "from");
	int64_t number = log_num(ev, "seq", 0);

	json_open(&r->j, '{');
	json_key_text(&r->j, "what", what);
	json_key_num(&r->j, "number", log_num(ev, "number", number));
	json_key_text(&r->j, "from", from);
	json_key_text(&r->j, "name", from ? name_of_ip(r->log, from) : NULL);
	json_key_num(&r->j, "rtt_us", log_num(ev, "rtt_us", -1));
	json_key_text(&r->j, "text", log_text(ev, "text"));
	json_key_num(&r->j, "event", ev->n);
	json_close(&r->j, '}');
}

static void put_answer(struct report *r, const struct log_event *ev)
{
	strbuf_printf(r->out, "%4lld  ", (long long)log_num(ev, "seq", 0));
	put_who(r->log, text_of(ev, "from"), r->out);
	strbuf_printf(r->out, "   %.3f ms   ttl %lld   %lld octets   #%u\n",
		      ms_of(ev), (long long)log_num(ev, "ttl", 0),
		      (long long)log_num(ev, "octets", 0), ev->n);
}

static void put_error(struct report *r, const struct log_event *ev)
{
	strbuf_puts(r->out, "      ");
	put_who(r->log, text_of(ev, "from"), r->out);
	strbuf_printf(r->out, " says: %s   #%u\n", text_of(ev, "error"), ev->n);
}

static void put_hop(struct report *r, const struct log_event *ev)
{
	strbuf_printf(r->out, "%4lld  ", (long long)log_num(ev, "number", 0));
	if (ev->what == R_TRACE_SILENT) {
		strbuf_printf(r->out, "(nobody says anything)   #%u\n", ev->n);
		return;
	}
	put_who(r->log, text_of(ev, "from"), r->out);
	strbuf_printf(r->out, "   %.3f ms   %s   #%u\n", ms_of(ev),
		      text_of(ev, "text"), ev->n);
}

/* One event at the host that asks. */
static void take(struct report *r, const struct log_event *ev)
{
	bool is_json = r->a->asker.is_json;

	if (ev->what == R_PING_SENT || ev->what == R_TRACE_SENT) {
		r->sent++;
	} else if (ev->what == R_PING_ANSWER) {
		count_answer(r, ev);
		is_json ? put_json(r, ev, "answer") : put_answer(r, ev);
	} else if (ev->what == R_TRACE_HOP || ev->what == R_TRACE_SILENT) {
		if (log_num(ev, "is_target", 0))
			count_answer(r, ev);
		is_json ? put_json(r, ev, "hop") : put_hop(r, ev);
	} else if (ev->what == R_PING_TIMEOUT && is_json) {
		put_json(r, ev, "silence");
	} else if (ev->what == R_PING_TIMEOUT) {
		strbuf_printf(r->out, "%4lld  no answer   #%u\n",
			      (long long)log_num(ev, "seq", 0), ev->n);
	} else if (ev->what == R_ICMP_ERROR_IN && r->sent && !is_json &&
		   !r->a->how.is_trace) {
		put_error(r, ev);
	}
}

static void put_head(struct report *r)
{
	const struct args *a = r->a;

	if (a->asker.is_json) {
		r->j = json_begin(r->out);
		json_open(&r->j, '{');
		json_key_text(&r->j, "to", a->how.to);
		json_key_text(&r->j, "on", a->asker.host);
		json_key_num(&r->j, "seed", (int64_t)a->asker.seed);
		json_key(&r->j, "events");
		json_open(&r->j, '[');
	} else if (a->how.is_trace) {
		strbuf_printf(r->out, "the way from %s to %s\n", a->asker.host,
			      a->how.to);
	} else {
		strbuf_printf(r->out, "%s pings %s, %llu octets each\n",
			      a->asker.host, a->how.to,
			      (unsigned long long)a->how.size);
	}
}

static void put_tail(struct report *r)
{
	const struct args *a = r->a;

	if (a->asker.is_json) {
		json_close(&r->j, ']');
		json_key_num(&r->j, "sent", r->sent);
		json_key_num(&r->j, "answers", r->answers);
		json_close(&r->j, '}');
		strbuf_putc(r->out, '\n');
		return;
	}
	if (a->how.is_trace) {
		if (!r->answers)
			strbuf_printf(r->out, "%s was not reached\n",
				      a->how.to);
		return;
	}
	strbuf_printf(r->out, "%u sent, %u answered", r->sent, r->answers);
	if (r->answers)
		strbuf_printf(r->out,
			      "; round trip %.3f at least, %.3f in the mean, "
			      "%.3f ms at most",
			      (double)r->least_us / 1000,
			      (double)r->sum_us / r->answers / 1000,
			      (double)r->most_us / 1000);
	strbuf_putc(r->out, '\n');
}

/* Returns whether it was reached. */
static bool tell(struct lab_run *run, const struct args *a, struct strbuf *out)
{
	struct report r = {.log = lab_run_log(run), .a = a, .out = out};

	check(a->asker.host); /* prepare() has seen to it */
	put_head(&r);
	for (uint32_t n = 1; n <= trace_log_count(r.log); n++) {
		const struct log_event *ev = trace_log_get(r.log, n);

		if (!strcmp(ev->host, a->asker.host))
			take(&r, ev);
	}
	put_tail(&r);
	return r.answers;
}

static int show(struct lab_run *run, const struct args *a, struct mem *mem)
{
	struct strbuf names, out;
	int err, status;

	strbuf_init(&names, mem);
	strbuf_init(&out, mem);
	err = asker_keep(&a->asker, run, &names);
	status = tell(run, a, &out) ? CLI_OK : CLI_FAILED;
	if (err || cli_put(&out) != CLI_OK)
		status = CLI_FAILED;
	strbuf_fini(&names);
	strbuf_fini(&out);
	return status;
}

static int ask(struct lab *lab, struct mem *mem, struct args *a)
{
	struct lab_run *run;
	int err, status = asker_begin(&a->asker, lab, mem, &run);

	if (status != CLI_OK)
		return status;
	err = lab_run_go(run);
	if (err)
		fprintf(stderr, "weft %s: %s\n", a->asker.command,
			strerror(-err));
	status = err ? CLI_FAILED : show(run, a, mem);
	return asker_end(&a->asker, run, status);
}

static int run_command(int argc, char **argv, struct args *a)
{
	struct lab lab = {0};
	struct mem mem;
	int status = parse_args(argc, argv, a);

	if (status >= 0)
		return status;
	status = choose_version(a);
	if (status != CLI_OK)
		return status;
	mem_init_libc(&mem);
	status = prepare(&lab, &mem, a);
	if (status == CLI_OK)
		status = ask(&lab, &mem, a);
	lab_fini(&lab);
	return status;
}

int cmd_ping(int argc, char **argv)
{
	struct args a = {.asker.command = "ping",
			 .how = {.count = 4, .size = 56, .every_ns = NS_PER_S}};

	return run_command(argc, argv, &a);
}

int cmd_trace(int argc, char **argv)
{
	struct args a = {.asker.command = "trace",
			 .how = {.is_trace = true,
				 .count = 1,
				 .size = 56,
				 .every_ns = NS_PER_S}};

	return run_command(argc, argv, &a);
}
