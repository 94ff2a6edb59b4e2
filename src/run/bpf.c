// SPDX-License-Identifier: MIT
/*
 * bpf.c - the machine that runs a program's socket filter
 *
 * Theory of operation
 * ===================
 * A filter is a list of instructions for a machine with an accumulator A, an
 * index register X and sixteen words of memory.  It reads the packet and ends
 * with how many of its octets are wanted.  All jumps lead forward, so it ends.
 *
 * Whoever runs one has had it verified (sieve.c: by the kernel): codes are
 * known, jumps and memory are within bounds, the last instruction returns.
 * What depends on the packet is checked here: a load beyond its end, and a
 * division by zero, end the filter, and nothing is wanted.
 *
 * Fixed offsets from SKF_AD_OFF on are no octets but facts about the packet.
 */
#include "run/bpf.h"

#include <linux/filter.h>
#include <stdbool.h>

#include "base/bytes.h"

/* The machine; @is_over: @a is the outcome. */
struct machine {
	const struct bpf_packet *p;
	uint32_t a, x, mem[BPF_MEMWORDS];
	bool is_over;
};

static void fail(struct machine *m)
{
	m->a = 0;
	m->is_over = true;
}

/* Facts that are not in the octets; those that nobody knows are 0. */
static uint32_t fact(const struct machine *m, uint32_t what)
{
	switch (what) {
	case SKF_AD_PROTOCOL:
		return m->p->protocol;
	case SKF_AD_PKTTYPE:
		return m->p->pkttype;
	case SKF_AD_IFINDEX:
		return m->p->ifindex;
	case SKF_AD_HATYPE:
		return m->p->hatype;
	case SKF_AD_ALU_XOR_X:
		return m->a ^ m->x;
	default:
		return 0;
	}
}

/* Where an offset leads; those from the headers are negative numbers. */
static uint64_t place(const struct machine *m, uint32_t k)
{
	int32_t signed_k = (int32_t)k;

	if (signed_k >= 0)
		return k;
	if (signed_k >= SKF_NET_OFF)
		return m->p->net_off + (uint64_t)(signed_k - SKF_NET_OFF);
	return (uint64_t)(signed_k - SKF_LL_OFF);
}

static uint32_t load(struct machine *m, uint16_t size, uint32_t k)
{
	uint64_t at = place(m, k);
	uint64_t len = size == BPF_W ? 4 : size == BPF_H ? 2 : 1;

	if (at > m->p->len || m->p->len - at < len) {
		fail(m);
		return 0;
	}
	if (len == 4)
		return get32(m->p->octets + at);
	return len == 2 ? get16(m->p->octets + at) : m->p->octets[at];
}

static bool is_fact(uint32_t k)
{
	return (int32_t)k < 0 && (int32_t)k >= SKF_AD_OFF;
}

static void do_load(struct machine *m, const struct sock_filter *i)
{
	switch (BPF_MODE(i->code)) {
	case BPF_IMM:
		m->a = i->k;
		break;
	case BPF_LEN:
		m->a = (uint32_t)m->p->len;
		break;
	case BPF_MEM:
		m->a = m->mem[i->k];
		break;
	case BPF_ABS:
		m->a = is_fact(i->k) ? fact(m, i->k - (uint32_t)SKF_AD_OFF)
				     : load(m, BPF_SIZE(i->code), i->k);
		break;
	case BPF_IND:
		m->a = load(m, BPF_SIZE(i->code), i->k + m->x);
		break;
	default:
		fail(m);
	}
}

/* BPF_MSH: the length of an IPv4 header. */
static void do_load_x(struct machine *m, const struct sock_filter *i)
{
	uint32_t v;

	switch (BPF_MODE(i->code)) {
	case BPF_IMM:
		m->x = i->k;
		break;
	case BPF_LEN:
		m->x = (uint32_t)m->p->len;
		break;
	case BPF_MEM:
		m->x = m->mem[i->k];
		break;
	case BPF_MSH:
		v = load(m, BPF_B, i->k);
		m->x = (v & 0xf) * 4;
		break;
	default:
		fail(m);
	}
}

static void do_divide(struct machine *m, uint16_t op, uint32_t by)
{
	if (!by)
		fail(m);
	else
		m->a = op == BPF_DIV ? m->a / by : m->a % by;
}

static void do_alu(struct machine *m, const struct sock_filter *i)
{
	uint32_t v = BPF_SRC(i->code) == BPF_X ? m->x : i->k;

	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		m->a += v;
		break;
	case BPF_SUB:
		m->a -= v;
		break;
	case BPF_MUL:
		m->a *= v;
		break;
	case BPF_DIV:
	case BPF_MOD:
		do_divide(m, BPF_OP(i->code), v);
		break;
	case BPF_OR:
		m->a |= v;
		break;
	case BPF_AND:
		m->a &= v;
		break;
	case BPF_XOR:
		m->a ^= v;
		break;
	case BPF_LSH:
		m->a = v < 32 ? m->a << v : 0;
		break;
	case BPF_RSH:
		m->a = v < 32 ? m->a >> v : 0;
		break;
	case BPF_NEG:
		m->a = 0 - m->a;
		break;
	default:
		fail(m);
	}
}

/* How many instructions to skip. */
static uint32_t do_jump(const struct machine *m, const struct sock_filter *i)
{
	uint32_t v = BPF_SRC(i->code) == BPF_X ? m->x : i->k;
	bool is_true;

	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return i->k;
	case BPF_JEQ:
		is_true = m->a == v;
		break;
	case BPF_JGT:
		is_true = m->a > v;
		break;
	case BPF_JGE:
		is_true = m->a >= v;
		break;
	default:
		is_true = m->a & v;
	}
	return is_true ? i->jt : i->jf;
}

static void do_return(struct machine *m, const struct sock_filter *i)
{
	if (BPF_RVAL(i->code) == BPF_K)
		m->a = i->k;
	else if (BPF_RVAL(i->code) == BPF_X)
		m->a = m->x;
	m->is_over = true;
}

static void do_move(struct machine *m, const struct sock_filter *i)
{
	if (BPF_MISCOP(i->code) == BPF_TAX)
		m->x = m->a;
	else
		m->a = m->x;
}

/* One instruction; how many to skip behind it. */
static uint32_t step(struct machine *m, const struct sock_filter *i)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		do_load(m, i);
		break;
	case BPF_LDX:
		do_load_x(m, i);
		break;
	case BPF_ST:
		m->mem[i->k] = m->a;
		break;
	case BPF_STX:
		m->mem[i->k] = m->x;
		break;
	case BPF_ALU:
		do_alu(m, i);
		break;
	case BPF_JMP:
		return do_jump(m, i);
	case BPF_RET:
		do_return(m, i);
		break;
	default:
		do_move(m, i);
	}
	return 0;
}

uint32_t bpf_run(const struct sock_filter *code, size_t count,
		 const struct bpf_packet *p)
{
	struct machine m = {.p = p};

	for (size_t at = 0; at < count && !m.is_over; at++)
		at += step(&m, &code[at]);
	return m.is_over ? m.a : 0;
}
