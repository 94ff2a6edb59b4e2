// SPDX-License-Identifier: MIT
/*
 * schema_scalar.c - plain values: a text becomes a number, a name, an address
 *
 * Every way in which a value can be wrong has a sentence that says what would
 * be right.
 */
#include <string.h>

#include "base/check.h"

#include "lab/schema.h"
#include "lab/schema_int.h"

enum { WORDS_MAX = 16 };

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

bool schema_is_name(const char *text)
{
	const char *p = text;

	if (!is_alnum(*p))
		return false;
	while (is_alnum(*p) || *p == '-' || *p == '_' || *p == '.')
		p++;
	return !*p && p - text <= NAME_MAX_LEN;
}

/* "10.1.0.2": a name like that could be taken for somebody's address. */
static bool is_dotted_number(const char *text)
{
	return is_alnum(*text) && strchr(text, '.') &&
	       !text[strspn(text, "0123456789.")];
}

bool schema_is_domain(const char *text)
{
	size_t label = 0;
	const char *p = text;

	if (strcmp(text, ".") == 0)
		return true;
	for (; *p; p++) {
		if (*p == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (is_alnum(*p) || *p == '-' || *p == '_') {
			if (++label > DOMAIN_LABEL_MAX)
				return false;
		} else {
			return false;
		}
	}
	return p > text && p - text <= DOMAIN_MAX_LEN;
}

static void scalar_say_unit(struct diag *diag, const struct schema_field *f,
			    const struct tree *t, enum value_error error)
{
	const char *name = value_unit_name(f->unit);

	switch (error) {
	case VALUE_NO_UNIT:
		diag_error(diag, t->at,
			   "'%s: %s' has no unit; %s is written %s", f->key,
			   t->text, name, value_unit_example(f->unit));
		break;
	case VALUE_BAD_UNIT:
		if (f->unit == VALUE_NUMBER)
			diag_error(diag, t->at,
				   "'%s: %s' is not %s; it has no unit", f->key,
				   t->text, name);
		else
			diag_error(diag, t->at,
				   "'%s: %s' is not %s; units are %s", f->key,
				   t->text, name, value_unit_list(f->unit));
		break;
	case VALUE_TOO_FINE:
		diag_error(diag, t->at, "'%s: %s' has too many decimals",
			   f->key, t->text);
		break;
	case VALUE_TOO_LARGE:
		diag_error(diag, t->at, "'%s: %s' is too large", f->key,
			   t->text);
		break;
	case VALUE_NOT_A_NUMBER:
	case VALUE_OK:
	default:
		diag_error(diag, t->at, "'%s: %s' is not %s; it is written %s",
			   f->key, t->text, name, value_unit_example(f->unit));
		break;
	}
}

static void scalar_value(struct diag *diag, const struct schema_field *f,
			 const struct tree *t, struct lab_num *num)
{
	enum value_error error = value_parse(t->text, f->unit, &num->v);

	if (error)
		scalar_say_unit(diag, f, t, error);
	else
		num->is_set = true;
}

static void scalar_flag(struct diag *diag, const struct schema_field *f,
			const struct tree *t, struct lab_num *num)
{
	if (!t->text[0] || strcmp(t->text, "true") == 0)
		num->is_set = true;
	else if (f->unit == VALUE_NUMBER)
		diag_error(diag, t->at, "'%s' stands alone, without a value",
			   f->key);
	else
		scalar_value(diag, f, t, num);
	if (num->is_set && t->text[0] && !num->v &&
	    strcmp(t->text, "true") != 0)
		diag_error(diag, t->at,
			   "a fault of no time breaks nothing; '%s' alone "
			   "lasts to the end",
			   f->key);
}

static void scalar_cmp(struct diag *diag, const struct schema_field *f,
		       const struct tree *t, struct lab_cmp *cmp)
{
	enum value_error error =
		value_parse_cmp(t->text, f->unit, &cmp->op, &cmp->v);

	if (error)
		scalar_say_unit(diag, f, t, error);
	else
		cmp->is_set = true;
}

static void scalar_word(struct diag *diag, const struct schema_field *f,
			const struct tree *t, struct lab_num *num)
{
	char all[256];
	struct strbuf sb;
	const char *near;
	size_t n;

	strbuf_init_fixed(&sb, all, sizeof(all));
	for (n = 0; f->words[n]; n++) {
		if (strcmp(f->words[n], t->text) == 0) {
			num->is_set = true;
			num->v = n;
			return;
		}
		strbuf_printf(&sb, "%s%s", n ? ", " : "", f->words[n]);
	}
	near = diag_nearest(t->text, f->words, n);
	if (near)
		diag_error(diag, t->at,
			   "'%s' cannot be '%s'; did you mean '%s'?", f->key,
			   t->text, near);
	else
		diag_error(diag, t->at, "'%s' cannot be '%s'; it may be: %s",
			   f->key, t->text, strbuf_text(&sb));
}

static void scalar_name(struct diag *diag, const struct tree *t,
			struct lab_str *s)
{
	if (is_dotted_number(t->text))
		diag_error(diag, t->at,
			   "'%s' is an address, not a name; 'ip' gives a node "
			   "its address",
			   t->text);
	else if (schema_is_name(t->text))
		s->s = t->text;
	else if (strchr(t->text, ' '))
		diag_error(diag, t->at, "a name has no spaces: '%s'", t->text);
	else
		diag_error(diag, t->at,
			   "'%s' is not a name: letters, digits, '-', '_' and "
			   "'.', at most %d, a letter or digit first",
			   t->text, NAME_MAX_LEN);
}

static void scalar_domain(struct diag *diag, const struct tree *t,
			  struct lab_str *s)
{
	if (schema_is_domain(t->text))
		s->s = t->text;
	else
		diag_error(diag, t->at,
			   "'%s' is not a domain name; it is written shop.test",
			   t->text);
}

static void scalar_ip(struct diag *diag, const struct schema_field *f,
		      const struct tree *t, struct lab_ip *ip)
{
	if (ip4_parse(&ip->v, t->text) == 0)
		ip->is_set = true;
	else
		diag_error(diag, t->at,
			   "'%s: %s' is not an address; it is written "
			   "10.1.0.1",
			   f->key, t->text);
}

/* Whether hosts may have these addresses; 0.0.0.0/0 is all of them. */
static bool net_is_usable(struct ip4_net net)
{
	uint8_t first = (uint8_t)(net.addr.v >> 24);

	return !net.len || (first && first != 127 && first < 224);
}

static void scalar_net(struct diag *diag, const struct schema_field *f,
		       const struct tree *t, struct lab_net *net)
{
	struct ip4_net base;

	if (ip4_net_parse(&net->v, t->text) != 0) {
		diag_error(diag, t->at,
			   "'%s: %s' is not a network; it is written "
			   "10.1.0.0/24",
			   f->key, t->text);
		return;
	}
	base = ip4_net_base(net->v);
	if (base.addr.v != net->v.addr.v) {
		char text[IP4_TEXT];

		diag_error(diag, t->at,
			   "'%s: %s' has bits behind its /%u; the network is "
			   "%s/%u",
			   f->key, t->text, net->v.len,
			   ip4_print(base.addr, text), net->v.len);
		return;
	}
	if (!net_is_usable(net->v)) {
		diag_error(diag, t->at,
			   "'%s: %s' is no network of hosts: stacks drop what "
			   "comes from 0, 127 and 224 upwards",
			   f->key, t->text);
		return;
	}
	net->is_set = true;
}

/* Can an interface of a lab have it?  Link-local ones make themselves. */
static bool is_host_address6(ip6_addr a)
{
	return !ip6_is_zero(a) && !ip6_is_loopback(a) && !ip6_is_mapped(a) &&
	       !ip6_is_multicast(a) && !ip6_is_link_local(a);
}

static void scalar_ip6(struct diag *diag, const struct schema_field *f,
		       const struct tree *t, struct lab_ip6 *ip)
{
	if (ip6_parse(&ip->v, t->text) != 0)
		diag_error(diag, t->at,
			   "'%s: %s' is not an IPv6 address; it is written "
			   "fd00:1::80",
			   f->key, t->text);
	else if (!is_host_address6(ip->v))
		diag_error(diag, t->at,
			   "'%s: %s' cannot be the address of one interface",
			   f->key, t->text);
	else
		ip->is_set = true;
}

static void scalar_net6(struct diag *diag, const struct schema_field *f,
			const struct tree *t, struct lab_net6 *net)
{
	net->is_auto = strcmp(t->text, "auto") == 0;
	net->is_set = net->is_auto;
	if (net->is_auto)
		return;
	if (ip6_net_parse(&net->v, t->text) != 0 || net->v.len != 64 ||
	    !ip6_eq(ip6_net_base(net->v).addr, net->v.addr) ||
	    !is_host_address6(net->v.addr))
		diag_error(diag, t->at,
			   "'%s: %s' is not an IPv6 network of hosts; it is "
			   "written fd00:1::/64, or auto",
			   f->key, t->text);
	else
		net->is_set = true;
}

static void scalar_mac(struct diag *diag, const struct schema_field *f,
		       const struct tree *t, struct lab_mac *mac)
{
	if (mac_parse(&mac->v, t->text) != 0)
		diag_error(diag, t->at,
			   "'%s: %s' is not a MAC address; it is written "
			   "02:00:5e:10:00:01",
			   f->key, t->text);
	else if (mac_is_group(mac->v) || mac_is_zero(mac->v))
		diag_error(diag, t->at,
			   "'%s: %s' cannot be the address of one interface",
			   f->key, t->text);
	else
		mac->is_set = true;
}

/* `a -- b`; names may contain '-', so the spaces count. */
static void scalar_wire(struct diag *diag, const struct tree *t,
			struct lab_wire *wire)
{
	const char *mid = strstr(t->text, " -- ");
	struct tree a = {.kind = TREE_TEXT, .at = t->at}, b = a;
	struct lab_str x = {.at = t->at}, y = {.at = t->at};

	if (!mid) {
		diag_error(diag, t->at,
			   "'%s' is not a cable; it is written "
			   "a -- b",
			   t->text);
		return;
	}
	a.text = arena_text(diag->arena, t->text, (size_t)(mid - t->text));
	b.text = mid + 4;
	y.at.col += t->at.line ? (uint32_t)(mid + 4 - t->text) : 0;
	b.at = y.at;
	if (!a.text)
		return;
	scalar_name(diag, &a, &x);
	scalar_name(diag, &b, &y);
	if (!x.s || !y.s)
		return;
	if (strcmp(x.s, y.s) == 0) {
		diag_error(diag, t->at, "a cable from '%s' to itself", x.s);
		return;
	}
	wire->a = x;
	wire->b = y;
}

static void scalar_text(struct diag *diag, const struct schema_field *f,
			const struct tree *t, struct lab_str *s)
{
	if (t->text[0] || f->may_be_empty)
		s->s = t->text;
	else
		diag_error(diag, t->at, "'%s' is empty", f->key);
}

/* Whatever the member is, it begins with its place in the file. */
void schema_read_scalar(struct diag *diag, const struct schema_field *f,
			const struct tree *t, void *member)
{
	*(struct lab_pos *)member = t->at;
	if (t->kind != TREE_TEXT) {
		diag_error(diag, t->at, "'%s' must be a plain value, not %s",
			   f->key, tree_kind_name(t));
		return;
	}
	if (!t->text[0] && !t->is_quoted && f->type != FIELD_FLAG) {
		diag_error(diag, tree_key_at(t), "'%s' has no value", f->key);
		return;
	}
	switch (f->type) {
	case FIELD_VALUE:
		scalar_value(diag, f, t, member);
		break;
	case FIELD_CMP:
		scalar_cmp(diag, f, t, member);
		break;
	case FIELD_FLAG:
		scalar_flag(diag, f, t, member);
		break;
	case FIELD_WORD:
		scalar_word(diag, f, t, member);
		break;
	case FIELD_NAME:
		scalar_name(diag, t, member);
		break;
	case FIELD_DOMAIN:
		scalar_domain(diag, t, member);
		break;
	case FIELD_IP:
		scalar_ip(diag, f, t, member);
		break;
	case FIELD_NET:
		scalar_net(diag, f, t, member);
		break;
	case FIELD_IP6:
		scalar_ip6(diag, f, t, member);
		break;
	case FIELD_NET6:
		scalar_net6(diag, f, t, member);
		break;
	case FIELD_MAC:
		scalar_mac(diag, f, t, member);
		break;
	case FIELD_WIRE:
		scalar_wire(diag, t, member);
		break;
	case FIELD_TEXT:
	case FIELD_NAMES:
	case FIELD_TEXTS:
	case FIELD_GROUPS:
	case FIELD_PAIRS:
	case FIELD_OBJECT:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_LINKS:
	case FIELD_TREE:
	default:
		scalar_text(diag, f, t, member);
		break;
	}
}
