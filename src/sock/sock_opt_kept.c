// SPDX-License-Identifier: MIT
/*
 * sock_opt_kept.c - options that change nothing here, or cannot be
 *
 * Theory of operation
 * ===================
 * Linux has more options than weft has things that they could be about: busy
 * polling where there is no queue of a device, marks on frames that no radio
 * sends, headers of IPv6 that nothing here makes.  A program that sets one of
 * them is content if it is remembered, checked as Linux checks it, and told
 * when asked for; so that is done here, by a table.  What is only kept:
 *
 *	SO_BUSY_POLL, SO_INCOMING_CPU, ...	there are no queues of a device
 *	SO_TXTIME, TCP_TX_DELAY			nothing leaves later than it could
 *	IP_MINTTL, IP_LOCAL_PORT_RANGE		nothing is held back by them
 *	IPV6_MTU				pieces are as large as the path
 *	TCP_SAVE_SYN, TCP_RTO_MIN_US, ...	TCP does as if nobody had asked
 *
 * Some are not even numbers that could be kept: they need a filter of the
 * kernel's, a key, a second life of a connection.  These have a row too, with
 * the error that Linux has for who asks wrongly, or for who lacks the module.
 *
 * A few are asked for here by whoever can do something about them: the times of
 * messages (sock_cmsg.c), IP_UNICAST_IF (sock_dgram.c).
 *
 * Values that differ from the first ones cost memory, for few sockets have any:
 * the array is allocated when the first one is set.
 */

#include "sock/sock_opt_kept.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/ip6.h"

#include "core/netif.h"

#include "sock/sock_int.h"

/* No such number is allowed, or any. */
#define ANY  INT_MIN, INT_MAX
#define BOOL OPT_BOOL, ANY

/**
 * struct row - an option
 * @kinds:	Of sockets: enum sock_opt_set
 * @flags:	enum opt_kind
 * @min, @max:	Range; outside of it is -EINVAL
 * @first:	What it is before it is set
 * @get_err:	(optional) getsockopt() says this instead
 * @set_err:	(optional) Likewise, if the value is long enough
 */
struct row {
	int level, name;
	unsigned int kinds, flags;
	int min, max, first;
	int get_err, set_err;
};

/* clang-format off */
#define SOCKET SK_SOL_SOCKET
#define IP SK_IPPROTO_IP
#define IP6 SK_IPPROTO_IPV6
#define TCP SK_IPPROTO_TCP
#define UDP SK_SOL_UDP
#define NOT_HERE ENOPROTOOPT
static const struct row rows[] = {
{SOCKET, SK_SO_DEBUG, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_BSDCOMPAT, OPT_INET, OPT_FORGET, ANY, 0, 0, 0},
{SOCKET, SK_SO_PASSCRED, OPT_INET, 0, ANY, 0, EOPNOTSUPP, EOPNOTSUPP},
{SOCKET, SK_SO_PASSSEC, OPT_INET, 0, ANY, 0, EOPNOTSUPP, EOPNOTSUPP},
{SOCKET, SK_SO_PASSPIDFD, OPT_INET, 0, ANY, 0, EOPNOTSUPP, EOPNOTSUPP},
{SOCKET, SK_SO_PASSRIGHTS, OPT_INET, 0, ANY, 0, EOPNOTSUPP, EOPNOTSUPP},
{SOCKET, SK_SO_PEERGROUPS, OPT_INET, 0, ANY, 0, ENODATA, NOT_HERE},
{SOCKET, SK_SO_PEERPIDFD, OPT_INET, 0, ANY, 0, ENODATA, NOT_HERE},
{SOCKET, SK_SO_DETACH_FILTER, OPT_INET, 0, ANY, 0, NOT_HERE, ENOENT},
{SOCKET, SK_SO_ATTACH_BPF, OPT_INET, 0, ANY, 0, NOT_HERE, EINVAL},
{SOCKET, SK_SO_ATTACH_REUSEPORT_CBPF, OPT_INET, 0, ANY, 0, NOT_HERE, EINVAL},
{SOCKET, SK_SO_ATTACH_REUSEPORT_EBPF, OPT_INET, 0, ANY, 0, NOT_HERE, EINVAL},
{SOCKET, SK_SO_DETACH_REUSEPORT_BPF, OPT_INET, 0, ANY, 0, NOT_HERE, EINVAL},
{SOCKET, SK_SO_TIMESTAMPING, OPT_INET, OPT_PAIR, 0, SK_TIMESTAMPING_MASK, 0, 0, 0},
{SOCKET, SK_SO_TIMESTAMPING_NEW, OPT_INET, OPT_PAIR, 0, SK_TIMESTAMPING_MASK, 0, 0, 0},
{SOCKET, SK_SO_TIMESTAMP_NEW, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_TIMESTAMPNS_NEW, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_RXQ_OVFL, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_WIFI_STATUS, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_NOFCS, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_LOCK_FILTER, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_SELECT_ERR_QUEUE, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_BUSY_POLL, OPT_INET, 0, 0, INT_MAX, 0, 0, 0},
{SOCKET, SK_SO_PREFER_BUSY_POLL, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_BUSY_POLL_BUDGET, OPT_INET, 0, 0, 65535, 0, NOT_HERE, 0},
{SOCKET, SK_SO_INCOMING_CPU, OPT_INET, 0, ANY, -1, 0, 0},
{SOCKET, SK_SO_INCOMING_NAPI_ID, OPT_INET, 0, ANY, 0, 0, NOT_HERE},
{SOCKET, SK_SO_BPF_EXTENSIONS, OPT_INET, 0, ANY, 64, 0, NOT_HERE},
{SOCKET, SK_SO_CNX_ADVICE, OPT_INET, OPT_FORGET, ANY, 0, NOT_HERE, 0},
{SOCKET, SK_SO_MAX_PACING_RATE, OPT_DGRAM | OPT_RAW, OPT_WORD, ANY, -1, 0, 0},
{SOCKET, SK_SO_TXTIME, OPT_INET, OPT_PAIR | OPT_WHOLE, ANY, 0, 0, 0},
{SOCKET, SK_SO_BUF_LOCK, OPT_INET, 0, 0, 3, 0, 0, 0},
{SOCKET, SK_SO_RESERVE_MEM, OPT_INET, 0, 0, INT_MAX, 0, 0, EOPNOTSUPP},
{SOCKET, SK_SO_TXREHASH, OPT_STREAM, OPT_DEFAULT, 0, 1, 1, 0, 0},
{SOCKET, SK_SO_TXREHASH, OPT_DGRAM | OPT_RAW, 0, ANY, 0, EOPNOTSUPP, EOPNOTSUPP},
{SOCKET, SK_SO_RCVMARK, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_RCVPRIORITY, OPT_INET, BOOL, 0, 0, 0},
{SOCKET, SK_SO_DEVMEM_DONTNEED, OPT_STREAM, OPT_EIGHTS, ANY, 0, NOT_HERE, 0},
{SOCKET, SK_SO_DEVMEM_DONTNEED, OPT_DGRAM | OPT_RAW, 0, ANY, 0, NOT_HERE, EBADF},

{IP, SK_IP_HDRINCL, OPT_BOTH, 0, ANY, 0, 0, NOT_HERE},
{IP, SK_IP_ROUTER_ALERT, OPT_BOTH, 0, ANY, 0, 0, EINVAL},
{IP, SK_IP_RECVOPTS, OPT_INET, OPT_EMPTY | BOOL, 0, 0, 0},
{IP, SK_IP_RETOPTS, OPT_INET, OPT_EMPTY | BOOL, 0, 0, 0},
{IP, SK_IP_PASSSEC, OPT_INET, OPT_EMPTY | BOOL, 0, 0, 0},
{IP, SK_IP_MINTTL, OPT_INET, 0, 0, 255, 0, 0, 0},
{IP, SK_IP_NODEFRAG, OPT_INET, 0, ANY, 0, 0, NOT_HERE},
{IP, SK_IP_CHECKSUM, OPT_INET, OPT_EMPTY | BOOL, 0, 0, 0},
{IP, SK_IP_RECVFRAGSIZE, OPT_STREAM, 0, ANY, 0, 0, EINVAL},
{IP, SK_IP_RECVFRAGSIZE, OPT_DGRAM | OPT_RAW, OPT_EMPTY | BOOL, 0, 0, 0},
{IP, SK_IP_RECVERR_RFC4884, OPT_INET, OPT_EMPTY, 0, 1, 0, 0, 0},
{IP, SK_IP_LOCAL_PORT_RANGE, OPT_INET, OPT_EXACT, ANY, 0, 0, 0},
{IP, SK_IP_UNICAST_IF, OPT_INET, OPT_EXACT, ANY, 0, 0, 0},

{IP6, SK_IPV6_2292PKTINFO, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_2292HOPOPTS, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_2292DSTOPTS, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_2292RTHDR, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_FLOWINFO, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_ROUTER_ALERT, OPT_BOTH, 0, ANY, 0, 0, NOT_HERE},
{IP6, SK_IPV6_ROUTER_ALERT_ISOLATE, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_MTU, OPT_INET, OPT_UNTOLD, ANY, 0, 0, 0},
{IP6, SK_IPV6_RECVERR_RFC4884, OPT_INET, 0, 0, 1, 0, 0, 0},
{IP6, SK_IPV6_FLOWINFO_SEND, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_RECVHOPOPTS, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_RECVRTHDR, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_RECVDSTOPTS, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_RECVPATHMTU, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_AUTOFLOWLABEL, OPT_INET, BOOL, 1, 0, 0},
{IP6, SK_IPV6_MINHOPCOUNT, OPT_INET, 0, 0, 255, 0, 0, 0},
{IP6, SK_IPV6_RECVORIGDSTADDR, OPT_INET, BOOL, 0, 0, 0},
{IP6, SK_IPV6_UNICAST_IF, OPT_INET, OPT_EXACT, ANY, 0, 0, 0},
{IP6, SK_IPV6_RECVFRAGSIZE, OPT_INET, BOOL, 0, 0, 0},

{TCP, SK_TCP_MD5SIG, OPT_STREAM, 0, ANY, 0, NOT_HERE, EINVAL},
{TCP, SK_TCP_MD5SIG_EXT, OPT_STREAM, 0, ANY, 0, NOT_HERE, EINVAL},
{TCP, SK_TCP_THIN_LINEAR_TIMEOUTS, OPT_STREAM, 0, 0, 1, 0, 0, 0},
{TCP, SK_TCP_THIN_DUPACK, OPT_STREAM, OPT_FORGET, 0, 1, 0, 0, 0},
{TCP, SK_TCP_REPAIR_QUEUE, OPT_STREAM, 0, ANY, 0, EINVAL, EPERM},
{TCP, SK_TCP_REPAIR_OPTIONS, OPT_STREAM, 0, ANY, 0, NOT_HERE, EINVAL},
{TCP, SK_TCP_SAVE_SYN, OPT_STREAM, 0, 0, 2, 0, 0, 0},
{TCP, SK_TCP_FASTOPEN_NO_COOKIE, OPT_STREAM, OPT_NEW, 0, 1, 0, 0, 0},
{TCP, SK_TCP_TX_DELAY, OPT_STREAM, 0, 0, (1 << 28) - 1, 0, 0, 0},
{TCP, SK_TCP_IS_MPTCP, OPT_STREAM, 0, ANY, 0, 0, NOT_HERE},
{TCP, SK_TCP_RTO_MAX_MS, OPT_STREAM, 0, 1000, 120000, 120000, 0, 0},
{TCP, SK_TCP_RTO_MIN_US, OPT_STREAM, 0, 8000, 200000, 200000, 0, 0},
{TCP, SK_TCP_DELACK_MAX_US, OPT_STREAM, 0, 8000, 200000, 200000, 0, 0},

{UDP, SK_UDPLITE_SEND_CSCOV, OPT_DGRAM, 0, ANY, 0, 0, NOT_HERE},
{UDP, SK_UDPLITE_RECV_CSCOV, OPT_DGRAM, 0, ANY, 0, 0, NOT_HERE},
{UDP, SK_UDP_ENCAP, OPT_DGRAM, OPT_ONLY_0, ANY, 0, 0, 0},
{UDP, SK_UDP_NO_CHECK6_TX, OPT_DGRAM, BOOL, 0, 0, 0},
{UDP, SK_UDP_NO_CHECK6_RX, OPT_DGRAM, BOOL, 0, 0, 0},
};
static_assert(ARRAY_SIZE(rows) == 89, "of all levels");
/* clang-format on */

/* What the program has set; @second of those that are two numbers. */
struct sock_kept {
	int value[ARRAY_SIZE(rows)];
	int second[2];
};

static const struct row *find(const struct sock *s, int level, int name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].level == level && rows[i].name == name &&
		    rows[i].kinds & s->ops->opts &&
		    (level != IP6 || s->domain == SK_AF_INET6))
			return &rows[i];
	return NULL;
}

static struct sock_kept *kept_new(const struct sock *s)
{
	struct mem *mem = s->file.stack->place.env->mem;
	struct sock_kept *k = mem_alloc(mem, sizeof(*k));

	for (size_t i = 0; k && i < ARRAY_SIZE(rows); i++)
		k->value[i] = rows[i].first;
	return k;
}

void sock_kept_free(struct mem *mem, struct sock_opts *set)
{
	mem_free(mem, set->kept, sizeof(*set->kept));
	set->kept = NULL;
}

bool sock_kept_copy(struct mem *mem, struct sock_opts *set)
{
	struct sock_kept *copy;

	if (!set->kept)
		return true;
	copy = mem_alloc_raw(mem, sizeof(*copy));
	if (copy)
		*copy = *set->kept;
	set->kept = copy;
	return copy;
}

static int value_of(const struct sock *s, const struct row *row)
{
	return s->opts->kept ? s->opts->kept->value[row - rows] : row->first;
}

int sock_kept(const struct sock *s, int level, int name)
{
	const struct row *row = s->opts->kept ? find(s, level, name) : NULL;

	return row ? value_of(s, row) : 0;
}

/* The second number of a pair, of which there are two kinds. */
static int *second_of(const struct sock *s, const struct row *row)
{
	return &s->opts->kept->second[row->name == SK_SO_TXTIME];
}

/* How many octets a value has at least: -EINVAL if there are fewer. */
static int check_len(const struct row *row, size_t len)
{
	size_t least = row->level == IP ? 1 : sizeof(int32_t);

	if (row->flags & OPT_EMPTY || (row->level == IP && row->set_err))
		least = 0;
	if (row->flags & OPT_WHOLE)
		return len == 2 * sizeof(int32_t) ? 0 : -EINVAL;
	if (row->flags & OPT_EXACT)
		return len == sizeof(int32_t) ? 0 : -EINVAL;
	if (row->flags & OPT_EIGHTS)
		return len && !(len % 8) ? 0 : -EINVAL;
	return len < least ? -EINVAL : 0;
}

static int32_t read_number(const struct sock_optval *val)
{
	int32_t v = 0;

	if (val->len >= sizeof(v))
		memcpy(&v, val->in, sizeof(v));
	else if (val->len)
		v = *(const uint8_t *)val->in;
	return v;
}

/* An interface is there; a range does not end before it begins; every link
 * carries so much. */
static int check_meaning(const struct sock *s, const struct row *row, int v)
{
	uint32_t u = (uint32_t)v, first = u & 0xffff, last = u >> 16;
	uint8_t octets[sizeof(u)];
	bool is_if = (row->level == IP && row->name == SK_IP_UNICAST_IF) ||
		     (row->level == IP6 && row->name == SK_IPV6_UNICAST_IF);

	memcpy(octets, &u, sizeof(u)); /* in network order */
	if (is_if && v && !stack_netif_by_index(s->file.stack, get32(octets)))
		return -EADDRNOTAVAIL;
	if (row->level == IP && row->name == SK_IP_LOCAL_PORT_RANGE && first &&
	    last && first > last)
		return -EINVAL;
	if (row->level == IP6 && row->name == SK_IPV6_MTU && v &&
	    v < IP6_MTU_MIN)
		return -EINVAL;
	return 0;
}

/* The number that will be kept, or an error. */
static int normalize(const struct sock *s, const struct row *row, int32_t *v)
{
	bool is_new = s->state == STREAM_NEW || s->state == STREAM_LISTENS;

	if (row->flags & OPT_DEFAULT && *v == -1)
		*v = row->first;
	if (*v < row->min || *v > row->max)
		return -EINVAL;
	if (row->flags & OPT_NEW && !is_new)
		return -EINVAL;
	if (row->flags & OPT_ONLY_0 && *v)
		return -ENOPROTOOPT;
	if (row->flags & OPT_BOOL)
		*v = *v != 0;
	return check_meaning(s, row, *v);
}

static int set_row(struct sock *s, const struct row *row,
		   const struct sock_optval *val)
{
	int32_t v = read_number(val), second = 0;
	int err = check_len(row, val->len);

	if (!err && row->set_err)
		err = -row->set_err;
	if (!err)
		err = normalize(s, row, &v);
	if (err || row->flags & (OPT_FORGET | OPT_EIGHTS))
		return err;
	if (val->len >= 2 * sizeof(v))
		memcpy(&second, (const uint8_t *)val->in + sizeof(v),
		       sizeof(second));
	if (row->name == SK_SO_TXTIME && row->flags & OPT_WHOLE && second & ~3)
		return -EINVAL;
	if (!s->opts->kept)
		s->opts->kept = kept_new(s);
	if (!s->opts->kept)
		return -ENOBUFS;
	s->opts->kept->value[row - rows] = v;
	if (row->flags & OPT_PAIR)
		*second_of(s, row) = second;
	return 0;
}

bool sock_opt_kept_set(struct sock *s, int level, int name,
		       const struct sock_optval *val, int *err)
{
	const struct row *row = find(s, level, name);

	if (row)
		*err = set_row(s, row, val);
	return row;
}

bool sock_opt_kept_get(struct sock *s, int level, int name,
		       struct sock_optval *val, int *err)
{
	const struct row *row = find(s, level, name);
	int32_t two[2] = {0};
	size_t size = sizeof(two[0]);

	if (!row || row->flags & OPT_UNTOLD)
		return false;
	two[0] = value_of(s, row);
	if (row->flags & OPT_WORD) /* "no limit" fills it */
		two[1] = two[0] == -1 ? -1 : 0;
	if (row->flags & OPT_PAIR && s->opts->kept)
		two[1] = *second_of(s, row);
	if (row->flags & (OPT_PAIR | OPT_WORD))
		size = val->len < sizeof(two) && row->flags & OPT_WORD
			       ? sizeof(two[0])
			       : sizeof(two);
	*err = row->get_err ? -row->get_err : sock_opt_put(val, two, size);
	return true;
}
