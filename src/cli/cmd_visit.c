// SPDX-License-Identifier: MIT
/*
 * cmd_visit.c - weft visit URL: everything between typing it and the page
 *
 * A visit is a lab whose script has one line.  The network is the one that is
 * part of the program, or that of a lab file; the screen shows the log of the
 * run, and the folder keeps it, with the captures and the page.
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/asker.h"
#include "cli/cli.h"
#include "cli/page_files.h"
#include "lab/run.h"
#include "trace/visit_print.h"
#include "vnet/vnet.h"

#define AGAIN_NS (5 * NS_PER_S)

static const char help[] =
	"usage: weft visit URL [options]\n\n"
	"Visits a page on a real network of hosts, switches and routers inside "
	"this\nprogram, and explains each step: caches, DNS from the root "
	"down, ARP, TCP,\nHTTP, and the close.\n\n"
	"      --lab FILE   the network of a lab file (else: a small internet "
	"with\n"
	"                   http://www.shop.test/)\n"
	"      --on HOST    who visits (else: the first host that has DNS)\n"
	"  -4, --ipv4       with IPv4 only\n"
	"  -6, --ipv6       with IPv6 only (else: whichever connects first)\n"
	"      --fault F    break something first, as in a lab file: \"link: a "
	"-- "
	"b,\n"
	"                   down: 2s\", \"drop: {from: a, to: b, over: "
	"ipv6}\"\n"
	"      --again      visit twice: the second time caches are warm\n"
	"      --hops       ladders show every switch and router\n"
	"  -o, --out DIR    folder for log, captures and the page (else: named "
	"after\n"
	"                   the lab)\n"
	"  -s, --seed N     another run of the same visit\n"
	"  -q               one line\n"
	"  -v, -vv          the layers of each frame; each octet\n"
	"      --json       for programs\n"
	"      --ascii      nothing beyond ASCII\n\n"
	"exit status: 0 the page was shown, 1 it was not, 2 wrong arguments, "
	"no URL, or a\nwrong file\n\n"
	"examples:\n"
	"  weft visit http://www.shop.test/\n"
	"  weft visit http://www.shop.test/news --again --hops\n"
	"  weft visit http://www.shop.test/ --ipv6\n"
	"  weft visit http://www.shop.test/ \\\n"
	"      --fault 'drop: {from: laptop, to: web, over: ipv6}'\n"
	"  weft visit http://nowhere.test/ -q\n";

struct args {
	struct asker asker;
	const char *url;
	bool is_again;
	struct visit_style style;
	struct page_files page;
};

/* One option.  False: it is none. */
static bool take_option(struct args *a, int c)
{
	switch (c) {
	case 'A':
		a->is_again = true;
		break;
	case 'H':
		a->style.is_hops = true;
		break;
	case 'q':
		a->style.verbosity = -1;
		break;
	case 'v':
		a->style.verbosity++;
		break;
	case 'a':
		a->style.is_ascii = true;
		break;
	default:
		return asker_option(&a->asker, c);
	}
	return true;
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
		{"again", no_argument, NULL, 'A'},
		{"hops", no_argument, NULL, 'H'},
		{"out", required_argument, NULL, 'o'},
		{"seed", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"ascii", no_argument, NULL, 'a'},
		{0},
	};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":ho:s:qv46", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return CLI_OK;
		}
		if (!take_option(a, c))
			return cli_usage("visit", "what is '%s'?",
					 argv[optind - 1]);
	}
	if (optind + 1 != argc)
		return cli_usage("visit", "one URL is wanted");
	a->url = argv[optind];
	return -1;
}

/* The lab with our script in it.  CLI_OK, else complained. */
static int prepare(struct lab *lab, struct mem *mem, struct args *a)
{
	const struct asker *who = &a->asker;
	uint64_t at;
	int err, status = asker_load(&a->asker, lab, mem, &at);

	if (status != CLI_OK)
		return status;
	err = lab_add_visit(lab, at, who->host, a->url, who->over);
	if (!err && a->is_again)
		err = lab_add_visit(lab, at + AGAIN_NS, who->host, a->url,
				    who->over);
	return err ? asker_complain(who, lab, mem, err) : CLI_OK;
}

/* Event number of something that happened in the visit, 0: it did not. */
static uint32_t find_frame(const struct visit_view *v, enum reason what)
{
	for (uint32_t n = v->begin; n <= v->last; n++) {
		const struct log_event *ev = trace_log_get(v->log, n);

		if (ev->kind == EV_TX && ev->what == what &&
		    !strcmp(ev->host, v->host))
			return n;
	}
	return 0;
}

/* What to look at next, with numbers of this run. */
static void put_after(const struct visit_view *v, const struct args *a,
		      const char *files, struct strbuf *out)
{
	uint32_t n = find_frame(v, R_TCP_SYN);
	size_t step = min_size(4, v->count);

	n = n ? n : find_frame(v, R_ARP_REQUEST);
	visit_rule("after", a->style.is_ascii, out);
	if (n)
		strbuf_printf(out,
			      "  why %-6u why does frame %u exist?\n"
			      "  hops %-5u frame %u at each switch and router\n"
			      "  show %-5u every octet of frame %u, named\n"
			      "  back %-5zu every table as it was after step "
			      "%zu\n",
			      n, n, n, n, n, n, step, step);
	strbuf_printf(out, "  files in %s: %s", a->asker.dir, files);
	if (a->page.count)
		strbuf_printf(out, "  page (%zu files)", a->page.count);
	strbuf_putc(out, '\n');
}

static void print_visits(struct lab_run *run, const struct args *a,
			 const char *files, struct strbuf *out)
{
	const struct trace_log *log = lab_run_log(run);
	struct json j = json_begin(out);
	struct visit_view v;
	unsigned int i;

	if (a->asker.is_json)
		json_open(&j, '[');
	for (i = 1; visit_find(&v, log, i); i++) {
		if (a->asker.is_json)
			visit_print_json(&v, a->asker.seed, &j);
		else
			visit_print(&v, &a->style, out);
	}
	if (a->asker.is_json) {
		json_close(&j, ']');
		strbuf_putc(out, '\n');
	} else if (a->style.verbosity >= 0 && visit_find(&v, log, 1)) {
		put_after(&v, a, files, out);
	}
}

/* 0 all pages were shown, 1 one was not, 2 that was no URL. */
static int verdict(struct lab_run *run)
{
	const struct trace_log *log = lab_run_log(run);
	struct visit_view v;
	int status = CLI_FAILED;
	unsigned int i;

	for (i = 1; visit_find(&v, log, i); i++) {
		if (v.count && v.steps[0].kind == STEP_URL &&
		    trace_log_get(log, v.steps[0].first)->what == R_URL_BAD)
			return CLI_USAGE;
		if (!v.is_shown)
			return CLI_FAILED;
		status = CLI_OK;
	}
	return status;
}

static int show(struct lab_run *run, struct args *a, struct mem *mem)
{
	struct strbuf names, out;
	int err, status;

	strbuf_init(&names, mem);
	strbuf_init(&out, mem);
	err = asker_keep(&a->asker, run, &names);
	print_visits(run, a, strbuf_text(&names), &out);
	status = verdict(run);
	if (err || cli_put(&out) != CLI_OK)
		status = CLI_FAILED;
	strbuf_fini(&names);
	strbuf_fini(&out);
	return status;
}

static int visit(struct lab *lab, struct mem *mem, struct args *a)
{
	struct lab_run *run;
	int err, status = asker_begin(&a->asker, lab, mem, &run);

	if (status != CLI_OK)
		return status;
	status = CLI_FAILED;
	a->style.seed = a->asker.seed;
	a->page.dir = a->asker.dir;
	lab_run_on_resource(run, page_files_write, &a->page);
	err = lab_run_go(run);
	if (err)
		fprintf(stderr, "weft visit: %s\n", strerror(-err));
	else if (a->page.error)
		fprintf(stderr, "weft visit: %s: %s\n", a->page.dir,
			strerror(-a->page.error));
	else
		status = show(run, a, mem);
	return asker_end(&a->asker, run, status);
}

int cmd_visit(int argc, char **argv)
{
	struct args a = {.asker.command = "visit"};
	struct lab lab = {0};
	struct mem mem;
	int status = parse_args(argc, argv, &a);

	if (status >= 0)
		return status;
	mem_init_libc(&mem);
	status = prepare(&lab, &mem, &a);
	if (status == CLI_OK)
		status = visit(&lab, &mem, &a);
	lab_fini(&lab);
	return status;
}
