// SPDX-License-Identifier: MIT
/*
 * dns_zone.c - a zone: reading it, and finding names in it
 *
 * Theory of operation
 * ===================
 * ldns reads the file (and ignores every SOA but the first).  The records are
 * sorted into an array of sets; after that the zone never changes, so pointers
 * into it stay good as long as it lives.
 *
 * Invariants
 * ----------
 *  (1) Sets are sorted by name and type, no two are equal.
 *  (2) Every owner is within the origin, and the apex has SOA and NS.
 *  (3) The records of a set differ in their data, and have one TTL
 *      (RFC 2181, 5.2).
 */

#include "apps/dns_zone.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "apps/dns_msg.h"

struct dns_zone {
	struct mem *mem;
	struct dns_name origin;
	struct dns_rrset *sets;
	size_t count;
	size_t room;
};

static int fail(struct dns_zone_error *err, int code, int line,
		const char *what)
{
	if (err)
		*err = (struct dns_zone_error){.line = line, .what = what};
	return code;
}

static int set_cmp(const struct dns_rrset *a, const struct dns_name *name,
		   uint16_t type)
{
	int d = dns_name_cmp(&a->owner, name);

	return d ? d : (int)a->type - (int)type;
}

/* Index of the first set that is not before name and type. */
static size_t lower_bound(const struct dns_zone *z, const struct dns_name *name,
			  uint16_t type)
{
	size_t low = 0, high = z->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (set_cmp(&z->sets[mid], name, type) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct dns_rrset *dns_zone_find(const struct dns_zone *zone,
				      const struct dns_name *name,
				      uint16_t type)
{
	size_t i = lower_bound(zone, name, type);

	if (i < zone->count && set_cmp(&zone->sets[i], name, type) == 0)
		return &zone->sets[i];
	return NULL;
}

const struct dns_rrset *dns_zone_first(const struct dns_zone *zone,
				       const struct dns_name *name)
{
	size_t i = lower_bound(zone, name, 0);

	if (i < zone->count && dns_name_eq(&zone->sets[i].owner, name))
		return &zone->sets[i];
	return NULL;
}

bool dns_zone_has(const struct dns_zone *zone, const struct dns_name *name)
{
	size_t i = lower_bound(zone, name, 0);

	return i < zone->count &&
	       dns_name_is_within(&zone->sets[i].owner, name);
}

const struct dns_name *dns_zone_origin(const struct dns_zone *zone)
{
	return &zone->origin;
}

size_t dns_zone_count(const struct dns_zone *zone)
{
	return zone->count;
}

/* Add a record, taken whatever happens, to the set at the array's end. */
static int add_to_last(struct dns_zone *z, ldns_rr *rr)
{
	struct dns_rrset *s = &z->sets[z->count - 1];
	uint32_t ttl;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(s->rrs); i++) {
		if (ldns_rr_compare(ldns_rr_list_rr(s->rrs, i), rr) == 0) {
			ldns_rr_free(rr); /* the same once more */
			return 0;
		}
	}
	if (i) {
		ttl = ldns_rr_ttl(ldns_rr_list_rr(s->rrs, 0));
		ldns_rr_set_ttl(rr, ttl);
	}
	if (ldns_rr_list_push_rr(s->rrs, rr))
		return 0;
	ldns_rr_free(rr);
	return -ENOMEM;
}

/* A sorted record, taken whatever happens, becomes part of the last set or
 * begins a new one. */
static int add_sorted(struct dns_zone *z, ldns_rr *rr)
{
	uint16_t type = (uint16_t)ldns_rr_get_type(rr);
	struct dns_rrset *s;
	struct dns_name owner;

	dns_rr_owner(&owner, rr);
	if (z->count && set_cmp(&z->sets[z->count - 1], &owner, type) == 0)
		return add_to_last(z, rr);
	check(z->count < z->room);
	s = &z->sets[z->count];
	s->owner = owner;
	s->type = type;
	s->rrs = ldns_rr_list_new();
	if (!s->rrs) {
		ldns_rr_free(rr);
		return -ENOMEM;
	}
	z->count++;
	return add_to_last(z, rr);
}

static int rr_cmp(const void *a, const void *b)
{
	const ldns_rr *ra = *(ldns_rr *const *)a, *rb = *(ldns_rr *const *)b;
	struct dns_name na, nb;
	int d;

	dns_rr_owner(&na, ra);
	dns_rr_owner(&nb, rb);
	d = dns_name_cmp(&na, &nb);
	if (d)
		return d;
	d = (int)ldns_rr_get_type(ra) - (int)ldns_rr_get_type(rb);
	return d ? d : ldns_rr_compare(ra, rb);
}

/* Take all records out of @list into the sets. */
static int take_records(struct dns_zone *z, ldns_rr_list *list)
{
	size_t n = ldns_rr_list_rr_count(list), i;
	ldns_rr **rrs = mem_alloc_array(z->mem, n, sizeof(ldns_rr *));
	int rc = 0;

	z->sets = mem_alloc_array(z->mem, n, sizeof(*z->sets));
	z->room = n;
	if (!rrs || !z->sets)
		rc = -ENOMEM;
	for (i = 0; i < n && !rc; i++)
		rrs[n - 1 - i] = ldns_rr_list_pop_rr(list);
	if (!rc)
		qsort(rrs, n, sizeof(ldns_rr *), rr_cmp);
	for (i = 0; i < n && rrs; i++) {
		if (!rc)
			rc = add_sorted(z, rrs[i]);
		else
			ldns_rr_free(rrs[i]);
	}
	mem_free(z->mem, rrs, n * sizeof(ldns_rr *));
	return rc;
}

/* A CNAME at a name, and another set? */
static bool has_bad_cname(const struct dns_zone *z)
{
	const struct dns_rrset *s;
	size_t i;

	for (i = 0; i < z->count; i++) {
		s = &z->sets[i];
		if (s->type != LDNS_RR_TYPE_CNAME)
			continue;
		if (ldns_rr_list_rr_count(s->rrs) > 1)
			return true;
		if (i && dns_name_eq(&s[-1].owner, &s->owner))
			return true;
		if (i + 1 < z->count && dns_name_eq(&s[1].owner, &s->owner))
			return true;
	}
	return false;
}

static int check_zone(const struct dns_zone *z, struct dns_zone_error *err)
{
	const struct dns_rrset *soa =
		dns_zone_find(z, &z->origin, LDNS_RR_TYPE_SOA);
	size_t i;

	if (!soa || ldns_rr_list_rr_count(soa->rrs) != 1)
		return fail(err, -EINVAL, 0,
			    "a zone has one SOA record, at its own name");
	if (!dns_zone_find(z, &z->origin, LDNS_RR_TYPE_NS))
		return fail(err, -EINVAL, 0,
			    "a zone has an NS record at its own name");
	for (i = 0; i < z->count; i++)
		if (!dns_name_is_within(&z->sets[i].owner, &z->origin))
			return fail(err, -EINVAL, 0,
				    "a record lies outside the zone");
	if (has_bad_cname(z))
		return fail(err, -EINVAL, 0,
			    "a CNAME record is not alone at its name");
	return 0;
}

/* Lines that hold no record: empty ones, $TTL, $ORIGIN. */
static bool is_no_record(ldns_status s)
{
	return s == LDNS_STATUS_SYNTAX_EMPTY || s == LDNS_STATUS_SYNTAX_TTL ||
	       s == LDNS_STATUS_SYNTAX_ORIGIN;
}

/* Records of a file, one after the other, to the end of a list. */
static ldns_status read_records(ldns_rr_list *list, FILE *fp, ldns_rdf **origin,
				int *line)
{
	ldns_rdf *previous = NULL;
	ldns_status s = LDNS_STATUS_OK;
	uint32_t ttl = 3600;
	ldns_rr *rr;

	while (s == LDNS_STATUS_OK && !feof(fp)) {
		s = ldns_rr_new_frm_fp_l(&rr, fp, &ttl, origin, &previous,
					 line);
		if (is_no_record(s)) {
			s = LDNS_STATUS_OK;
		} else if (s == LDNS_STATUS_OK &&
			   !ldns_rr_list_push_rr(list, rr)) {
			ldns_rr_free(rr);
			s = LDNS_STATUS_MEM_ERR;
		}
	}
	ldns_rdf_deep_free(previous);
	return s;
}

/*
 * What ldns makes of the file; all records in one list.  Not with
 * ldns_zone_new_frm_fp_l(): it loses the SOA when a later line is wrong.
 */
static int read_file(ldns_rr_list **list, const struct dns_name *origin,
		     const char *text, struct dns_zone_error *err)
{
	/* fmemopen() wants no const; the file is only read. */
	union {
		const char *in;
		char *out;
	} t = {.in = text};
	FILE *fp = fmemopen(t.out, strlen(text), "r");
	ldns_rdf *name = dns_name_to_rdf(origin);
	ldns_status s = LDNS_STATUS_MEM_ERR;
	int line = 0;

	*list = ldns_rr_list_new();
	if (fp && name && *list)
		s = read_records(*list, fp, &name, &line);
	if (fp)
		(void)fclose(fp);
	ldns_rdf_deep_free(name);
	if (s == LDNS_STATUS_OK)
		return 0;
	ldns_rr_list_deep_free(*list);
	if (s == LDNS_STATUS_MEM_ERR)
		return fail(err, -ENOMEM, 0, "there is no memory");
	return fail(err, -EINVAL, line, ldns_get_errorstr_by_id(s));
}

int dns_zone_parse(struct dns_zone **zone, struct mem *mem,
		   const struct dns_name *origin, const char *text,
		   struct dns_zone_error *err)
{
	struct dns_zone *z;
	ldns_rr_list *list;
	int rc;

	if (!*text)
		return fail(err, -EINVAL, 0, "it is empty");
	rc = read_file(&list, origin, text, err);
	if (rc)
		return rc;
	z = mem_alloc(mem, sizeof(*z));
	if (z && ldns_rr_list_rr_count(list) <= DNS_ZONE_SETS_MAX) {
		z->mem = mem;
		z->origin = *origin;
		rc = take_records(z, list);
	} else {
		rc = -ENOMEM;
	}
	ldns_rr_list_deep_free(list);
	if (rc)
		fail(err, rc, 0, "there is no memory");
	else
		rc = check_zone(z, err);
	if (rc)
		dns_zone_free(z);
	else
		*zone = z;
	return rc;
}

void dns_zone_free(struct dns_zone *zone)
{
	size_t i;

	if (!zone)
		return;
	for (i = 0; i < zone->count; i++)
		ldns_rr_list_deep_free(zone->sets[i].rrs);
	mem_free(zone->mem, zone->sets, zone->room * sizeof(*zone->sets));
	mem_free(zone->mem, zone, sizeof(*zone));
}
