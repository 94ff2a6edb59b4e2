// SPDX-License-Identifier: MIT
/*
 * code.c - are the conditions on a connection's tcp_info met?
 */

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "drill/run.h"

struct info {
	uint8_t octets[512];
	socklen_t len;
};

static int64_t eval(const struct drill_expr *x, const struct info *info);

static int64_t arithmetic(enum drill_op op, int64_t a, int64_t b)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch ((int)op) {
	case DX_BIT_OR:
		return a | b;
	case DX_BIT_AND:
		return a & b;
	case DX_SHIFT:
		return (int64_t)(ub < 63 ? ua << ub : 0);
	case DX_ADD:
		return (int64_t)(ua + ub);
	case DX_SUB:
		return (int64_t)(ua - ub);
	case DX_MUL:
		return (int64_t)(ua * ub);
	case DX_DIV:
		return b > 0 ? a / b : 0;
	default:
		return 0;
	}
}

static bool comparison(enum drill_op op, int64_t a, int64_t b)
{
	switch ((int)op) {
	case DX_EQ:
		return a == b;
	case DX_NE:
		return a != b;
	case DX_LE:
		return a <= b;
	case DX_GE:
		return a >= b;
	case DX_LT:
		return a < b;
	default:
		return a > b;
	}
}

static int64_t eval(const struct drill_expr *x, const struct info *info)
{
	if (x->op == DX_NUM)
		return x->num;
	if (x->op == DX_FIELD)
		return drill_info_value(info->octets, info->len, (int)x->num);
	if (x->op == DX_NOT)
		return !eval(x->a, info);
	if (x->op == DX_AND)
		return eval(x->a, info) && eval(x->b, info);
	if (x->op == DX_OR)
		return eval(x->a, info) || eval(x->b, info);
	if (x->op <= DX_GT)
		return comparison(x->op, eval(x->a, info), eval(x->b, info));
	return arithmetic(x->op, eval(x->a, info), eval(x->b, info));
}

/* "tcpi_rtt = 10000, tcpi_lost = 0" */
static void print_fields(struct strbuf *sb, const struct drill_expr *x,
			 const struct info *info)
{
	if (!x)
		return;
	if (x->op == DX_FIELD) {
		if (sb->len)
			strbuf_puts(sb, ", ");
		strbuf_printf(sb, "%s = %lld", drill_info_name((int)x->num),
			      (long long)eval(x, info));
	}
	print_fields(sb, x->a, info);
	print_fields(sb, x->b, info);
}

static int failed(struct drill_run *run, const struct drill_event *ev,
		  const struct drill_assert *a, const struct info *info)
{
	struct strbuf sb;
	char text[256];

	strbuf_init_fixed(&sb, text, sizeof(text));
	print_fields(&sb, a->expr, info);
	run_differs(run, ev, text, "%s", a->text);
	run->res->pos = a->pos;
	return -1;
}

int run_code(struct drill_run *run, const struct drill_event *ev)
{
	struct drill_table *t = &run->port->table;
	struct info info = {.len = sizeof(info.octets)};
	size_t i;

	if (run->fd_test < 0)
		return run_fail(run, ev->pos, "there is no connection yet");
	if (t->getsockopt(t->userdata, run_fd_live(run, run->fd_test),
			  IPPROTO_TCP, TCP_INFO, info.octets, &info.len))
		return run_fail(run, ev->pos, "the connection is gone");
	for (i = 0; i < ev->code->count; i++)
		if (!eval(ev->code->asserts[i].expr, &info))
			return failed(run, ev, &ev->code->asserts[i], &info);
	run_line(run, DRILL_NOTE, ev->text);
	return 0;
}
